/**
 * The crypto engine of browsers: WebCrypto, with private keys that no script can read out. Its answers are those of the
 * engine of servers, which one contract test keeps; what WebCrypto knows nothing of is not a signature here either.
 * Needs `globalThis.crypto.subtle`, which browsers have on https and localhost only, and nothing else of the platform.
 */
import { encodeBase64url, encodeUtf8 } from '@countersign/core/base64url'
import type { CryptoEngine, HashAlgorithm, KeyAgreement, Signer } from '@countersign/crypto/engine'
import {
  bareKey,
  COORDINATE_BYTES,
  fits,
  fitsScheme,
  type PublicJwk,
  parsePublicJwk,
} from '@countersign/crypto/jwk'
import { thumbprintInput } from '@countersign/crypto/jwk-thumbprint'
import type {
  SignatureAlgorithm,
  SignatureHash,
  SignatureScheme,
} from '@countersign/crypto/signature-algorithm'
import { agreementBy, ECDH } from './key-agreement.ts'

/**
 * Browsers have no secp256k1: such a signature can be judged on a server only. Of what certificates name they know all that
 * servers do; curves that WebCrypto lacks (brainpool) are none of ours anywhere.
 */
export const UNKNOWN_TO_WEB_CRYPTO: readonly SignatureAlgorithm[] = ['ES256K']

export const webCrypto = {
  async digest(algorithm: HashAlgorithm, data: Uint8Array | string): Promise<Uint8Array> {
    return new Uint8Array(await crypto.subtle.digest(algorithm, bytesOf(data)))
  },
  async digestBase64url(algorithm: HashAlgorithm, data: Uint8Array | string): Promise<string> {
    return encodeBase64url(await webCrypto.digest(algorithm, data))
  },
  async verify(
    algorithm: SignatureAlgorithm | SignatureScheme,
    key: PublicJwk,
    data: Uint8Array | string,
    signature: Uint8Array,
  ): Promise<boolean> {
    const bare = bareKey(key)
    const facts = factsOf(algorithm, bare)
    if (facts === undefined || signature.length !== signatureBytes(facts, bare)) return false
    try {
      const imported = await importPublicKey(facts, bare)
      return (
        imported !== undefined &&
        (await crypto.subtle.verify(facts.use, imported, plain(signature), bytesOf(data)))
      )
    } catch {
      return false
    }
  },
  async hmacSha256(key: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
    // RFC 2104 §2 fills keys up with zeros, so an empty key, which WebCrypto refuses, is the key of one zero.
    const filled = key.length === 0 ? new Uint8Array(1) : plain(key)
    const imported = await crypto.subtle.importKey('raw', filled, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
    ])
    return new Uint8Array(await crypto.subtle.sign('HMAC', imported, plain(data)))
  },
  async sha1OfPublicKey(publicKey: Uint8Array): Promise<Uint8Array> {
    return new Uint8Array(await crypto.subtle.digest('SHA-1', plain(publicKey)))
  },
  randomBytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at += LARGEST_DRAW)
      crypto.getRandomValues(bytes.subarray(at, at + LARGEST_DRAW))
    return bytes
  },
} satisfies CryptoEngine

export type WebKeyPair = { readonly publicKey: WebKey; readonly privateKey: WebKey }
type WebKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/**
 * A pair that may be kept in IndexedDB and whose private part cannot be read out again. Throws for an algorithm that is
 * unknown to WebCrypto.
 */
export async function generateWebKeyPair(algorithm: SignatureAlgorithm): Promise<WebKeyPair> {
  const facts = ALGORITHM_FACTS[algorithm]
  if (facts === undefined) throw new TypeError(`${algorithm} is unknown to WebCrypto`)
  const made = await crypto.subtle.generateKey(facts.key, false, ['sign', 'verify'])
  if (!('privateKey' in made)) throw new TypeError('not a pair')
  return made
}

/** The pair must be one of `generateWebKeyPair` for the same algorithm. */
export async function webSigner(
  algorithm: SignatureAlgorithm,
  { publicKey, privateKey }: WebKeyPair,
  options: { readonly keyId?: string } = {},
): Promise<Signer> {
  const facts = ALGORITHM_FACTS[algorithm]
  if (facts === undefined) throw new TypeError(`${algorithm} is unknown to WebCrypto`)
  const publicJwk = await exportPublicJwk(publicKey)
  return {
    keyId: options.keyId ?? (await webCrypto.digestBase64url('sha-256', thumbprintInput(publicJwk))),
    algorithm,
    publicJwk,
    sign: async (data) => new Uint8Array(await crypto.subtle.sign(facts.use, privateKey, bytesOf(data))),
  }
}

/** ECDH on P-256, for device MACs of mdoc and for JWE. */
export async function generateWebKeyAgreement(): Promise<{ publicJwk: PublicJwk; agree: KeyAgreement }> {
  const made = await crypto.subtle.generateKey(ECDH, false, ['deriveBits'])
  if (!('privateKey' in made)) throw new TypeError('not a pair')
  return { publicJwk: await exportPublicJwk(made.publicKey), agree: agreementBy(made.privateKey) }
}

/** Of one `getRandomValues`, in bytes. */
const LARGEST_DRAW = 65_536

interface AlgorithmFacts {
  /** For making keys; the members that an import does not know are ignored there. */
  readonly key: RsaKey | { readonly name: string; readonly namedCurve?: string }
  readonly use: { readonly name: string; readonly hash?: string; readonly saltLength?: number }
  /** Absent: as long as the modulus. */
  readonly signatureBytes?: number
}

interface RsaKey {
  readonly name: string
  readonly hash: string
  readonly modulusLength: number
  readonly publicExponent: Uint8Array<ArrayBuffer>
}

const ALGORITHM_FACTS: Readonly<Partial<Record<SignatureAlgorithm, AlgorithmFacts>>> = {
  ES256: ecdsa('P-256', 'SHA-256', 64),
  ES384: ecdsa('P-384', 'SHA-384', 96),
  ES512: ecdsa('P-521', 'SHA-512', 132),
  EdDSA: { key: { name: 'Ed25519' }, use: { name: 'Ed25519' }, signatureBytes: 64 },
  RS256: rsa('RSASSA-PKCS1-v1_5', 'SHA-256'),
  RS384: rsa('RSASSA-PKCS1-v1_5', 'SHA-384'),
  RS512: rsa('RSASSA-PKCS1-v1_5', 'SHA-512'),
  PS256: rsa('RSA-PSS', 'SHA-256', 32),
  PS384: rsa('RSA-PSS', 'SHA-384', 48),
  PS512: rsa('RSA-PSS', 'SHA-512', 64),
}

/** Undefined where the key does not fit, and for what WebCrypto does not know. */
function factsOf(
  algorithm: SignatureAlgorithm | SignatureScheme,
  key: PublicJwk,
): AlgorithmFacts | undefined {
  if (typeof algorithm === 'string') return fits(algorithm, key) ? ALGORITHM_FACTS[algorithm] : undefined
  return fitsScheme(algorithm, key) ? factsOfScheme(algorithm, key) : undefined
}

function factsOfScheme(scheme: SignatureScheme, key: PublicJwk): AlgorithmFacts | undefined {
  switch (scheme.kind) {
    case 'ecdsa':
      return key.kty === 'EC'
        ? ecdsa(key.crv, HASH_NAMES[scheme.hash], 2 * COORDINATE_BYTES[key.crv])
        : undefined
    case 'eddsa':
      return ALGORITHM_FACTS.EdDSA
    case 'rsa-pkcs1':
      return rsa('RSASSA-PKCS1-v1_5', HASH_NAMES[scheme.hash])
    case 'rsa-pss':
      return rsa('RSA-PSS', HASH_NAMES[scheme.hash], scheme.saltLength)
  }
}

const HASH_NAMES: Readonly<Record<SignatureHash, string>> = {
  'sha-256': 'SHA-256',
  'sha-384': 'SHA-384',
  'sha-512': 'SHA-512',
}

function ecdsa(namedCurve: string, hash: string, signatureBytes: number): AlgorithmFacts {
  return { key: { name: 'ECDSA', namedCurve }, use: { name: 'ECDSA', hash }, signatureBytes }
}

function rsa(name: string, hash: string, saltLength?: number): AlgorithmFacts {
  const publicExponent = Uint8Array.of(1, 0, 1)
  const use = saltLength === undefined ? { name } : { name, saltLength }
  return { key: { name, hash, modulusLength: 2048, publicExponent }, use }
}

function signatureBytes(facts: AlgorithmFacts, key: PublicJwk): number {
  return facts.signatureBytes ?? (key.kty === 'RSA' ? Math.floor((key.n.length * 3) / 4) : 0)
}

/** What `parsePublicJwk` refuses is refused here as well, since browsers differ in how strictly they read. */
async function importPublicKey({ key }: AlgorithmFacts, jwk: PublicJwk): Promise<WebKey | undefined> {
  const read = parsePublicJwk(jwk)
  if (!read.ok) return undefined
  return crypto.subtle.importKey('jwk', { ...read.value }, key, true, ['verify'])
}

async function exportPublicJwk(key: WebKey): Promise<PublicJwk> {
  const read = parsePublicJwk(await crypto.subtle.exportKey('jwk', key))
  if (!read.ok) throw new TypeError(`exported key unreadable: ${read.error.code}`)
  return bareKey(read.value)
}

function bytesOf(data: Uint8Array | string): Uint8Array<ArrayBuffer> {
  return plain(typeof data === 'string' ? encodeUtf8(data) : data)
}

/** WebCrypto takes no view of shared memory, and the types say so. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)
}
