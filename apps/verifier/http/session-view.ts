/** A verification as the relying party reads it: walt.id's members, and beside them the checks and claims. */
import type { Check } from '@countersign/credential/contract/checks'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { policyNamed } from '../policies/judge-policies.ts'
import type { Policy } from '../policies/policy.ts'

export function sessionView(
  session: VerificationSession,
  policies: readonly Policy[],
  now: number,
): Record<string, unknown> {
  const expired =
    session.state === 'created' || session.state === 'requested' ? now >= session.expiresAt : false
  const common = {
    id: session.id,
    state: expired ? 'expired' : session.state,
    dcqlQuery: session.dcqlQuery,
    createdAt: session.createdAt,
    expiresAt: session.expiresAt,
  }
  switch (session.state) {
    case 'created':
    case 'requested':
      return common
    case 'declined':
      return { ...common, decidedAt: session.decidedAt, verificationResult: false, reason: session.reason }
    case 'verified':
    case 'rejected':
      return {
        ...common,
        decidedAt: session.decidedAt,
        verificationResult: session.state === 'verified',
        policyResults: policyResults(session, policies),
        checks: session.checks,
        credentials: session.credentials,
      }
  }
}

/** `{name: description}`, as `GET /openid4vc/policy-list` answers. */
export function policyList(policies: readonly Policy[]): Record<string, string> {
  return Object.fromEntries(policies.map(({ name, description }) => [name, description]))
}

type Judged = Extract<VerificationSession, { state: 'verified' | 'rejected' }>

/** walt.id's report: an entry a credential, each with the policies that ran. Every check that ran is one of them. */
function policyResults(session: Judged, policies: readonly Policy[]) {
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
    results.push({
      credential: 'VerifiablePresentation',
      queryId: '',
      policyResults: general.map(told),
    })
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
function coveredResult(policy: Policy | undefined, checks: readonly Check[]) {
  if (policy === undefined || !('coveredBy' in policy)) return []
  const covering = checks.filter(({ name }) => policy.coveredBy.includes(name))
  if (covering.length === 0) return []
  const failed = covering.find((check) => check.outcome !== 'passed' && check.outcome !== 'skipped')
  return [result(policy.name, policy.description, failed)]
}

function checkResult(check: Check, policies: readonly Policy[]) {
  const failed = check.outcome === 'passed' || check.outcome === 'skipped' ? undefined : check
  const { name, policy } = check
  if (policy === undefined) return result(name, name.replaceAll('_', ' '), failed)
  return result(policy, policyNamed(policies, policy)?.description ?? policy, failed)
}

function result(policy: string, description: string, failed: Check | undefined) {
  if (failed === undefined) return { policy, description, is_success: true }
  return {
    policy,
    description,
    is_success: false,
    error: { outcome: failed.outcome, message: failed.detail ?? failed.name },
  }
}
