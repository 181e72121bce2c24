/**
 * What a signed status list says, whatever it is written as: the common ground of the four readers and of the one who
 * judges. Everything here is read strictly and trusted not at all.
 */

import { type Result, refuse } from '@countersign/core/result'
import type { Awaitable } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { StatusSize } from './bits.ts'
import type { StatusListRefusal } from './status-list.ts'

export interface SignedStatusList {
  /** `sub` of a token, `id` of a W3C credential. */
  readonly uri?: string | undefined
  /** Epoch seconds, with a fraction where one is written. */
  readonly issuedAt?: number | undefined
  readonly notBefore?: number | undefined
  readonly expiresAt?: number | undefined
  readonly ttlSeconds?: number | undefined
  readonly signer: ListSigner
  readonly packed: PackedStatuses
  /** Whether the key signed exactly what was read. */
  verify(key: PublicJwk): Awaitable<Result<unknown, SignatureRefusal>>
}

export interface ListSigner {
  readonly algorithm: SignatureAlgorithm
  readonly x5c?: readonly string[] | undefined
  readonly keyId?: string | undefined
  readonly issuer?: string | undefined
}

export interface SignatureRefusal {
  readonly code: 'alg_not_allowed' | 'alg_key_mismatch' | 'signature_invalid'
}

/** Still compressed: nobody inflates what a stranger sent before the signature is known to be good. */
export type PackedStatuses =
  | { readonly mechanism: 'token_status_list'; readonly size: StatusSize; readonly deflated: Uint8Array }
  | {
      readonly mechanism: 'bitstring_status_list'
      readonly gzipped: Uint8Array
      readonly purposes: readonly string[]
      readonly size?: number | undefined
    }
  | { readonly mechanism: 'identifier_list'; readonly identifiers: ReadonlySet<string> }

export function malformed(reason: string): Result<never, StatusListRefusal> {
  return refuse({ code: 'list_malformed', reason })
}

/** NumericDate (RFC 7519 §2): may have a fraction. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

export function isAbsentOrTime(value: unknown): value is number | undefined {
  return value === undefined || isTime(value)
}

export function isAbsentOrPositive(value: unknown): value is number | undefined {
  return value === undefined || (isTime(value) && value > 0)
}
