/**
 * The contract of a credential format: the same verbs for each, so that no service has a branch on a format.
 * Claims are JSON for the outside, whatever the format does inside. `format.contract.ts` is the suite that
 * every entry of the registry passes.
 */
import type { Check } from './checks.ts'
import type { Awaitable, CryptoEngine, SignatureAlgorithm, Signer } from './crypto.ts'
import type { PublicJwk } from './jwk.ts'
import type { Result } from './result.ts'

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [member: string]: JsonValue
}

/** Format identifiers of OpenID4VCI 1.0 appendix A and OpenID4VP 1.0 appendix B. */
export type FormatId = 'dc+sd-jwt'

/** A path from the top of the claims: member names, array indices, `null` for every array element (OpenID4VP §7). */
export type ClaimPath = readonly (string | number | null)[]

export interface IssueInput {
  /** Type of the credential: `vct` of an SD-JWT VC. */
  readonly type: string
  readonly claims: JsonObject
  /** Paths whose value the holder may withhold. A path that ends in `null` makes each array element withholdable. */
  readonly selectivelyDisclosable: readonly ClaimPath[]
  /** Absent: not bound to a key. */
  readonly holderKey?: PublicJwk
  readonly signer: Signer
  /** Value of `iss`; absent where the x5c chain alone names the issuer. */
  readonly issuer?: string
  /** Epoch seconds. */
  readonly issuedAt: number
  readonly notBefore?: number
  readonly expiresAt?: number
  readonly status?: JsonObject
  /** Decoy digests at the top level (RFC 9901 §4.2.5). */
  readonly decoys?: number
}

/** A credential as a wallet holds it, opened without judging trust. */
export interface HeldCredential {
  readonly format: FormatId
  readonly type: string
  /** `vct` and what else the query's `meta` can match on. */
  readonly claims: JsonObject
  readonly holderKey?: PublicJwk
  readonly issuer?: string
  readonly issuedAt?: number
  readonly expiresAt?: number
  /** base64url KeyIdentifiers of the AKI of every certificate in the chain, for `trusted_authorities` of type `aki`. */
  readonly authorityKeyIds: readonly string[]
}

export interface PresentInput {
  readonly credential: string
  /** Claim paths to disclose; parents come along. Empty: nothing that can be withheld. */
  readonly disclose: readonly ClaimPath[]
  /** Absent: presented without key binding (only where the query waives it). */
  readonly binding?: {
    readonly signer: Signer
    /** Full client identifier with its prefix (OpenID4VP §14.10), or `origin:<origin>` (appendix A.4). */
    readonly audience: string
    readonly nonce: string
    /** Epoch seconds. */
    readonly issuedAt: number
  }
}

export interface VerifyInput {
  readonly presentation: string
  /** What the verifier demands, independent of what was sent (RFC 9901 §7.3). Absent: holder binding is waived. */
  readonly binding?: { readonly audience: string; readonly nonce: string }
  /** Epoch seconds. */
  readonly now: number
  /** Clock difference tolerated for nbf, exp and iat, in seconds. */
  readonly skewSeconds: number
  /** How old or how far ahead the key-binding proof may be, in seconds. */
  readonly bindingWindowSeconds: number
  /** Decides whose signature counts. Receives the chain or key reference of the credential, never the network. */
  readonly trust: IssuerTrust
}

/** How a credential says who signed it. */
export interface IssuerKeyReference {
  readonly purpose: 'issuer'
  readonly credentialType: string
  readonly algorithm: SignatureAlgorithm
  /** JOSE `x5c`, leaf first. */
  readonly x5c?: readonly string[]
  readonly keyId?: string
  readonly issuer?: string
}

export interface TrustedKey {
  readonly key: PublicJwk
  /** Whom this leads to, for people: subject of the anchor, or the pinned key's name. */
  readonly anchor: string
}

/** A key that could be read but that leads to no anchor still lets the signature be checked and explained. */
export type TrustRefusal =
  | { readonly code: 'no_key_reference' }
  | { readonly code: 'key_unreadable'; readonly reason: string }
  | { readonly code: 'untrusted'; readonly reason: string; readonly key: PublicJwk }

export type IssuerTrust = (
  reference: IssuerKeyReference,
  now: number,
) => Awaitable<Result<TrustedKey, TrustRefusal>>

export interface VerifiedPresentation {
  readonly format: FormatId
  readonly type: string
  /** Processed payload: what is disclosed, without `_sd`, `...`, `_sd_alg`. */
  readonly claims: JsonObject
  readonly issuer?: string
  /** Whom the trust check led to; absent where it failed. */
  readonly anchor?: string
  readonly holderKey?: PublicJwk
  readonly status?: JsonObject
  readonly expiresAt?: number
  readonly authorityKeyIds: readonly string[]
}

export interface VerifyOutcome {
  /** One entry for each of structure, issuer_signature, issuer_trust, validity_period, holder_binding. */
  readonly checks: readonly Check[]
  /** Present when the structure could be read, even where a check failed; never trust it without the checks. */
  readonly presentation?: VerifiedPresentation
}

export type FormatRefusal = { readonly code: string; readonly detail?: string }

export interface CredentialFormat {
  readonly id: FormatId
  /** Further identifiers accepted when reading (never written). */
  readonly readsAlso: readonly string[]
  issue(input: IssueInput, crypto: CryptoEngine): Promise<Result<string, FormatRefusal>>
  /** Opens a credential on receipt: all structural rules hold, the issuer's signature is not judged. */
  open(credential: string, crypto: CryptoEngine): Promise<Result<HeldCredential, FormatRefusal>>
  present(input: PresentInput, crypto: CryptoEngine): Promise<Result<string, FormatRefusal>>
  verify(input: VerifyInput, crypto: CryptoEngine): Promise<VerifyOutcome>
  /** Whether `meta` of a DCQL credential query names this credential's type (OpenID4VP appendix B.3.5 for SD-JWT VC). */
  matchesMeta(meta: JsonObject, credential: { readonly type: string; readonly claims: JsonObject }): boolean
}
