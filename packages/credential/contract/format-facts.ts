/**
 * What others need to know of a format, as facts on its entry, so that nobody has to ask which format it is. Each fact
 * is a choice among few that specifications make; what follows from a choice is written where it is needed, in a table
 * by that choice, and the compiler demands a row for each. Knows nothing of how a format is signed or read.
 */

import type { JsonObject } from '@countersign/core/json'
import type { FormatId } from './format-id.ts'

/**
 * Whose rules the protocols apply to it: how a credential configuration (OpenID4VCI 1.0 appendix A) and a query
 * (OpenID4VP 1.0 appendix B) name the type of such a credential, and which claim paths there are.
 */
export type FormatFamily = 'sd-jwt-vc' | 'w3c' | 'mdoc'

/** How an issuer's word is secured: decides which algorithms metadata list, and whether an issuer may choose what is withholdable. */
export type SecuringMechanism = 'jwt' | 'sd-jwt' | 'mso'

/** Which certificate speaks for a signer: any under JOSE, or that of a document signer (ISO/IEC 18013-5 annex B). */
export type SignerProfile = 'jose' | 'iso-mdl'

/**
 * The list in which a credential gets its place. A Token Status List of an SD-JWT VC is a JWT (SD-JWT VC §2.2.2.3), one of
 * an mdoc preferably a CWT (ISO/IEC 18013-5); W3C credentials have Bitstring Status Lists.
 */
export type StatusListKind = 'token-jwt' | 'token-cwt' | 'bitstring'

/**
 * What a credential is bound to (OpenID4VCI 1.0 §12.2.4): a plain key, in the form in which the format carries it, or a DID
 * that is its own key, of formats that carry a DID.
 */
export type BindingMethod = 'jwk' | 'cose_key' | 'did:jwk' | 'did:key'

export interface FormatFacts {
  readonly id: FormatId
  readonly family: FormatFamily
  /** A family whose credentials went by this identifier before: they are read under it, and never written. */
  readonly alsoReads?: FormatFamily | undefined
  readonly securedBy: SecuringMechanism
  readonly signerProfile: SignerProfile
  readonly statusList: StatusListKind
  /** Its data model has room for one status of a credential (VCDM 1.1 §4.9, an object): revocation; absent: for several. */
  readonly oneStatus?: true | undefined
  readonly bindingMethods: readonly BindingMethod[]
  /** The holder's proof can confirm transaction data, by hashes (OpenID4VP 1.0 appendix B.3.3.1); absent: it has no place for it. */
  readonly confirmsTransactions?: true
  /** There are no presentations without proof of the holder, even where a query waives it (ISO/IEC 18013-5). */
  readonly alwaysBinds?: true
  /** Member that describes the holder and calls them by a DID in its `id`; absent: a credential knows its holder's key alone. */
  readonly subjectMember?: string | undefined
  /** Members at the top that are about the credential and not about its holder: people are not shown them. */
  envelope(claims: JsonObject): readonly string[]
  /** Members at the top that say from and until when it is good; absent where that is not among the claims. */
  readonly validity?: { readonly from: string; readonly until: string } | undefined
  /** How long a credential is good where neither its type nor the issue call says so, in days. */
  readonly defaultLifetimeDays: number
  /** Members that lead from the top of the data to the claims. `namespace`: of the type, for formats that have such. */
  claimsAt(namespace: string): readonly string[]
  /** Members that data of a type must have beside its claims; empty where there are none. */
  frame(type: string): JsonObject
}
