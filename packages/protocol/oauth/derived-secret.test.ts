import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDerivedSecret, readLabelledSecret, writeDerivedSecret } from './derived-secret.ts'
import { testMac } from './proof-keys.testing.ts'

const mac = testMac('a deployment')
const id = 'q1W2-e3_R4'

describe('a derived secret', () => {
  it('is the same on every instance with the same key, and leads back to its session', async () => {
    const code = await writeDerivedSecret('pre-authorized_code', id, mac)
    expect(code).toBe(await writeDerivedSecret('pre-authorized_code', id, testMac('a deployment')))
    expect(code).toMatch(/^q1W2-e3_R4\.[\w-]{43}$/)
    expect(await readDerivedSecret('pre-authorized_code', code, mac)).toBe(id)
  })

  it('of one purpose is worth nothing for another', async () => {
    const code = await writeDerivedSecret('pre-authorized_code', id, mac)
    expect(await readDerivedSecret('access_token', code, mac)).toBeUndefined()
  })

  it('of another deployment or another session is not genuine', async () => {
    const token = await writeDerivedSecret('access_token', id, mac)
    expect(await readDerivedSecret('access_token', token, testMac('another'))).toBeUndefined()
    expect(await readDerivedSecret('access_token', token.replace(id, 'other'), mac)).toBeUndefined()
  })

  it('with any character changed, added or removed is not genuine', async () => {
    const token = await writeDerivedSecret('access_token', id, mac)
    for (let at = 0; at < token.length; at++) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect(await readDerivedSecret('access_token', changed, mac)).toBeUndefined()
      const shorter = token.slice(0, at) + token.slice(at + 1)
      expect(await readDerivedSecret('access_token', shorter, mac)).toBeUndefined()
    }
    for (const longer of [`${token}A`, `${token}=`, `${token}.A`, ` ${token}`, `${token}\n`]) {
      expect(await readDerivedSecret('access_token', longer, mac)).toBeUndefined()
    }
  })

  it.each(['', '.', 'a', 'a.', '.a', 'a.b.c', '../x.y', `${'a'.repeat(129)}.x`, 'a'.repeat(100_000)])(
    'is not read from malformed text',
    async (text) => {
      expect(await readDerivedSecret('access_token', text, mac)).toBeUndefined()
    },
  )

  it('is not made for an id that could hide another purpose', async () => {
    await expect(writeDerivedSecret('access_token', 'a:b', mac)).rejects.toThrow('session id')
    await expect(writeDerivedSecret('access_token', 'a.b', mac)).rejects.toThrow('session id')
  })

  it('is never found in any other text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await readDerivedSecret('access_token', text, mac)).toBeUndefined()
        expect(await readDerivedSecret('access_token', `${id}.${text}`, mac)).toBeUndefined()
      }),
    )
  })
})

describe('a secret with a label', () => {
  const label = 'label-01'

  it('leads back to its session and its label', async () => {
    const code = await writeDerivedSecret('authorization_code', id, mac, label)
    expect(code).toMatch(/^q1W2-e3_R4\.label-01\.[\w-]{43}$/)
    expect(await readLabelledSecret('authorization_code', code, mac)).toEqual({ sessionId: id, label })
  })

  it('is none without it, and one without is none with it', async () => {
    const [labelled, plain] = [
      await writeDerivedSecret('authorization_code', id, mac, label),
      await writeDerivedSecret('authorization_code', id, mac),
    ]
    expect(await readDerivedSecret('authorization_code', labelled, mac)).toBeUndefined()
    expect(await readLabelledSecret('authorization_code', plain, mac)).toBeUndefined()
  })

  it('of another session, label, purpose or deployment is not genuine', async () => {
    const code = await writeDerivedSecret('authorization_code', id, mac, label)
    for (const changed of [
      code.replace(id, 'q1W2-e3_R5'),
      code.replace(label, 'label-02'),
      `${code}.x`,
      code.slice(1),
    ])
      expect(await readLabelledSecret('authorization_code', changed, mac)).toBeUndefined()
    expect(await readLabelledSecret('access_token', code, mac)).toBeUndefined()
    expect(await readLabelledSecret('authorization_code', code, testMac('another'))).toBeUndefined()
  })

  it('is not made of a label that could hide another', async () => {
    await expect(writeDerivedSecret('authorization_code', id, mac, 'label.01x')).rejects.toThrow('session id')
  })
})
