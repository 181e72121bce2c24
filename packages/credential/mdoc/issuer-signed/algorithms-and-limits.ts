/**
 * What every part of the mdoc format measures by: the algorithms and digests of ISO/IEC 18013-5 §9.1.2, the versions that
 * are understood, and how large and how deep a document may be before it is refused unread.
 */
import { CREDENTIAL_VALUES, RECEIVED } from '@countersign/core/size-limits'
import type { CborLimits } from '@countersign/crypto/cbor/decode'
import type { HashAlgorithm } from '@countersign/crypto/engine'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'

export const MAX_ELEMENTS = 500

/** Issuers in the field write lengths in more bytes than needed; what they signed is never written anew. */
export const LIMITS: CborLimits = {
  maxBytes: RECEIVED.presentation,
  maxDepth: 16,
  maxValues: CREDENTIAL_VALUES.cbor,
  acceptLongForms: true,
}

/** §9.1.2.4: ECDSA and EdDSA, for issuers as for devices. */
export const MDOC_ALGORITHMS: readonly SignatureAlgorithm[] = ['ES256', 'ES384', 'ES512', 'EdDSA']

/** §9.1.2.5: names of the digest algorithms, and bytes of a digest. */
export const DIGESTS: ReadonlyMap<unknown, { readonly hash: HashAlgorithm; readonly bytes: number }> =
  new Map([
    ['SHA-256', { hash: 'sha-256', bytes: 32 }],
    ['SHA-384', { hash: 'sha-384', bytes: 48 }],
    ['SHA-512', { hash: 'sha-512', bytes: 64 }],
  ])

/** §9.1.2.5: the fewest bytes of the random value that hides an element behind its digest. */
export const MIN_RANDOM_BYTES = 16

export const VERSION = '1.0'

/** Later minor versions only add members. */
export function isKnownVersion(version: unknown): boolean {
  return typeof version === 'string' && /^1\.\d$/.test(version)
}

/** A name that would reach the prototype of the object that claims are copied into is no name. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value !== '__proto__'
}
