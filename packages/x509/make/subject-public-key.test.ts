import { encodeBase64, encodeBase64url } from '@countersign/core/base64url'
import type { PublicJwk } from '@countersign/crypto/jwk'
import {
  inBrowser,
  lateEngine,
  makeSigner,
  nodeEngine,
  testKeys,
} from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { keyIdentifier, sha1KeyIdentifier, subjectPublicKeyInfo } from './subject-public-key.ts'

/** The key of RFC 7515 appendix A.3. */
const p256: PublicJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
}

describe('a public key in a certificate', () => {
  it('is the one of RFC 8410 §10.1', () => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE' } as const
    const expected = 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE='
    expect(encodeBase64(subjectPublicKeyInfo(jwk))).toBe(expected)
  })

  it.skipIf(inBrowser).each(testKeys)('of %s is, byte for byte, what OpenSSL writes', async (kind) => {
    const { createPublicKey } = await import('node:crypto')
    const { publicJwk } = makeSigner(kind)
    const theirs = createPublicKey({ key: { ...publicJwk }, format: 'jwk' })
    const expected = theirs.export({ type: 'spki', format: 'der' })
    expect(encodeBase64(subjectPublicKeyInfo(publicJwk))).toBe(expected.toString('base64'))
  })
})

describe('a key identifier', () => {
  it('is the same whenever the engine answers', async () => {
    for (const engine of [nodeEngine, lateEngine]) {
      expect(encodeBase64url(await keyIdentifier(p256, engine))).toBe('3NJEbKmIMMhDxJOmcjZLqXHWdPs')
      expect(encodeBase64url(await sha1KeyIdentifier(p256, engine))).toBe('zo0Wsckzjrf-OXmZrkW-7j-1hoY')
    }
  })
})
