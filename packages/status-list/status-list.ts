/**
 * Status lists as the rest of the product sees them: where one is asked for, a list whose signature and period were
 * judged, and every reason why there is none. A reason is a value of its own and never a status: what could not be read
 * says nothing about a credential.
 */

import type { Result } from '@countersign/core/result'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import type { TrustedKey, TrustRefusal } from '@countersign/credential/contract/trust-port'
import type { Awaitable } from '@countersign/crypto/engine'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { StatusBits } from './bits.ts'

export type StatusListMechanism = Exclude<StatusReference['mechanism'], 'unknown'>

export const LIST_MEDIA_TYPES = {
  /** Token Status Lists (Token Status List §8.2). */
  tokenJwt: 'application/statuslist+jwt',
  tokenCwt: 'application/statuslist+cwt',
  /** Identifier lists (ISO/IEC 18013-5, second edition, §12.3.6). */
  identifierCwt: 'application/identifierlist+cwt',
  /** Bitstring Status Lists, which are W3C credentials (VC-JOSE-COSE §6.1.1). */
  credentialJwt: 'application/vc+jwt',
} as const

export interface StatusListRequest {
  readonly mechanism: StatusListMechanism
  readonly uri: string
  /** Media types that will do, the preferred one first. */
  readonly accept: readonly string[]
  /**
   * Who issued the credential, as far as a source of trust vouches for it: some lists name their key only in terms of
   * that issuer (Token Status List §11.3).
   */
  readonly credentialIssuer?: string | undefined
  /** Epoch seconds: a copy that was fetched then or before will not do. */
  readonly newerThan?: number | undefined
}

/** What came back, nothing of it judged. */
export interface FetchedStatusList {
  /** `Content-Type` as received. */
  readonly mediaType: string
  readonly body: Uint8Array
  /** Epoch seconds. */
  readonly fetchedAt: number
}

/** The network: one GET that says in `Accept` what is wanted. */
export type StatusListSource = (
  uri: string,
  accept: readonly string[],
  now: number,
) => Awaitable<Result<FetchedStatusList, StatusListRefusal>>

/**
 * A list that may be relied upon at `now`, in epoch seconds: signed by somebody trusted, and in its period. `timeLeftMs` is
 * what is left of the time that somebody has for all his lists; one that is at hand is told at once even when it is 0.
 */
export type StatusLists = (
  request: StatusListRequest,
  now: number,
  timeLeftMs?: number,
) => Awaitable<Result<StatusList, StatusListRefusal>>

export interface StatusList {
  /** What the list calls itself, the URI that it was asked for; absent where a W3C list has no `id`. */
  readonly uri?: string | undefined
  /** Whom the signature leads to, for people. */
  readonly anchor: string
  /** Epoch seconds; the list says so itself. */
  readonly issuedAt?: number | undefined
  readonly expiresAt?: number | undefined
  /** After that time a newer one may be had. */
  readonly ttlSeconds?: number | undefined
  readonly fetchedAt: number
  /** Epoch seconds: whoever keeps the list asks after it whether its signer is still believed. Absent: nothing says when. */
  readonly trustedUntil?: number | undefined
  readonly content: StatusListContent
}

export type StatusListContent =
  | { readonly mechanism: 'token_status_list'; readonly statuses: StatusBits }
  | {
      readonly mechanism: 'bitstring_status_list'
      readonly bytes: Uint8Array
      /** Purposes that the list has an entry for; a reference may ask for any of them. */
      readonly purposes: readonly string[]
      /** Bits of an entry, where the list says so itself. */
      readonly size?: number | undefined
    }
  /** base64url of the identifiers that are no longer good. */
  | { readonly mechanism: 'identifier_list'; readonly identifiers: ReadonlySet<string> }

/** Why there is no list. `reason`, where there is one, is machine-readable too. */
export interface StatusListRefusal {
  readonly code:
    | 'list_unreachable' // no answer; the reason is the network's
    | 'list_http_status' // an answer that is no list; the reason is its status
    | 'list_too_large' // over the wire
    | 'media_type_wrong' // not what was asked for; never guessed
    | 'list_malformed'
    | 'typ_wrong' // signed as something else
    | 'list_uri_differs' // signed as another list
    | 'list_expired'
    | 'list_not_yet_valid' // or issued in the future
    | 'signer_unknown' // no key, or one that cannot be read
    | 'signer_untrusted'
    | 'alg_not_allowed'
    | 'alg_key_mismatch'
    | 'signature_invalid'
    | 'compressed_malformed'
    | 'inflated_too_large'
  readonly reason?: string | undefined
}

/** How a list says who signed it. */
export interface StatusListKeyReference {
  readonly purpose: 'status_list'
  readonly mechanism: StatusListMechanism
  readonly uri: string
  readonly algorithm: SignatureAlgorithm
  /** Leaf first, as in the JOSE header. */
  readonly x5c?: readonly string[] | undefined
  readonly keyId?: string | undefined
  /** The issuer that the list itself names. */
  readonly issuer?: string | undefined
  /** Who issued the credential whose status is asked for, as far as a source of trust vouches for it. */
  readonly credentialIssuer?: string | undefined
}

/** Decides whose lists count. Receives what the list says about its key, never the network. */
export type StatusListTrust = (
  reference: StatusListKeyReference,
  now: number,
) => Awaitable<Result<TrustedKey, TrustRefusal>>
