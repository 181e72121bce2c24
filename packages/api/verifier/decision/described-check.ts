/**
 * What was looked at and what it led to, as facts, and the same as texts for people. Facts travel with the answer, so that a
 * page can have the texts in another language without asking again. Types alone: pages take them at no cost.
 */

export type CheckName =
  | 'structure'
  | 'issuer_signature'
  | 'issuer_trust'
  | 'validity_period'
  | 'holder_binding'
  | 'status'
  | 'query_match'
  | 'policy'
  /** One for each entry of `transaction_data`, in the order of the request. */
  | 'transaction_data'
  /** Of a session that was started with `sameDevice: "required"`: passed, undetermined or failed, the last two `not_returned`. */
  | 'same_device'

export type CheckOutcome = 'passed' | 'failed' | 'undetermined' | 'skipped'

/** Where the status of a credential stands, and what stood there. */
export interface ListedStatus {
  readonly uri: string
  /** Place in the list; absent where the list names its entries. */
  readonly index?: number | undefined
  /** What the entry is for, where the list says so: `revocation`, `suspension`. */
  readonly purpose?: string | undefined
  /** Epoch seconds, as the list says; absent: it does not, or it could not be had. */
  readonly issuedAt?: number | undefined
  readonly goodUntil?: number | undefined
  /** Whom the list's signature leads to, where that is not the credential's own anchor. */
  readonly anchor?: string | undefined
}

/** Each check has some of them. Names are those that a source of trust vouches for, unless the member says otherwise. */
export interface CheckFacts {
  /** Of the issuer's signature, e.g. `ES256`. */
  readonly algorithm?: string | undefined
  /** Of the holder's proof: the curve or the kind of key, e.g. `P-256`. */
  readonly keyType?: string | undefined
  readonly issuer?: string | undefined
  /** What the credential calls its issuer, which nobody vouches for. */
  readonly claimedIssuer?: string | undefined
  readonly anchor?: string | undefined
  /** Where the anchor was configured: a file, a list with its provider. */
  readonly source?: string | undefined
  /** Epoch seconds: until when the source and the certificates vouch for it. */
  readonly trustedUntil?: number | undefined
  /** Epoch seconds, as the credential says. */
  readonly validFrom?: number | undefined
  readonly validUntil?: number | undefined
  /** Epoch seconds, by this service's clock. */
  readonly checkedAt?: number | undefined
  readonly status?: ListedStatus | undefined
  /** Claim paths that were asked for, as text: `address.locality`. */
  readonly asked?: readonly string[] | undefined
  /** Of those the one that is missing or says something else. */
  readonly unmet?: string | undefined
  /** Arguments of the policy, as the relying party gave them. */
  readonly args?: string | undefined
}

/** A check as far as texts depend on it. */
export interface CheckToDescribe {
  readonly name: CheckName
  readonly outcome: CheckOutcome
  readonly detail?: string | undefined
  readonly policy?: string | undefined
  readonly facts?: CheckFacts | undefined
}

export interface Evidence {
  readonly label: string
  readonly value: string
}

/** One link of the chain that ends at the issuer: each vouches for the next. */
export interface TrustLink {
  readonly role: 'verifier' | 'source' | 'anchor' | 'issuer'
  /** `This verifier`, `Trust list`, …, in the language of the texts. */
  readonly label: string
  /** Absent for the verifier itself. */
  readonly name?: string | undefined
}

/** The texts of one check. */
export interface DescribedCheck {
  /** Short name of the check: `Signature`, `Status`. */
  readonly title: string
  /** What the outcome means, in one sentence. */
  readonly meaning: string
  readonly evidence: readonly Evidence[]
  /** What to do; absent where there is nothing to do. */
  readonly advice?: string | undefined
  /** Who trusted whom; of a trust that was found alone. */
  readonly trust?: { readonly sentence: string; readonly chain: readonly TrustLink[] } | undefined
}

export type Verdict = 'open' | 'verified' | 'not_verified' | 'could_not_be_checked' | 'declined' | 'expired'

export interface DescribedOutcome {
  readonly verdict: Verdict
  /** All in one sentence. */
  readonly sentence: string
  readonly advice?: string | undefined
}
