/**
 * What the pure packages ask of a crypto engine. Servers pass `node:crypto`, browsers WebCrypto; nothing here
 * knows which. Methods may answer at once or later, so callers always `await`: on servers that is synchronous work.
 */
import type { PublicJwk } from './jwk.ts'
import type { SignatureAlgorithm, SignatureScheme } from './signature-algorithm.ts'

export type Awaitable<T> = T | Promise<T>

/** Names of the IANA "Named Information Hash Algorithm" registry, as `_sd_alg` uses them (RFC 9901 §4.1.1). */
export type HashAlgorithm = 'sha-256' | 'sha-384' | 'sha-512'

export interface CryptoEngine {
  /** A string is hashed as its UTF-8 bytes. */
  digest(algorithm: HashAlgorithm, data: Uint8Array | string): Awaitable<Uint8Array>
  /** The same, as unpadded base64url text: the hot path of disclosures and `sd_hash`. */
  digestBase64url(algorithm: HashAlgorithm, data: Uint8Array | string): Awaitable<string>
  /**
   * Checks a signature in the JOSE form (ECDSA: r‖s, RFC 7518 §3.4). False for anything that is not a valid
   * signature, a key that does not fit the algorithm and a point off the curve included; never throws. A scheme instead of
   * an algorithm is for certificates.
   */
  verify(
    algorithm: SignatureAlgorithm | SignatureScheme,
    key: PublicJwk,
    data: Uint8Array | string,
    signature: Uint8Array,
  ): Awaitable<boolean>
  /** HMAC with SHA-256 (RFC 2104): device MACs and HKDF of mdoc. */
  hmacSha256(key: Uint8Array, data: Uint8Array): Awaitable<Uint8Array>
  /**
   * SHA-1 of the bits of a public key: the key identifier that ISO/IEC 18013-5 annex B prescribes (RFC 5280 §4.2.1.2
   * method 1). Nothing rests on it; there is no SHA-1 for anything else.
   */
  sha1OfPublicKey(publicKey: Uint8Array): Awaitable<Uint8Array>
  randomBytes(length: number): Uint8Array
}

/**
 * ECDH with a private key that stays outside: the raw shared secret (RFC 7518 §4.6, SEC 1 §3.3.1). Undefined for a peer
 * that is no point of the key's curve: peers are strangers.
 */
export type KeyAgreement = (peer: PublicJwk) => Awaitable<Uint8Array | undefined>

/** Somebody who signs: a software key, a token or a remote service. The private key never leaves it. */
export interface Signer {
  /** Stable over restarts and equal on all instances of a deployment. */
  readonly keyId: string
  readonly algorithm: SignatureAlgorithm
  readonly publicJwk: PublicJwk
  /** Certificate chain, leaf first, trust anchor left out; standard base64 DER as in the JOSE `x5c` header. */
  readonly x5c?: readonly string[] | undefined
  /** JOSE signature bytes over the data (a string is signed as its UTF-8 bytes). */
  sign(data: Uint8Array | string): Awaitable<Uint8Array>
}

/** A keyed hash (HMAC-SHA-256) under a key that stays outside, one key a purpose; unpadded base64url text. */
export type Mac = (text: string) => Awaitable<string>
