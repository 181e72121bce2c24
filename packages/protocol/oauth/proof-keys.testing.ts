/** Keys and an engine for tests of signed messages, on node:crypto alone. */
import nodeCrypto, { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { CryptoEngine, Mac, SignatureAlgorithm, Signer } from '@countersign/credential/crypto'
import { type PublicJwk, parsePublicJwk } from '@countersign/credential/jwk'

const HASHES = { ES256: 'sha256', ES384: 'sha384', ES512: 'sha512', EdDSA: null } as const
const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const

export const testEngine: CryptoEngine = {
  digest: (algorithm, data) => nodeCrypto.createHash(algorithm.replace('-', '')).update(data).digest(),
  digestBase64url: (algorithm, data) =>
    nodeCrypto.createHash(algorithm.replace('-', '')).update(data).digest('base64url'),
  randomBytes: (length) => new Uint8Array(nodeCrypto.randomBytes(length)),
  verify(algorithm, jwk, data, signature) {
    try {
      const key = nodeCrypto.createPublicKey({ key: { ...jwk }, format: 'jwk' })
      const bytes = typeof data === 'string' ? Buffer.from(data) : data
      return nodeCrypto.verify(HASHES[algorithm], bytes, { key, dsaEncoding: 'ieee-p1363' }, signature)
    } catch {
      return false
    }
  },
}

export function testSigner(algorithm: SignatureAlgorithm = 'ES256'): Signer {
  const { privateKey, publicKey } = keyPair(algorithm)
  return {
    keyId: 'test',
    algorithm,
    publicJwk: publicJwkOf(publicKey),
    sign: (data) =>
      nodeCrypto.sign(HASHES[algorithm], typeof data === 'string' ? Buffer.from(data) : data, {
        key: privateKey,
        dsaEncoding: 'ieee-p1363',
      }),
  }
}

export function testMac(secret: string): Mac {
  return (text) => createHmac('sha256', secret).update(text).digest('base64url')
}

/** A compact JWS that nobody signed. */
export function unsignedJws(header: object, payload: object, signature = 'AAAA'): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(payload)}.${signature}`
}

function keyPair(algorithm: SignatureAlgorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  return algorithm === 'EdDSA'
    ? generateKeyPairSync('ed25519')
    : generateKeyPairSync('ec', { namedCurve: CURVES[algorithm] })
}

function publicJwkOf(key: KeyObject): PublicJwk {
  const parsed = parsePublicJwk(key.export({ format: 'jwk' }))
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}
