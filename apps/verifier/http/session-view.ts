/** A verification as the relying party reads it: walt.id's members, and beside them the checks and claims. */
import type { Check } from '@countersign/credential/contract/checks'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { checksOfPolicy, describePolicy } from '../policies/policies.ts'

export function sessionView(session: VerificationSession, now: number): Record<string, unknown> {
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
        policyResults: policyResults(session),
        checks: session.checks,
        credentials: session.credentials,
      }
  }
}

type Judged = Extract<VerificationSession, { state: 'verified' | 'rejected' }>

/** walt.id's report: an entry a credential, each with the policies that ran. Every check that ran is one of them. */
function policyResults(session: Judged) {
  const results = session.credentials.map(({ queryId, type }) => {
    const checks = session.checks.filter((check) => check.queryId === queryId)
    const named = session.policies.filter(
      (policy) => policy.queryId === undefined || policy.queryId === queryId,
    )
    const requested = named.flatMap(({ policy }) => requestedResult(policy, checks))
    return { credential: type, queryId, policyResults: [...requested, ...checks.map(checkResult)] }
  })
  const general = session.checks.filter((check) => check.queryId === undefined)
  if (general.length > 0) {
    results.push({
      credential: 'VerifiablePresentation',
      queryId: '',
      policyResults: general.map(checkResult),
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
function requestedResult(policy: string, checks: readonly Check[]) {
  const covering = checks.filter((check) => checksOfPolicy(policy).includes(check.name))
  if (covering.length === 0) return []
  const failed = covering.find((check) => check.outcome !== 'passed' && check.outcome !== 'skipped')
  return [result(policy, describePolicy(policy), failed)]
}

function checkResult(check: Check) {
  const failed = check.outcome === 'passed' || check.outcome === 'skipped' ? undefined : check
  const name = check.policy ?? check.name
  return result(
    name,
    check.policy === undefined ? check.name.replaceAll('_', ' ') : describePolicy(name),
    failed,
  )
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
