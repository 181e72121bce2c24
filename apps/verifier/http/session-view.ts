/** A verification as the relying party reads it: walt.id's members, and beside them the checks and claims. */
import type { PolicyList } from '@countersign/api/verifier/policies'
import type { PolicyResult, PolicyResults, VerificationView } from '@countersign/api/verifier/session'
import type { Check } from '@countersign/credential/contract/checks'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { policyNamed } from '../policies/judge-policies.ts'
import type { Policy } from '../policies/policy.ts'

export function sessionView(
  session: VerificationSession,
  policies: readonly Policy[],
  now: number,
): VerificationView {
  const { id, dcqlQuery, createdAt, expiresAt } = session
  const common = { id, dcqlQuery, createdAt, expiresAt }
  switch (session.state) {
    case 'created':
    case 'requested':
      return { ...common, state: now >= expiresAt ? 'expired' : session.state }
    case 'declined': {
      const { state, decidedAt, reason } = session
      return { ...common, state, decidedAt, verificationResult: false, reason }
    }
    case 'verified':
    case 'rejected': {
      const { state, decidedAt, checks, credentials } = session
      const verificationResult = state === 'verified'
      const results = policyResults(session, policies)
      return { ...common, state, decidedAt, verificationResult, policyResults: results, checks, credentials }
    }
  }
}

/** `{name: description}`, as `GET /openid4vc/policy-list` answers. */
export function policyList(policies: readonly Policy[]): PolicyList {
  return Object.fromEntries(policies.map(({ name, description }) => [name, description]))
}

type Judged = Extract<VerificationSession, { state: 'verified' | 'rejected' }>

/** walt.id's report: an entry a credential, each with the policies that ran. Every check that ran is one of them. */
function policyResults(session: Judged, policies: readonly Policy[]): PolicyResults {
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
