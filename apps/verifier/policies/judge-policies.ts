/**
 * Policies of a verification: found unusable when the session is made, asked when the answer came and every other check has
 * run. Which policies there are is given; this knows only how they are named, asked and told.
 */
import type { Check } from '@countersign/credential/contract/checks'
import type { Awaitable } from '@countersign/crypto/engine'
import type { RequestedPolicy } from '@countersign/protocol/openid4vp/session'
import type { Policy, PolicyContext } from './policy.ts'
import { refusedPolicies } from './refused-policies.ts'

export type PolicyMistake =
  | { readonly code: 'policy_unknown'; readonly policy: string; readonly known: readonly string[] }
  | { readonly code: 'policy_refused'; readonly policy: string; readonly reason: string }
  | { readonly code: 'policy_arguments'; readonly policy: string; readonly expected: string }

/** The first request that names no policy of the list, or has arguments that it cannot use. */
export async function findPolicyMistake(
  policies: readonly Policy[],
  requested: readonly RequestedPolicy[],
): Promise<PolicyMistake | undefined> {
  for (const { policy: name, args } of requested) {
    const policy = policyNamed(policies, name)
    if (policy === undefined) {
      const reason = refusedPolicies.get(name)
      if (reason !== undefined) return { code: 'policy_refused', policy: name, reason }
      return { code: 'policy_unknown', policy: name, known: policies.map((known) => known.name) }
    }
    const expected = await argumentsExpected(policy, args)
    if (expected !== undefined) return { code: 'policy_arguments', policy: name, expected }
  }
  return undefined
}

function argumentsExpected(policy: Policy, args: unknown): Awaitable<string | undefined> {
  if ('judge' in policy) return policy.argumentsExpected(args)
  const isAbsent = args === undefined || args === null
  return isAbsent
    ? undefined
    : policy.argumentsExpected === undefined
      ? 'nothing'
      : policy.argumentsExpected(args)
}

/** Positions of the requests that are asked; policies that other checks cover are not. */
export function askedPolicies(
  policies: readonly Policy[],
  requested: readonly RequestedPolicy[],
): readonly number[] {
  return requested.flatMap(({ policy: name }, index) => {
    const policy = policyNamed(policies, name)
    return policy !== undefined && 'judge' in policy ? [index] : []
  })
}

/** Asks one of those, about what of the credentials it is for; a policy that an instance does not know says nothing. */
export async function judgePolicy(
  policies: readonly Policy[],
  { args, policy: name, queryId }: RequestedPolicy,
  { credentials, now, sessionId }: Omit<PolicyContext, 'args'>,
): Promise<Check> {
  const policy = policyNamed(policies, name)
  const asked = { name: 'policy', policy: name, queryId } as const
  if (policy === undefined || !('judge' in policy)) {
    return { ...asked, outcome: 'undetermined', detail: 'policy_unknown' }
  }
  const about = queryId === undefined ? credentials : credentials.filter((entry) => entry.queryId === queryId)
  return { ...asked, ...(await policy.judge({ args, credentials: about, now, sessionId })) }
}

export function policyNamed(policies: readonly Policy[], name: string): Policy | undefined {
  return policies.find((policy) => policy.name === name)
}
