/** A verification as the relying party reads it: walt.id's members, and beside them the checks and claims. */
import { type Language, TEXTS } from '@countersign/api/verifier/decision/language'
import type { PolicyList } from '@countersign/api/verifier/policies'
import type { PolicyResult, PolicyResults, VerificationView } from '@countersign/api/verifier/session'
import type { TransactionDataProfiles } from '@countersign/api/verifier/transaction-data'
import type { Check } from '@countersign/credential/contract/checks'
import { isBrowserMode } from '@countersign/protocol/openid4vp/response/response-modes'
import type {
  DisclosedCredential,
  PresentedCredential,
  VerificationSession,
} from '@countersign/protocol/openid4vp/session'
import { textIn } from '@countersign/protocol/openid4vp/transaction-data/shown-transaction'
import {
  credentialIdsOf,
  openTransactionEntry,
} from '@countersign/protocol/openid4vp/transaction-data/transaction-data'
import type { TransactionTypes } from '@countersign/protocol/openid4vp/transaction-data/transaction-type'
import { policyNamed } from '../policies/judge-policies.ts'
import type { Policy } from '../policies/policy.ts'
import { attemptViews, checkViews, type JudgedSession, missingViews, outcomeView } from './decision-view.ts'

/** `language`: of what is written for people. */
export function sessionView(
  session: VerificationSession,
  policies: readonly Policy[],
  language: Language = 'en',
): VerificationView {
  const texts = TEXTS[language]
  const { answerMode, attempts, clientId, createdAt, dcqlQuery, expiresAt, id, purpose, returnedAt } = session
  const seen = attempts.length > 0 ? { attempts: attemptViews(attempts, texts) } : {}
  const returned = returnedAt !== undefined
  const outcome = outcomeView(session, texts)
  const why = purpose === undefined ? {} : { purpose }
  const passing = isBrowserMode(answerMode)
    ? {}
    : ({ requestPassing: session.requestPassing ?? 'by_reference' } as const)
  const transactions =
    session.transactionData === undefined
      ? {}
      : { transactionData: authorised(session, session.transactionData) }
  const common = {
    id,
    dcqlQuery,
    ...why,
    ...transactions,
    responseMode: answerMode.mode,
    clientId,
    ...passing,
    createdAt,
    expiresAt,
    returned,
    outcome,
    ...seen,
  }
  switch (session.state) {
    case 'created':
    case 'requested':
      return { ...common, state: session.state }
    case 'answered':
      return {
        ...common,
        state: session.state,
        answeredAt: session.answeredAt,
        missing: missingViews(session, texts),
      }
    case 'declined': {
      const { state, decidedAt, reason } = session
      return { ...common, state, decidedAt, verificationResult: false, reason }
    }
    case 'expired':
      return { ...common, state: session.state, decidedAt: session.decidedAt, verificationResult: false }
    case 'verified': {
      const { state, decidedAt } = session
      const results = policyResults(session, policies)
      return {
        ...common,
        state,
        decidedAt,
        verificationResult: true,
        policyResults: results,
        checks: checkViews(session, texts),
        credentials: session.credentials.map(withClaims),
      }
    }
    case 'rejected':
    case 'undetermined': {
      const { state, decidedAt } = session
      const results = policyResults(session, policies)
      const credentials = session.credentials.map(withoutClaims)
      return {
        ...common,
        state,
        decidedAt,
        verificationResult: false,
        policyResults: results,
        checks: checkViews(session, texts),
        credentials,
      }
    }
  }
}

/** What is said of a transaction: by which credential it was authorised, once that is so and everything else is as it has to be. */
function authorised(
  session: VerificationSession,
  entries: readonly string[],
): NonNullable<VerificationView['transactionData']> {
  const checks =
    session.state === 'verified' ? session.checks.filter(({ name }) => name === 'transaction_data') : []
  return entries.map((entry, index) => {
    const queryId = checks[index]?.queryId
    return {
      data: openTransactionEntry(entry),
      credentialIds: credentialIdsOf(entry),
      ...(queryId !== undefined && { authorizedBy: queryId }),
    }
  })
}

/** The release before kept the claims of what it rejected. */
function withoutClaims(presented: PresentedCredential): PresentedCredential {
  const { anchor, claimedIssuer, format, issuer, queryId, type } = presented
  return { queryId, format, type, issuer, claimedIssuer, anchor }
}

/** What was found beside it stands with the checks. */
function withClaims(disclosed: DisclosedCredential) {
  return { ...withoutClaims(disclosed), claims: disclosed.claims }
}

/** As `GET /openid4vc/transaction-data-profiles` answers. */
export function profileList(types: TransactionTypes, language: Language): TransactionDataProfiles {
  return [...types.values()].map(({ displayName, fields, type }) => ({
    type,
    displayName: textIn(displayName, [language]),
    displayNames: displayName,
    fields,
  }))
}

/** `{name: description}`, as `GET /openid4vc/policy-list` answers. */
export function policyList(policies: readonly Policy[]): PolicyList {
  return Object.fromEntries(policies.map(({ name, description }) => [name, description]))
}

/** walt.id's report: an entry a credential, each with the policies that ran. Every check that ran is one of them. */
function policyResults(session: JudgedSession, policies: readonly Policy[]): PolicyResults {
  const told = (check: Check) => checkResult(check, policies)
  const results = session.credentials.map(({ queryId, type }) => {
    const checks = session.checks.filter((check) => check.queryId === queryId)
    const named = session.policies.filter(
      (policy) => policy.queryId === undefined || policy.queryId === queryId,
    )
    const requested = named.flatMap(({ policy }) => coveredResult(policyNamed(policies, policy), checks))
    return { credential: type, queryId, policyResults: [...requested, ...checks.map(told)] }
  })
  const general = session.checks.filter((check) => check.queryId === undefined)
  if (general.length > 0) {
    results.push({ credential: 'VerifiablePresentation', queryId: '', policyResults: general.map(told) })
  }
  const all = results.flatMap((entry) => entry.policyResults)
  const successful = all.filter((entry) => entry.is_success).length
  return {
    results,
    policiesRun: all.length,
    policiesSuccessful: successful,
    policiesFailed: all.length - successful,
  }
}

/** A policy that a core check covers is reported under its own name too, since callers look for the name they sent. */
function coveredResult(policy: Policy | undefined, checks: readonly Check[]): readonly PolicyResult[] {
  if (policy === undefined || !('coveredBy' in policy)) return []
  const covering = checks.filter(({ name }) => policy.coveredBy.includes(name))
  if (covering.length === 0) return []
  return [result(policy.name, policy.description, covering.find(isObjection))]
}

function checkResult(check: Check, policies: readonly Policy[]): PolicyResult {
  const failed = isObjection(check) ? check : undefined
  const { name, policy } = check
  if (policy === undefined) return result(name, name.replaceAll('_', ' '), failed)
  return result(policy, policyNamed(policies, policy)?.description ?? policy, failed)
}

function isObjection({ outcome }: Check): boolean {
  return outcome !== 'passed' && outcome !== 'skipped'
}

function result(policy: string, description: string, failed: Check | undefined): PolicyResult {
  if (failed === undefined) return { policy, description, is_success: true }
  const { outcome, detail, name } = failed
  return { policy, description, is_success: false, error: { outcome, message: detail ?? name } }
}
