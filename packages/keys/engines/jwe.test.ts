import { bareKey } from '@countersign/crypto/jwk'
import { describe, expect, it } from 'vitest'
import { generateSoftwareKey } from '../signers/software-key.ts'
import { joseJwe } from './jwe.ts'

describe('agreement by a key for messages', () => {
  // RFC 7518 appendix C.
  const alice = {
    kty: 'EC',
    crv: 'P-256',
    x: 'gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0',
    y: 'SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps',
    d: '0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo',
  } as const
  const bob = {
    kty: 'EC',
    crv: 'P-256',
    x: 'weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ',
    y: 'e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck',
  } as const

  it('gives the secret of RFC 7518 appendix C', async () => {
    const secret = await joseJwe.agreement(alice)(bob)
    expect(Buffer.from(secret ?? []).toString('base64url')).toBe(
      'nlbZHYFxNdNyg0KDv4QmnPsxbqPagGpI9tqneYz-kMQ',
    )
  })

  it('gives both ends of a made key the same', async () => {
    const [one, other] = [await joseJwe.makeKey(), await joseJwe.makeKey()]
    const secret = await joseJwe.agreement(one)(bareKey(other))
    expect(secret).toHaveLength(32)
    expect(await joseJwe.agreement(other)(bareKey(one))).toEqual(secret)
    expect(await joseJwe.agreement(one)(bob)).not.toEqual(secret)
  })

  it('answers nothing for a peer off the curve or on another', async () => {
    const agree = joseJwe.agreement(alice)
    const zero = Buffer.alloc(32).toString('base64url')
    for (const peer of [
      { ...bob, y: bob.x },
      { ...bob, x: zero, y: zero },
      { ...bob, x: bob.x.slice(2) },
      bareKey(generateSoftwareKey('ES384')),
      bareKey(generateSoftwareKey('ES256K')),
      bareKey(generateSoftwareKey('EdDSA')),
    ])
      expect(await agree(peer)).toBeUndefined()
  })
})

const key = await joseJwe.makeKey()
const kept = [{ key, keyId: 'k' }]
const recipient = { key, keyId: 'k', content: 'A128GCM' } as const
const LIMIT = { maxUnpackedBytes: 100_000 }

const headerOf = (jwe: string) => JSON.parse(Buffer.from(jwe.split('.')[0] ?? '', 'base64url').toString())

describe('a packed message', () => {
  it('under another content encryption than was agreed on is not read', async () => {
    const jwe = await joseJwe.encrypt('x', recipient)
    expect(await joseJwe.decrypt(jwe, kept, { content: 'A128GCM' })).toEqual({ ok: true, value: 'x' })
    expect(await joseJwe.decrypt(jwe, kept, { content: 'A256GCM' })).toEqual({
      ok: false,
      error: { code: 'jwe_algorithm_unsupported' },
    })
  })

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
