/**
 * A crypto engine and software signers on `node:crypto`, for tests only: the product's engines live beside the
 * services. Keys are made anew for each test, so that none is worth stealing from this repository.
 */
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import type { CryptoEngine, HashAlgorithm, SignatureAlgorithm, Signer } from '../crypto.ts'
import { algorithmOf, type EcCurve, type PublicJwk, parsePublicJwk } from '../jwk.ts'

const HASHES: Readonly<Record<SignatureAlgorithm, string | null>> = {
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
  EdDSA: null,
}

export const nodeEngine: CryptoEngine = {
  digest: (algorithm, data) => hash(algorithm, data).digest(),
  digestBase64url: (algorithm, data) => hash(algorithm, data).digest('base64url'),
  verify: (algorithm, key, data, signature) => {
    if (algorithmOf(key) !== algorithm) return false
    try {
      const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' })
      const options = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
      return verify(HASHES[algorithm], Buffer.from(data), options, signature)
    } catch {
      return false
    }
  },
  randomBytes: (length) => randomBytes(length),
}

/** The same engine, answering later, as WebCrypto does. */
export const lateEngine: CryptoEngine = {
  digest: async (algorithm, data) => nodeEngine.digest(algorithm, data),
  digestBase64url: async (algorithm, data) => nodeEngine.digestBase64url(algorithm, data),
  verify: async (algorithm, key, data, signature) => nodeEngine.verify(algorithm, key, data, signature),
  randomBytes: (length) => randomBytes(length),
}

export function makeSigner(curve: EcCurve | 'Ed25519' = 'P-256', keyId = 'key-1'): Signer {
  const { privateKey, publicKey } =
    curve === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: curve })
  return signerOf(privateKey, publicKeyOf(publicKey), keyId)
}

function signerOf(privateKey: KeyObject, publicJwk: PublicJwk, keyId: string): Signer {
  const algorithm = algorithmOf(publicJwk)
  return {
    keyId,
    algorithm,
    publicJwk,
    sign: (data) =>
      sign(HASHES[algorithm], Buffer.from(data), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  }
}

function publicKeyOf(key: KeyObject): PublicJwk {
  const parsed = parsePublicJwk(key.export({ format: 'jwk' }))
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}

function hash(algorithm: HashAlgorithm, data: Uint8Array | string) {
  return createHash(algorithm.replace('-', '')).update(data)
}
