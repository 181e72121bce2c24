/**
 * DCQL on the verifier's side (OpenID4VP 1.0 §8.6, §14.11): whether what was presented is what was asked, judged again
 * in full and never left to the wallet. Answers one `query_match` check a query id, and one without id for the set as
 * a whole. Refuses to know signatures, status and trust: other checks speak of those, and a value that matches is
 * worth nothing without them.
 */
import type { Check, CheckOutcome } from '@countersign/credential/contract/checks'
import type { VerifiedPresentation } from '@countersign/credential/contract/format'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import { type AuthorityAnswer, answersAuthorities, type KnownAuthorities } from './authorities.ts'
import type { CredentialQuery, DcqlQuery } from './query.ts'
import { type ClaimsUnsatisfied, chooseQueries, claimsDemand } from './requirements.ts'

export interface PresentedForQuery extends Pick<KnownAuthorities, 'vouchingLists'> {
  readonly queryId: string
  readonly presentation: VerifiedPresentation
  /** The presentation carried a proof of possession that was checked against this request's audience and nonce. */
  readonly bound: boolean
}

/** What is wrong with an answer; for one claim its path goes along as JSON, e.g. `claim_missing ["address","locality"]`. */
export type QueryMismatch =
  | 'format'
  | 'type'
  | 'holder_binding_missing'
  | `${'claim_missing' | 'claim_value_differs'} ${string}`
  | 'no_claim_set_satisfied'
  | 'more_than_one'
  | 'in_no_credential_set'
  | 'unknown_query_id'
  | 'required_credentials_missing'
  | `authority_${Exclude<AuthorityAnswer, 'matched'>}`

export interface QueryMatchCheck extends Check {
  readonly name: 'query_match'
  readonly detail?: QueryMismatch | 'not_presented' | 'query_satisfied' | undefined
}

/**
 * Per query `skipped` means that nothing was presented for it; whether it may be missing is what the last check, the
 * one of the set, says. `undetermined`: a trusted authority of a type that is not evaluated here.
 */
export function evaluatePresentations(
  query: DcqlQuery,
  presented: readonly PresentedForQuery[],
  formats: FormatRegistry,
): readonly QueryMatchCheck[] {
  const inSets = query.credentialSets && new Set(query.credentialSets.flatMap((set) => set.options.flat()))
  const known = query.credentials.map((credential) => {
    const answers = presented.filter((entry) => entry.queryId === credential.id)
    const isAskedFor = inSets === undefined || inSets.has(credential.id)
    return checkQuery(credential, answers, isAskedFor, formats)
  })
  return [...known, ...checkStrays(query, presented), checkSet(query, known)]
}

/** An entry for an id that was not asked is over-disclosure or a mix-up, never something to pass over. */
function checkStrays(query: DcqlQuery, presented: readonly PresentedForQuery[]): readonly QueryMatchCheck[] {
  const known = new Set(query.credentials.map((credential) => credential.id))
  const strays = new Set(presented.map((entry) => entry.queryId).filter((id) => !known.has(id)))
  return [...strays].map((id) => queryCheck('failed', 'unknown_query_id', id))
}

function checkSet(query: DcqlQuery, checks: readonly QueryMatchCheck[]): QueryMatchCheck {
  const answered = new Set(checks.filter((check) => check.outcome === 'passed').map((check) => check.queryId))
  const isSatisfied = chooseQueries(query, (id) => answered.has(id)) !== undefined
  if (!isSatisfied) return { name: 'query_match', outcome: 'failed', detail: 'required_credentials_missing' }
  return { name: 'query_match', outcome: 'passed', detail: 'query_satisfied' }
}

function checkQuery(
  query: CredentialQuery,
  answers: readonly PresentedForQuery[],
  isAskedFor: boolean,
  formats: FormatRegistry,
): QueryMatchCheck {
  if (answers.length === 0) return queryCheck('skipped', 'not_presented', query.id)
  if (!isAskedFor) return queryCheck('failed', 'in_no_credential_set', query.id)
  if (answers.length > 1 && !query.multiple) return queryCheck('failed', 'more_than_one', query.id)
  const found = answers
    .map((answer) => judge(query, answer, formats))
    .filter((verdict) => verdict !== undefined)
  const worst = found.find((verdict) => verdict.outcome === 'failed') ?? found[0]
  return worst === undefined
    ? queryCheck('passed', undefined, query.id)
    : queryCheck(worst.outcome, worst.detail, query.id)
}

/** What is wrong with one presentation; `undefined` when nothing is. */
function judge(
  query: CredentialQuery,
  answer: PresentedForQuery,
  formats: FormatRegistry,
): { readonly outcome: CheckOutcome; readonly detail: QueryMismatch } | undefined {
  const { presentation, bound, vouchingLists } = answer
  const format = formats.get(query.format)
  if (format === undefined || presentation.format !== format.id)
    return { outcome: 'failed', detail: 'format' }
  if (!format.matchesMeta(query.meta, presentation)) return { outcome: 'failed', detail: 'type' }
  if (query.requireHolderBinding && !bound) return { outcome: 'failed', detail: 'holder_binding_missing' }
  const demand = claimsDemand(query, format)(presentation.claims)
  if (!demand.ok) return { outcome: 'failed', detail: claimsDetail(demand.error) }
  // Few queries name authorities, and telling them means reading the certificates of the chain.
  if (query.trustedAuthorities === undefined) return undefined
  const { authorityKeyIds } = presentation
  const authority = answersAuthorities(query, { authorityKeyIds, vouchingLists })
  if (authority === 'matched') return undefined
  return {
    outcome: authority === 'unsupported_type' ? 'undetermined' : 'failed',
    detail: `authority_${authority}`,
  }
}

function claimsDetail(unsatisfied: ClaimsUnsatisfied): QueryMismatch {
  if (unsatisfied.code === 'no_claim_set_satisfied') return unsatisfied.code
  return `${unsatisfied.code} ${JSON.stringify(unsatisfied.path)}`
}

function queryCheck(
  outcome: CheckOutcome,
  detail: QueryMatchCheck['detail'],
  queryId: string,
): QueryMatchCheck {
  return { name: 'query_match', outcome, detail, queryId }
}
