/**
 * The policies that a relying party may name, in walt.id's words. Most name a check that always runs here, asked for
 * or not; the others are looked at on the verified claims. Unknown names are refused when the session is made.
 */
import type { Check, CheckName } from '@countersign/credential/contract/checks'
import type { DisclosedCredential, RequestedPolicy } from '@countersign/protocol/openid4vp/session'

interface Policy {
  readonly description: string
  /** Checks that already decide it. */
  readonly coveredBy?: readonly CheckName[]
  /** Why the arguments cannot be used; undefined when they can. */
  readonly argumentMistake?: (args: unknown) => string | undefined
  readonly judge?: (args: unknown, credentials: readonly DisclosedCredential[]) => Verdict
}

type Verdict = { readonly passed: true } | { readonly passed: false; readonly detail: string }

const notRevoked = 'A credential that carries a status is neither revoked nor suspended.'

const policies: Readonly<Record<string, Policy>> = {
  signature: {
    description: 'The issuer signed the credential and its key leads to a trust anchor.',
    coveredBy: ['issuer_signature', 'issuer_trust'],
  },
  'signature_sd-jwt-vc': {
    description: 'The issuer signed the SD-JWT VC, its disclosures belong to it, and its holder presents it.',
    coveredBy: ['structure', 'issuer_signature', 'issuer_trust', 'holder_binding'],
  },
  expired: { description: 'The credential has not expired.', coveredBy: ['validity_period'] },
  'not-before': { description: 'The credential is already valid.', coveredBy: ['validity_period'] },
  'revoked-status-list': { description: notRevoked, coveredBy: ['status'] },
  revoked_status_list: { description: notRevoked, coveredBy: ['status'] },
  'credential-status': { description: notRevoked, coveredBy: ['status'] },
  'holder-binding': {
    description: 'The presenter holds the key of every credential.',
    coveredBy: ['holder_binding'],
  },
  'presentation-definition': {
    description: 'What was presented answers the query.',
    coveredBy: ['query_match'],
  },
  'allowed-issuer': {
    description: 'The issuer is one of those given in args (a string or a list).',
    argumentMistake: (args) => (issuersOf(args) === undefined ? 'a string or a list of strings' : undefined),
    judge: (args, credentials) => allIssuedBy(issuersOf(args) ?? [], credentials),
  },
  'minimum-credentials': {
    description: 'At least args credentials are presented.',
    argumentMistake: countMistake,
    judge: (args, credentials) => atLeast(Number(args), credentials.length),
  },
  'maximum-credentials': {
    description: 'At most args credentials are presented.',
    argumentMistake: countMistake,
    judge: (args, credentials) => atMost(Number(args), credentials.length),
  },
}

/** `{name: description}`, as `GET /openid4vc/policy-list` answers. */
export function policyList(): Record<string, string> {
  return Object.fromEntries(Object.entries(policies).map(([name, { description }]) => [name, description]))
}

export type PolicyMistake =
  | { readonly code: 'policy_unknown'; readonly policy: string; readonly known: readonly string[] }
  | { readonly code: 'policy_arguments'; readonly policy: string; readonly expected: string }

export function policyMistake(requested: RequestedPolicy): PolicyMistake | undefined {
  const policy = policyNamed(requested.policy)
  if (policy === undefined) {
    return { code: 'policy_unknown', policy: requested.policy, known: Object.keys(policies) }
  }
  const expected = policy.argumentMistake?.(requested.args)
  return expected === undefined ? undefined : { code: 'policy_arguments', policy: requested.policy, expected }
}

/** Judges the policies that no core check covers; one check for each request. */
export function judgePolicies(
  requested: readonly RequestedPolicy[],
  credentials: readonly DisclosedCredential[],
): readonly Check[] {
  return requested.flatMap((request): readonly Check[] => {
    const judge = policyNamed(request.policy)?.judge
    if (judge === undefined) return []
    const { policy, queryId } = request
    const subject =
      queryId === undefined ? credentials : credentials.filter((entry) => entry.queryId === queryId)
    const verdict = judge(request.args, subject)
    const about = { name: 'policy', policy, ...(queryId !== undefined && { queryId }) } as const
    return [
      verdict.passed
        ? { ...about, outcome: 'passed' }
        : { ...about, outcome: 'failed', detail: verdict.detail },
    ]
  })
}

export function checksOfPolicy(name: string): readonly CheckName[] {
  return policyNamed(name)?.coveredBy ?? []
}

export function describePolicy(name: string): string {
  return policyNamed(name)?.description ?? name
}

function policyNamed(name: string): Policy | undefined {
  return Object.hasOwn(policies, name) ? policies[name] : undefined
}

function issuersOf(args: unknown): readonly string[] | undefined {
  const list = typeof args === 'string' ? [args] : args
  if (!Array.isArray(list) || list.length === 0 || list.length > 100) return undefined
  return list.every((entry): entry is string => typeof entry === 'string') ? list : undefined
}

function countMistake(args: unknown): string | undefined {
  const count = Number.isInteger(args) ? Number(args) : -1
  return count >= 0 && count <= 1000 ? undefined : 'a whole number from 0 to 1000'
}

function allIssuedBy(issuers: readonly string[], credentials: readonly DisclosedCredential[]): Verdict {
  const stranger = credentials.find(({ issuer }) => issuer === undefined || !issuers.includes(issuer))
  return stranger === undefined ? { passed: true } : { passed: false, detail: 'issuer_not_allowed' }
}

function atLeast(minimum: number, total: number): Verdict {
  return total >= minimum ? { passed: true } : { passed: false, detail: `missing_${minimum - total}` }
}

function atMost(maximum: number, total: number): Verdict {
  return total <= maximum ? { passed: true } : { passed: false, detail: `exceeded_${total - maximum}` }
}
