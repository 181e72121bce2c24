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
