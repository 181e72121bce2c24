import { describe, expect, it } from 'vitest'
import { joseJwe } from './jwe.ts'

const key = await joseJwe.makeKey()
const kept = [{ key, keyId: 'k' }]
const recipient = { key, keyId: 'k', content: 'A128GCM' } as const
const LIMIT = { maxUnpackedBytes: 100_000 }

const headerOf = (jwe: string) => JSON.parse(Buffer.from(jwe.split('.')[0] ?? '', 'base64url').toString())

describe('a packed message', () => {
  it('is smaller, says so, and is read where it is said how large it may become', async () => {
    const text = 'a word '.repeat(1000)
    const jwe = await joseJwe.encrypt(text, { ...recipient, packed: true })
    expect(jwe.length).toBeLessThan(1000)
    expect(headerOf(jwe)).toMatchObject({ zip: 'DEF' })
    expect(await joseJwe.decrypt(jwe, kept, LIMIT)).toEqual({ ok: true, value: text })
  })

  it('is not read where nothing is said of that', async () => {
    const jwe = await joseJwe.encrypt('x', { ...recipient, packed: true })
    expect(await joseJwe.decrypt(jwe, kept)).toEqual({
      ok: false,
      error: { code: 'jwe_algorithm_unsupported' },
    })
  })

  it('that becomes too large is refused', async () => {
    const bomb = await joseJwe.encrypt('x'.repeat(50_000_000), { ...recipient, packed: true })
    expect(bomb.length).toBeLessThan(100_000)
    expect(await joseJwe.decrypt(bomb, kept, LIMIT)).toEqual({
      ok: false,
      error: { code: 'jwe_undecryptable' },
    })
    const exact = await joseJwe.encrypt('x'.repeat(100_000), { ...recipient, packed: true })
    expect(await joseJwe.decrypt(exact, kept, LIMIT)).toMatchObject({ ok: true })
  })
})

it('a message that is not packed says nothing of it, and is read whatever is said of packed ones', async () => {
  const jwe = await joseJwe.encrypt('x'.repeat(200_000), recipient)
  expect(headerOf(jwe)).not.toHaveProperty('zip')
  expect(await joseJwe.decrypt(jwe, kept, LIMIT)).toMatchObject({ ok: true })
})
