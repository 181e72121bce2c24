/**
 * Checks and attempts as a reader sees them: what was kept of each, and the texts that are made of it in his language. What
 * belongs together is put together here: a check, the credential that it is about, the query and the policy that were asked.
 */

import { describeCheck } from '@countersign/api/verifier/decision/describe-check'
import { describeAttempt, describeOutcome } from '@countersign/api/verifier/decision/describe-session'
import type { CheckFacts } from '@countersign/api/verifier/decision/described-check'
import type { DecisionTexts } from '@countersign/api/verifier/decision/texts'
import type { AttemptView, CheckView, MissingEvidence, OutcomeView } from '@countersign/api/verifier/session'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import type { Check } from '@countersign/credential/contract/checks'
import type {
  AnsweredSession,
  Attempt,
  PresentedCredential,
  RequestedPolicy,
  VerificationSession,
} from '@countersign/protocol/openid4vp/session'

export type JudgedSession = Extract<
  VerificationSession,
  { readonly state: 'verified' | 'rejected' | 'undetermined' }
>

/** In the order in which they were made. */
export function checkViews(session: JudgedSession, texts: DecisionTexts): readonly CheckView[] {
  const factsFor = factsOf(session)
  return session.checks.map((check) => checkView(check, factsFor(check), texts))
}

/** Names, outcomes and codes are all that is kept of a stranger, and no facts. */
export function attemptViews(attempts: readonly Attempt[], texts: DecisionTexts): readonly AttemptView[] {
  return attempts.map((attempt): AttemptView => {
    const sentence = describeAttempt(attempt, texts)
    if (attempt.kind === 'declined') return { ...attempt, sentence }
    return { ...attempt, sentence, checks: attempt.checks.map((check) => checkView(check, {}, texts)) }
  })
}

/**
 * Which facts the decision waits for; what the answer says waits with it. Where a list lies tells whoever runs the verifier
 * what is away; which place of it, is the credential's word.
 */
export function missingViews(session: AnsweredSession, texts: DecisionTexts): readonly MissingEvidence[] {
  const argsFor = argumentsOf(session.policies)
  return session.missing.flatMap(({ at }) => {
    const check = session.checks[at]
    if (check === undefined) return []
    const { listed } = check
    const facts = { args: argsFor(check), status: listed && { uri: listed.uri } }
    const { outcome: _outcome, ...view } = checkView({ ...check, outcome: 'undetermined' }, facts, texts)
    return [view]
  })
}

export function outcomeView(session: VerificationSession, texts: DecisionTexts): OutcomeView {
  const { state } = session
  switch (state) {
    case 'answered': {
      const waiting = session.missing.flatMap(({ at }) => session.checks[at] ?? [])
      return describeOutcome({ state, checks: waiting }, texts)
    }
    case 'verified':
    case 'rejected':
    case 'undetermined': {
      const factsFor = factsOf(session)
      const checks = session.checks.map((check) => ({ ...check, facts: factsFor(check) }))
      return describeOutcome({ state, checks }, texts)
    }
    case 'declined':
      return describeOutcome({ state, reason: session.reason }, texts)
    case 'created':
    case 'requested':
    case 'expired':
      return describeOutcome({ state }, texts)
  }
}

function checkView(
  { detail, name, outcome, policy, queryId }: Check,
  facts: CheckFacts,
  texts: DecisionTexts,
): CheckView {
  const described = describeCheck({ name, outcome, detail, policy, facts }, texts)
  const hasFacts = Object.values(facts).some((fact) => fact !== undefined)
  return { name, outcome, detail, queryId, policy, ...described, ...(hasFacts && { facts }) }
}

/** Each check of a presentation has its place in a list of those of the same name and query, as the credentials have. */
function factsOf(session: JudgedSession): (check: Check) => CheckFacts {
  const nthOf = counting()
  const argsFor = argumentsOf(session.policies)
  const checkedAt = session.events.find(({ type }) => type === 'answered')?.at ?? session.decidedAt
  return (check) => {
    const { name, queryId } = check
    const nth = nthOf(`${name} ${queryId}`)
    if (name === 'policy') return { args: argsFor(check) }
    if (name === 'query_match') return askedFacts(session.dcqlQuery, check)
    const about = session.credentials.filter((credential) => credential.queryId === queryId)[nth]
    return about === undefined ? {} : credentialFacts(check, about, checkedAt)
  }
}

function counting(): (key: string) => number {
  const counts = new Map<string, number>()
  return (key) => {
    const nth = counts.get(key) ?? 0
    counts.set(key, nth + 1)
    return nth
  }
}

/** What of a credential each check was about. */
function credentialFacts(
  { listed, name }: Check,
  { anchor, claimedIssuer, facts = {}, issuer }: PresentedCredential,
  checkedAt: number,
): CheckFacts {
  const { algorithm, keyType, source, trustedUntil, validFrom, validUntil } = facts
  switch (name) {
    case 'issuer_signature':
      return { issuer, claimedIssuer, algorithm }
    case 'issuer_trust':
      return { issuer, claimedIssuer, anchor, source, trustedUntil }
    case 'validity_period':
      return { validFrom, validUntil, checkedAt }
    case 'holder_binding':
      return { keyType }
    case 'status':
      return listed === undefined ? {} : { issuer, status: listed }
    // They are about the answer as a whole, or have nothing to show.
    case 'structure':
    case 'query_match':
    case 'policy':
    case 'same_device':
    case 'transaction_data':
      return {}
  }
}

/** Of policies of one name the first check is about the first request. */
function argumentsOf(policies: readonly RequestedPolicy[]): (check: Check) => string | undefined {
  const nthOf = counting()
  return ({ policy, queryId }) => {
    if (policy === undefined) return undefined
    const same = policies.filter((one) => one.policy === policy && one.queryId === queryId)
    return argumentText(same[nthOf(`${policy} ${queryId}`)]?.args)
  }
}

const LONGEST_ARGUMENTS = 300

function argumentText(args: unknown): string | undefined {
  if (args === undefined || args === null) return undefined
  if (Array.isArray(args) && args.every((one) => typeof one === 'string')) return clipped(args.join(', '))
  return clipped(typeof args === 'string' ? args : JSON.stringify(args, withoutSecrets))
}

/** Who reads a result need not know by which password a policy asks, nor what `dynamic` hands to a rule of somebody's own. */
function withoutSecrets(name: string, value: unknown): unknown {
  return /password|token|secret|^argument$/i.test(name) ? '…' : value
}

function clipped(text: string): string {
  return text.length <= LONGEST_ARGUMENTS ? text : `${text.slice(0, LONGEST_ARGUMENTS)}…`
}

/** What was asked is the query's word, and what of it is missing the check's: nothing of it has to be kept twice. */
function askedFacts({ credentials }: JsonObject, { detail = '', queryId }: Check): CheckFacts {
  const queries = isJsonArray(credentials) ? credentials.filter(isJsonObject) : []
  const query = queries.find(({ id }) => id === queryId)
  const unmet = /^claim_(?:missing|value_differs) (\[.*\])$/s.exec(detail)?.[1]
  return {
    asked: query && askedPaths(query),
    unmet: unmet === undefined ? undefined : pathText(parsed(unmet)),
  }
}

/** Undefined where one of several sets of claims was enough. */
function askedPaths({ claim_sets: claimSets, claims }: JsonObject): readonly string[] | undefined {
  if (claimSets !== undefined) return undefined
  if (!isJsonArray(claims)) return []
  return claims.flatMap((claim) => (isJsonObject(claim) ? (pathText(claim.path) ?? []) : []))
}

/** `address › locality`; each element of a list is `*`. */
function pathText(path: JsonValue | undefined): string | undefined {
  if (!isJsonArray(path)) return undefined
  return path.map((part) => (typeof part === 'string' || typeof part === 'number' ? part : '*')).join(' › ')
}

function parsed(json: string): JsonValue | undefined {
  try {
    return JSON.parse(json) as JsonValue
  } catch {
    return undefined
  }
}
