/**
 * The crypto engine of servers: `node:crypto`, synchronous. One signature check costs what OpenSSL costs and little
 * more: ECDSA goes through DER, digests through `crypto.hash`, and imported public keys stay in a bounded cache,
 * because the import of a key is a third of a verification and issuer keys come back with every credential.
 * Knows nothing of who may sign what; a key that does not fit its algorithm is simply not a signature.
 */
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import type { CryptoEngine, HashAlgorithm, SignatureAlgorithm } from '@countersign/credential/crypto'
import type { PublicJwk } from '@countersign/credential/jwk'
import { derFromJose } from './ecdsa-der.ts'
import { freshRandomBytes } from './random.ts'

/** What OpenSSL needs to know of an algorithm. `width`: bytes of a coordinate, and of r and of s. */
export interface AlgorithmFacts {
  readonly crv: PublicJwk['crv']
  readonly width: number
  /** Ed25519 hashes by itself. */
  readonly hash: string | null
}

export const algorithmFacts: Readonly<Record<SignatureAlgorithm, AlgorithmFacts>> = {
  ES256: { crv: 'P-256', width: 32, hash: 'sha256' },
  ES384: { crv: 'P-384', width: 48, hash: 'sha384' },
  ES512: { crv: 'P-521', width: 66, hash: 'sha512' },
  EdDSA: { crv: 'Ed25519', width: 32, hash: null },
}

export const nodeCrypto = {
  digest(algorithm: HashAlgorithm, data: Uint8Array | string): Uint8Array {
    return plainBytes(hash(hashNames[algorithm], data, 'buffer'))
  },
  digestBase64url(algorithm: HashAlgorithm, data: Uint8Array | string): string {
    return hash(hashNames[algorithm], data, 'base64url')
  },
  verify(
    algorithm: SignatureAlgorithm,
    key: PublicJwk,
    data: Uint8Array | string,
    signature: Uint8Array,
  ): boolean {
    const facts = algorithmFacts[algorithm]
    if (facts?.crv !== key.crv || signature.length !== 2 * facts.width) return false
    const opensslSignature = facts.hash === null ? signature : derFromJose(signature, facts.width)
    const imported = opensslSignature && importedKeys.get(key)
    return imported ? verifies(facts.hash, data, imported, opensslSignature) : false
  },
  randomBytes(length: number): Uint8Array {
    return freshRandomBytes(length)
  },
} satisfies CryptoEngine

const hashNames: Readonly<Record<HashAlgorithm, string>> = {
  'sha-256': 'sha256',
  'sha-384': 'sha384',
  'sha-512': 'sha512',
}

/** OpenSSL answers some malformed input with an error instead of `false`; for the caller both are "no". */
function verifies(
  hashName: string | null,
  data: Uint8Array | string,
  key: KeyObject,
  signature: Uint8Array,
): boolean {
  try {
    return verify(hashName, typeof data === 'string' ? Buffer.from(data) : data, key, signature)
  } catch {
    return false
  }
}

/** A `Buffer` is a `Uint8Array` with another `slice` and `toString`: the port promises the plain one. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

/**
 * Least recently used first. Only keys that OpenSSL accepted are kept, so nobody fills the cache with rubbish;
 * holder keys, new each time, push out other holder keys before the issuer keys that every request touches.
 */
export function publicKeyCache(limit: number) {
  const kept = new Map<string, KeyObject>()
  return {
    get(jwk: PublicJwk): KeyObject | undefined {
      const id = `${jwk.kty}|${jwk.crv}|${jwk.x}|${jwk.kty === 'EC' ? jwk.y : ''}`
      const known = kept.get(id)
      const key = known ?? importPublicKey(jwk)
      if (!key) return undefined
      if (known) kept.delete(id)
      else if (kept.size >= limit) kept.delete(kept.keys().next().value ?? id)
      kept.set(id, key)
      return key
    },
    get size(): number {
      return kept.size
    },
  }
}

const importedKeys = publicKeyCache(2048)

const coordinateBytes: Readonly<Record<PublicJwk['crv'], number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  Ed25519: 32,
}

/** `undefined` for a point off the curve and for coordinates that are not exactly as wide as RFC 7518 §6.2.1.2 says. */
export function importPublicKey(jwk: PublicJwk): KeyObject | undefined {
  const width = coordinateBytes[jwk.crv]
  const coordinates = jwk.kty === 'EC' ? [jwk.x, jwk.y] : [jwk.x]
  if (width === undefined || !coordinates.every((text) => isCoordinate(text, width))) return undefined
  try {
    const { kty, crv } = jwk
    return createPublicKey({ key: { kty, crv, x: jwk.x, y: coordinates[1] }, format: 'jwk' })
  } catch {
    return undefined
  }
}

/** Node decodes base64url leniently: only the canonical text of exactly `width` bytes may name a key. */
export function isCoordinate(text: unknown, width: number): text is string {
  if (typeof text !== 'string' || text.length !== Math.ceil((width * 4) / 3)) return false
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length === width && bytes.toString('base64url') === text
}
