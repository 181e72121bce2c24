/**
 * The outcome of looking at a presented credential: a list of named checks, the same for every format, so that
 * a result can be explained to a relying party, an operator and a wallet developer with one text.
 */

/** `undetermined` is what could not be found out (a status list out of reach): never read as passed or failed. */
export type CheckOutcome = 'passed' | 'failed' | 'undetermined' | 'skipped'

export type CheckName =
  | 'structure' // well-formed for its format; disclosures, digests and reserved names (RFC 9901 §7.1)
  | 'issuer_signature' // signature of the issuer over the credential
  | 'issuer_trust' // the signing key leads to a configured trust anchor
  | 'validity_period' // nbf, exp, iat of the credential
  | 'holder_binding' // key-binding proof: signature, nonce, audience, sd_hash, iat window
  | 'status' // revocation and suspension
  | 'transaction_data' // the holder's proof confirms what it was to confirm (OpenID4VP §8.4)
  | 'query_match' // what was presented satisfies the DCQL query
  | 'same_device' // the browser that began the request came back with the answer's response code
  | 'policy' // a policy the relying party asked for; `policy` names it

export interface Check {
  readonly name: CheckName
  readonly outcome: CheckOutcome
  /** Machine-readable reason, e.g. `digest_repeated`; for a passed check what was found, e.g. the trust anchor. */
  readonly detail?: string | undefined
  /** Id of the credential query that the presentation answers. */
  readonly queryId?: string | undefined
  /** Name of the relying party's policy, for `policy`. */
  readonly policy?: string | undefined
  /** Where the status stands and what was found there, for `status`. */
  readonly listed?: ListedStatus | undefined
}

/** One entry of a status list, as far as it is known. The address is the word of whoever issued the credential. */
export interface ListedStatus {
  readonly uri: string
  readonly index?: number | undefined
  /** What the entry is for, where its mechanism says so. */
  readonly purpose?: string | undefined
  /** Epoch seconds, as the list says; absent: it does not, or there is none. */
  readonly issuedAt?: number | undefined
  readonly goodUntil?: number | undefined
  /** Whom the list's signature leads to, where that is not whom the credential's leads to. */
  readonly anchor?: string | undefined
}

export function passed(checks: readonly Check[]): boolean {
  return checks.every((check) => check.outcome === 'passed' || check.outcome === 'skipped')
}
