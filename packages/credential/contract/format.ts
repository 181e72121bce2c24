/**
 * The contract of a credential format: the same verbs and the same facts (`format-facts.ts`) for each, so that nobody has
 * a branch on a format. Claims are JSON for the outside, whatever the format does inside. `format.contract.ts` is the
 * suite that every entry of the registry passes.
 */

import type { JsonObject } from '@countersign/core/json'
import type { Result } from '@countersign/core/result'
import type { CryptoEngine, KeyAgreement, Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { DidKeyResolver } from '@countersign/did/did-document'
import type { Check } from './checks.ts'
import type { FormatFacts } from './format-facts.ts'
import type { FormatId } from './format-id.ts'
import type { StatusReference } from './status-reference.ts'
import type { IssuerTrust } from './trust-port.ts'

/** A path from the top of the claims: member names, array indices, `null` for every array element (OpenID4VP §7). */
export type ClaimPath = readonly (string | number | null)[]

export interface IssueInput {
  /** Type of the credential: `vct` of an SD-JWT VC, document type of an mdoc, the specific `type` of a W3C VC. */
  readonly type: string
  /**
   * What a claim path of a query starts from: the claims of an SD-JWT VC, `{namespace: {element: value}}` of an mdoc,
   * the members of a W3C credential (`credentialSubject` and beside it).
   */
  readonly claims: JsonObject
  /** Values that JSON can only write as text; formats that are JSON themselves leave them as they are. */
  readonly encodings?: readonly ValueEncoding[] | undefined
  /** Paths whose value the holder may withhold. A path that ends in `null` makes each array element withholdable. */
  readonly selectivelyDisclosable: readonly ClaimPath[]
  /** The key that the credential is bound to; without it anybody who has the credential may show it. */
  readonly holderKey?: PublicJwk | undefined
  /** DID of the holder, for formats that name their subject; made of `holderKey` when absent. */
  readonly holderDid?: string | undefined
  readonly signer: Signer
  /** Value of `iss`; absent where the x5c chain alone names the issuer. */
  readonly issuer?: string | undefined
  /** Epoch seconds. */
  readonly issuedAt: number
  readonly notBefore?: number | undefined
  readonly expiresAt?: number | undefined
  /** Where verifiers look up whether it still counts; a format refuses a mechanism that it cannot write. */
  readonly statuses?: readonly StatusReference[] | undefined
  /** How many digests that stand for nothing are added at the top level (RFC 9901 §4.2.5). */
  readonly decoys?: number | undefined
}

export interface ValueEncoding {
  readonly path: ClaimPath
  /** `bytes`: base64url or base64 text of a byte string; the others: text of RFC 3339 (CBOR tags 1004 and 0). */
  readonly as: 'bytes' | 'full-date' | 'date-time'
}

/** What ties a presentation to one request, so that it is worth nothing for another. */
export interface RequestBinding {
  /** Full client identifier with its prefix (OpenID4VP §14.10), or `origin:<origin>` (appendix A.4). */
  readonly audience: string
  readonly nonce: string
  /** Where the answer goes; mdoc's session transcript covers it (appendix B.2.6.1). Absent over the DC API. */
  readonly responseUri?: string | undefined
  /** RFC 7638 SHA-256 thumbprint of the key the answer is encrypted to, base64url; absent: answered in the clear. */
  readonly encryptionKeyThumbprint?: string | undefined
  /**
   * `EncryptionInfo` of ISO/IEC TS 18013-7 annex C, base64url as it was sent: with the origin all that an mdoc's session transcript
   * covers then. Absent: the request is one of OpenID4VP.
   */
  readonly encryptionInfo?: string | undefined
  /**
   * Entries of `transaction_data`, exactly as received (appendix B.3.3): those that a holder confirms by this credential, and for
   * a verifier those that may be confirmed by it. Absent: there are none, and a verifier does not look.
   */
  readonly transactionData?: readonly string[] | undefined
}

/** Why nobody can say what a proof of the holder confirms. */
export type TransactionFault =
  | 'hashes_malformed'
  | 'hash_unsupported'
  | 'hash_not_accepted'
  /** Something else than what it may confirm. */
  | 'confirmed_otherwise'

/** A credential as a wallet holds it, opened without judging trust. */
export interface HeldCredential {
  readonly format: FormatId
  readonly type: string
  /** Everything the credential says, in the form that a claim path of a query starts from. */
  readonly claims: JsonObject
  /** Claims that are there and cannot be shown, since JSON does not carry their numbers; absent where there are none. */
  readonly unshown?: readonly ClaimPath[] | undefined
  readonly holderKey?: PublicJwk | undefined
  /** DID URL of the holder's key, in the place of the key: it stands in the document of that DID. */
  readonly holderKeyUrl?: string | undefined
  /** What it calls its issuer, which nobody has vouched for. */
  readonly claimedIssuer?: string | undefined
  readonly issuedAt?: number | undefined
  readonly expiresAt?: number | undefined
  readonly statuses: readonly StatusReference[]
  /** base64url KeyIdentifiers of the AKI of every certificate in the chain, for `trusted_authorities` of type `aki`. */
  readonly authorityKeyIds: readonly string[]
}

export interface PresentInput {
  readonly credential: string
  /** Claim paths to disclose; parents come along. Empty: nothing that can be withheld. */
  readonly disclose: readonly ClaimPath[]
  /** Absent: presented without key binding (only where the query waives it). */
  readonly binding?: HolderBinding | undefined
}

/** The request that a holder answers, and who signs that it is his answer. */
export interface HolderBinding extends RequestBinding {
  readonly signer: Signer
  /** Epoch seconds. */
  readonly issuedAt: number
}

export interface VerifyInput {
  readonly presentation: string
  /** What the verifier demands, independent of what was sent (RFC 9901 §7.3). Absent: holder binding is waived. */
  readonly binding?: RequestBinding | undefined
  /** By the private key that the answer was encrypted for; absent: it came in the clear. */
  readonly readerAgreement?: KeyAgreement | undefined
  /** Epoch seconds. */
  readonly now: number
  /** Clock difference tolerated for nbf, exp and iat, in seconds. */
  readonly skewSeconds: number
  /** How old or how far ahead the key-binding proof may be, in seconds. */
  readonly bindingWindowSeconds: number
  /** Decides whose signature counts. Receives the chain or key reference of the credential, never the network. */
  readonly trust: IssuerTrust
  /** Keys of holders who are named by a DID; absent: those whose DID is their key. */
  readonly holderKeys?: DidKeyResolver | undefined
}

export interface VerifiedPresentation {
  readonly format: FormatId
  readonly type: string
  /** Processed payload: what is disclosed, without `_sd`, `...`, `_sd_alg`. */
  readonly claims: JsonObject
  /** Who signed it, as far as the source of trust vouches for it; absent where trust or signature failed. */
  readonly issuer?: string | undefined
  /** What the credential calls its issuer, where that is not what is vouched for. */
  readonly claimedIssuer?: string | undefined
  /** Whom the trust check led to; absent where it or the signature failed. */
  readonly anchor?: string | undefined
  /** Where the anchor was configured, until when it is trusted, and how the issuer signed; absent as `anchor`. */
  readonly source?: string | undefined
  readonly trustedUntil?: number | undefined
  readonly algorithm?: SignatureAlgorithm | undefined
  readonly holderKey?: PublicJwk | undefined
  readonly statuses: readonly StatusReference[]
  /** Epoch seconds: from when it is valid, otherwise when it was issued; absent: it does not say. */
  readonly validFrom?: number | undefined
  readonly expiresAt?: number | undefined
  readonly authorityKeyIds: readonly string[]
}

export interface VerifyOutcome {
  /** One entry for each of structure, issuer_signature, issuer_trust, validity_period, holder_binding. */
  readonly checks: readonly Check[]
  /** Present when the structure could be read, even where a check failed; never trust it without the checks. */
  readonly presentation?: VerifiedPresentation | undefined
  /** Positions of the entries of `binding.transactionData` that the holder's proof confirms; absent: it cannot confirm any. */
  readonly confirmed?: Result<readonly number[], TransactionFault> | undefined
}

export type FormatRefusal = { readonly code: string; readonly detail?: string }

export interface CredentialFormat extends FormatFacts {
  issue(input: IssueInput, crypto: CryptoEngine): Promise<Result<string, FormatRefusal>>
  /** Opens a credential on receipt: all structural rules hold, the issuer's signature is not judged. */
  open(credential: string, crypto: CryptoEngine): Promise<Result<HeldCredential, FormatRefusal>>
  present(input: PresentInput, crypto: CryptoEngine): Promise<Result<string, FormatRefusal>>
  verify(input: VerifyInput, crypto: CryptoEngine): Promise<VerifyOutcome>
  /** Whether `meta` of a DCQL credential query names this credential's type (OpenID4VP appendices B.1.1, B.2.3, B.3.5). */
  matchesMeta(meta: JsonObject, credential: TypedClaims): boolean
  /** Whether this credential may answer a query for a format of another name; absent: never. */
  answersAlso?(asked: FormatId, credential: TypedClaims): boolean
}

/** What a credential says, with what its type is called. */
export interface TypedClaims {
  readonly type: string
  readonly claims: JsonObject
}
