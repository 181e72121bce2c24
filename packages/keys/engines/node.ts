/**
 * The crypto engine of servers: `node:crypto`, synchronous. One signature check costs what OpenSSL costs and little
 * more: ECDSA goes through DER, digests through `crypto.hash`, and keys that come back stay imported.
 * Knows nothing of who may sign what; a key that does not fit its algorithm is simply not a signature.
 */
import { constants, createHmac, hash, verify } from 'node:crypto'
import { derFromJose } from '@countersign/crypto/ecdsa-der'
import type { CryptoEngine, HashAlgorithm } from '@countersign/crypto/engine'
import { COORDINATE_BYTES, type EcCurve, type PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm, SignatureScheme } from '@countersign/crypto/signature-algorithm'
import { publicKeyCache } from './imported-keys.ts'
import { freshRandomBytes } from './random-bytes.ts'

/** What OpenSSL needs to know of an algorithm. `width`: bytes of a coordinate, and of r and of s. */
export type AlgorithmFacts =
  | { readonly kind: 'ecdsa'; readonly crv: EcCurve; readonly width: number; readonly hash: string }
  /** Ed25519 hashes by itself. */
  | { readonly kind: 'eddsa'; readonly hash: null }
  | { readonly kind: 'rsa'; readonly hash: string; readonly padding: number; readonly saltLength?: number }

export const ALGORITHM_FACTS: Readonly<Record<SignatureAlgorithm, AlgorithmFacts>> = {
  ES256: { kind: 'ecdsa', crv: 'P-256', width: 32, hash: 'sha256' },
  ES384: { kind: 'ecdsa', crv: 'P-384', width: 48, hash: 'sha384' },
  ES512: { kind: 'ecdsa', crv: 'P-521', width: 66, hash: 'sha512' },
  ES256K: { kind: 'ecdsa', crv: 'secp256k1', width: 32, hash: 'sha256' },
  EdDSA: { kind: 'eddsa', hash: null },
  RS256: pkcs1('sha256'),
  RS384: pkcs1('sha384'),
  RS512: pkcs1('sha512'),
  PS256: pss('sha256', 32),
  PS384: pss('sha384', 48),
  PS512: pss('sha512', 64),
}

function pkcs1(hashName: string): AlgorithmFacts {
  return { kind: 'rsa', hash: hashName, padding: constants.RSA_PKCS1_PADDING }
}

/** The salt has exactly that length, in JOSE that of the hash (RFC 7518 §3.5), or it is no signature. */
function pss(hashName: string, saltLength: number): AlgorithmFacts {
  return { kind: 'rsa', hash: hashName, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
}

/** Undefined for a curve of another kind of key, and for the one that certificates do not have. */
function factsOfScheme(scheme: SignatureScheme, key: PublicJwk): AlgorithmFacts | undefined {
  switch (scheme.kind) {
    case 'ecdsa':
      if (key.kty !== 'EC' || key.crv === 'secp256k1') return undefined
      return {
        kind: 'ecdsa',
        crv: key.crv,
        width: COORDINATE_BYTES[key.crv],
        hash: HASH_NAMES[scheme.hash],
      }
    case 'eddsa':
      return ALGORITHM_FACTS.EdDSA
    case 'rsa-pkcs1':
      return pkcs1(HASH_NAMES[scheme.hash])
    case 'rsa-pss':
      return pss(HASH_NAMES[scheme.hash], scheme.saltLength)
  }
}

export const nodeCrypto = {
  digest(algorithm: HashAlgorithm, data: Uint8Array | string): Uint8Array {
    return plainBytes(hash(HASH_NAMES[algorithm], data, 'buffer'))
  },
  digestBase64url(algorithm: HashAlgorithm, data: Uint8Array | string): string {
    return hash(HASH_NAMES[algorithm], data, 'base64url')
  },
  verify(
    algorithm: SignatureAlgorithm | SignatureScheme,
    key: PublicJwk,
    data: Uint8Array | string,
    signature: Uint8Array,
  ): boolean {
    const facts = typeof algorithm === 'string' ? ALGORITHM_FACTS[algorithm] : factsOfScheme(algorithm, key)
    switch (facts?.kind) {
      case 'ecdsa': {
        if (key.kty !== 'EC' || key.crv !== facts.crv) return false
        const der = derFromJose(signature, facts.width)
        return der !== undefined && verifies(facts, data, key, der)
      }
      case 'eddsa':
        return key.kty === 'OKP' && signature.length === 64 && verifies(facts, data, key, signature)
      case 'rsa':
        return (
          key.kty === 'RSA' && signature.length === modulusBytes(key) && verifies(facts, data, key, signature)
        )
      case undefined:
      default:
        return false
    }
  },
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
    return plainBytes(createHmac('sha256', key).update(data).digest())
  },
  sha1OfPublicKey(publicKey: Uint8Array): Uint8Array {
    return plainBytes(hash('sha1', publicKey, 'buffer'))
  },
  randomBytes(length: number): Uint8Array {
    return freshRandomBytes(length)
  },
} satisfies CryptoEngine

const HASH_NAMES: Readonly<Record<HashAlgorithm, string>> = {
  'sha-256': 'sha256',
  'sha-384': 'sha384',
  'sha-512': 'sha512',
}

const importedKeys = publicKeyCache(2048)

/** OpenSSL answers some malformed input with an error instead of `false`; for the caller both are "no". */
function verifies(
  facts: AlgorithmFacts,
  data: Uint8Array | string,
  jwk: PublicJwk,
  signature: Uint8Array,
): boolean {
  const key = importedKeys.get(jwk)
  if (key === undefined) return false
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  try {
    return verify(facts.hash, bytes, facts.kind === 'rsa' ? { key, ...paddingOf(facts) } : key, signature)
  } catch {
    return false
  }
}

/** Options for signing and verifying alike. */
export function paddingOf({ padding, saltLength }: Extract<AlgorithmFacts, { kind: 'rsa' }>) {
  return saltLength === undefined ? { padding } : { padding, saltLength }
}

/** RFC 8017 §8.1.2, §8.2.2: a signature is as long as the modulus. `n` is base64url without padding. */
function modulusBytes({ n }: { readonly n: string }): number {
  return Math.floor((n.length * 3) / 4)
}

/** A `Buffer` is a `Uint8Array` with another `slice` and `toString`: the port promises the plain one. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
