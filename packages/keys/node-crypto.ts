/**
 * The crypto engine of servers: `node:crypto`, synchronous. One signature check costs what OpenSSL costs and little
 * more: ECDSA goes through DER, digests through `crypto.hash`, and imported public keys stay in a bounded cache,
 * because the import of a key is a third of a verification and issuer keys come back with every credential.
 * Knows nothing of who may sign what; a key that does not fit its algorithm is simply not a signature.
 */
import { constants, createHmac, createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import type { CryptoEngine, HashAlgorithm, SignatureAlgorithm } from '@countersign/credential/crypto'
import { type EcCurve, isOfSmallOrder, type PublicJwk, parsePublicJwk } from '@countersign/credential/jwk'
import { derFromJose } from './ecdsa-der.ts'
import { freshRandomBytes } from './random.ts'

/** What OpenSSL needs to know of an algorithm. `width`: bytes of a coordinate, and of r and of s. */
export type AlgorithmFacts =
  | { readonly kind: 'ecdsa'; readonly crv: EcCurve; readonly width: number; readonly hash: string }
  /** Ed25519 hashes by itself. */
  | { readonly kind: 'eddsa'; readonly hash: null }
  | { readonly kind: 'rsa'; readonly hash: string; readonly padding: number; readonly saltLength?: number }

export const algorithmFacts: Readonly<Record<SignatureAlgorithm, AlgorithmFacts>> = {
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

/** RFC 7518 §3.5: the salt is as long as the hash, and any other length is no signature. */
function pss(hashName: string, saltLength: number): AlgorithmFacts {
  return { kind: 'rsa', hash: hashName, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
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
      default:
        return false
    }
  },
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
    return plainBytes(createHmac('sha256', key).update(data).digest())
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

/**
 * Least recently used first. Only keys that OpenSSL accepted are kept, so nobody fills the cache with rubbish;
 * holder keys, new each time, push out other holder keys before the issuer keys that every request touches.
 */
export function publicKeyCache(limit: number) {
  const kept = new Map<string, KeyObject>()
  return {
    get(jwk: PublicJwk): KeyObject | undefined {
      const id = nameOf(jwk)
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

function nameOf(jwk: PublicJwk): string {
  switch (jwk.kty) {
    case 'EC':
      return `EC|${jwk.crv}|${jwk.x}|${jwk.y}`
    case 'OKP':
      return `OKP|${jwk.crv}|${jwk.x}`
    case 'RSA':
      return `RSA|${jwk.n}|${jwk.e}`
  }
}

const coordinateBytes: Readonly<Record<EcCurve | 'Ed25519', number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  secp256k1: 32,
  Ed25519: 32,
}

/**
 * `undefined` for a point off the curve or of small order, for coordinates that are not exactly as wide as RFC 7518
 * §6.2.1.2 says, and for an RSA key that `parsePublicJwk` would not read.
 */
export function importPublicKey(jwk: PublicJwk): KeyObject | undefined {
  try {
    switch (jwk.kty) {
      case 'RSA':
        return importRsa(jwk)
      case 'EC':
        return importPoint(jwk.crv, [jwk.x, jwk.y])
      case 'OKP':
        return isOfSmallOrder(jwk.x) ? undefined : importPoint(jwk.crv, [jwk.x])
    }
  } catch {
    return undefined
  }
}

function importRsa({ e, n }: { readonly e: string; readonly n: string }): KeyObject | undefined {
  if (!parsePublicJwk({ kty: 'RSA', n, e }).ok) return undefined
  return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })
}

/** SubjectPublicKeyInfo up to the coordinates (RFC 5480 §2, RFC 8410 §4); of a curve that is none, nothing. */
const spkiPrefixes = new Map<string, Buffer>(
  Object.entries({
    'P-256': '3059301306072a8648ce3d020106082a8648ce3d03010703420004',
    'P-384': '3076301006072a8648ce3d020106052b8104002203620004',
    'P-521': '30819b301006072a8648ce3d020106052b810400230381860004',
    secp256k1: '3056301006072a8648ce3d020106052b8104000a03420004',
    Ed25519: '302a300506032b6570032100',
  }).map(([crv, hex]) => [crv, Buffer.from(hex, 'hex')]),
)

/** As PEM text: Node 24 reads that in less than half the time of a JWK, and every new holder brings a new key. */
function importPoint(crv: EcCurve | 'Ed25519', coordinates: readonly string[]): KeyObject | undefined {
  const prefix = spkiPrefixes.get(crv)
  if (prefix === undefined) return undefined
  const bytes: Buffer[] = [prefix]
  for (const text of coordinates) {
    const coordinate = readCoordinate(text, coordinateBytes[crv])
    if (coordinate === undefined) return undefined
    bytes.push(coordinate)
  }
  const spki = Buffer.concat(bytes).toString('base64')
  return createPublicKey(`-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`)
}

export function isCoordinate(text: unknown, width: number): text is string {
  return readCoordinate(text, width) !== undefined
}

/** Node decodes base64url leniently: only the canonical text of exactly `width` bytes may name a key. */
function readCoordinate(text: unknown, width: number): Buffer | undefined {
  if (typeof text !== 'string' || text.length !== Math.ceil((width * 4) / 3)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length === width && bytes.toString('base64url') === text ? bytes : undefined
}
