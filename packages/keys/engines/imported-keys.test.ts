import { createPublicKey } from 'node:crypto'
import { bareKey, type PublicJwk } from '@countersign/crypto/jwk'
import { describe, expect, it } from 'vitest'
import { generateSoftwareKey } from '../signers/software-key.ts'
import { importPublicKey, publicKeyCache } from './imported-keys.ts'

describe('a public key', () => {
  const ofNode = (jwk: PublicJwk) => {
    try {
      return createPublicKey({ key: { ...jwk }, format: 'jwk' })
    } catch {
      return undefined
    }
  }
  const algorithms = ['ES256', 'ES384', 'ES512', 'ES256K', 'EdDSA'] as const

  it.each(algorithms)('of %s is the one that Node reads of the JWK', (algorithm) => {
    for (let made = 0; made < 20; made++) {
      const jwk = bareKey(generateSoftwareKey(algorithm))
      const expected = ofNode(jwk)
      expect(expected && importPublicKey(jwk)?.equals(expected)).toBe(true)
    }
  })

  it.each(algorithms.slice(0, 4))('of %s that is not on the curve is none, as for Node', (algorithm) => {
    for (let made = 0; made < 50; made++) {
      const jwk = bareKey(generateSoftwareKey(algorithm))
      if (jwk.kty !== 'EC') throw new Error('no curve')
      const x = Buffer.from(jwk.x, 'base64url')
      x[x.length - 1] = (x.at(-1) ?? 0) ^ (1 << (made % 8))
      const moved = { ...jwk, x: x.toString('base64url') }
      expect(importPublicKey(moved)).toBeUndefined()
      expect(ofNode(moved)).toBeUndefined()
      const beyond = { ...jwk, x: Buffer.alloc(x.length, 0xff).toString('base64url') }
      expect(importPublicKey(beyond)).toBeUndefined()
    }
  })

  it.each(['__proto__', 'constructor', 'P-192', ''])('on the curve %j is none', (crv) => {
    const { x, y } = bareKey(generateSoftwareKey('ES256')) as { x: string; y: string }
    expect(importPublicKey({ kty: 'EC', crv, x, y } as PublicJwk)).toBeUndefined()
  })
})

describe('the cache of imported keys', () => {
  const newKey = () => bareKey(generateSoftwareKey('ES256'))

  it('stays within its limit and keeps what is in use', () => {
    const cache = publicKeyCache(4)
    const issuer = newKey()
    const first = cache.get(issuer)
    for (let holder = 0; holder < 20; holder++) {
      cache.get(newKey())
      expect(cache.get(issuer)).toBe(first)
      expect(cache.size).toBeLessThanOrEqual(4)
    }
  })

  it('forgets what is not in use', () => {
    const cache = publicKeyCache(4)
    const early = newKey()
    const first = cache.get(early)
    for (let other = 0; other < 4; other++) cache.get(newKey())
    expect(cache.get(early)).not.toBe(first)
  })

  it('keeps nothing of a key that cannot be imported', () => {
    const cache = publicKeyCache(4)
    expect(cache.get({ kty: 'OKP', crv: 'Ed25519', x: 'short' })).toBeUndefined()
    expect(cache.get({ kty: 'RSA', n: 'AQAB', e: 'AQAB' })).toBeUndefined()
    expect(cache.size).toBe(0)
  })

  it('does not let labels make two keys of one', () => {
    const cache = publicKeyCache(4)
    const key = bareKey(generateSoftwareKey('EdDSA'))
    expect(cache.get({ ...key, kid: 'a' })).toBe(cache.get({ ...key, kid: 'b' }))
    expect(importPublicKey(key)?.asymmetricKeyType).toBe('ed25519')
  })
})
