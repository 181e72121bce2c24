/**
 * What others know about an answer and the answer does not say itself: whether its credentials still count, and what the
 * relying party's policies say. All statuses of an answer are looked up at once and within one time; policies are asked when
 * everything else has passed. What could not be found out is undetermined, with what is needed to ask again.
 */
import type { Check } from '@countersign/credential/contract/checks'
import { within } from '@countersign/event-loop/time-limit'
import type {
  AnsweredSession,
  DisclosedCredential,
  EvidenceReference,
  FoundEvidence,
  RequestedPolicy,
} from '@countersign/protocol/openid4vp/session'
import { NOT_ASKED } from '@countersign/protocol/openid4vp/session-waiting'
import { askedPolicies, judgePolicy } from '../policies/judge-policies.ts'
import type { StatusSubject, Verifier } from '../verifier.ts'

export type AskingVerifier = Pick<Verifier, 'checkStatus' | 'policies' | 'limits' | 'now'>

type StatusReferenceAt = Extract<EvidenceReference, { readonly kind: 'status' }>
type PolicyReferenceAt = Extract<EvidenceReference, { readonly kind: 'policy' }>

/** What is asked about an answer whose own checks have all passed. */
export interface EvidenceWanted {
  readonly sessionId: string
  /** The checks that were made, with a place for each that waits. */
  readonly checks: readonly Check[]
  readonly statuses: readonly StatusReferenceAt[]
  readonly policies: readonly RequestedPolicy[]
  readonly credentials: readonly DisclosedCredential[]
}

export interface Evidence {
  readonly checks: readonly Check[]
  readonly missing: readonly EvidenceReference[]
}

/** For an answer that just came. Without a policy's place where a status has failed: nobody is asked for nothing. */
export async function findEvidence(verifier: AskingVerifier, wanted: EvidenceWanted): Promise<Evidence> {
  const { policies, statuses } = wanted
  const looked = await lookUpStatuses(verifier, statuses)
  const own = placed(wanted.checks, looked)
  if (looked.some(({ check }) => check.outcome === 'failed')) return { checks: own, missing: [] }
  const waiting = policyPlaces(verifier, policies, own.length)
  const checks = [...own, ...waiting.map(({ requested }) => notAsked(policies[requested]))]
  const unknown = statuses.filter(({ at }) => checks[at]?.outcome === 'undetermined')
  if (unknown.length > 0) return { checks, missing: [...unknown, ...waiting] }
  const verdicts = await askPolicies(verifier, policies, waiting, wanted)
  const unsaid = verdicts.filter(({ check }) => check.outcome === 'undetermined').map(({ at }) => at)
  return { checks: placed(checks, verdicts), missing: waiting.filter(({ at }) => unsaid.includes(at)) }
}

/** For an answer that was taken: what of the missing can be had now. */
export async function findMissing(
  verifier: AskingVerifier,
  { credentials, id: sessionId, missing, policies }: AnsweredSession,
): Promise<readonly FoundEvidence[]> {
  const looked = await lookUpStatuses(
    verifier,
    missing.filter((reference) => reference.kind === 'status'),
  )
  if (looked.some(({ check }) => check.outcome !== 'passed' && check.outcome !== 'skipped')) return looked
  const waiting = missing.filter((reference) => reference.kind === 'policy')
  return [...looked, ...(await askPolicies(verifier, policies, waiting, { credentials, sessionId }))]
}

async function lookUpStatuses(
  verifier: AskingVerifier,
  references: readonly StatusReferenceAt[],
): Promise<readonly FoundEvidence[]> {
  if (references.length === 0) return []
  // One time for all of them: a wallet's user waits for the answer. Who does not keep it is not waited for.
  const { statusLookUpMs } = verifier.limits
  const looks = references.map(async (reference) => {
    const looking = verifier.checkStatus(subjectOf(reference), statusLookUpMs)
    return { at: reference.at, check: await within(looking, statusLookUpMs + GRACE_MS, TOO_LATE) }
  })
  return Promise.all(looks)
}

const GRACE_MS = 200

const TOO_LATE: Check = { name: 'status', outcome: 'undetermined', detail: 'list_unreachable: timeout' }

function subjectOf({ anchor, format, issuer, statuses }: StatusReferenceAt): StatusSubject {
  return { anchor, format, issuer, statuses }
}

/** All at once and within one time, as statuses are. */
async function askPolicies(
  verifier: AskingVerifier,
  policies: readonly RequestedPolicy[],
  places: readonly PolicyReferenceAt[],
  about: Pick<EvidenceWanted, 'credentials' | 'sessionId'>,
): Promise<readonly FoundEvidence[]> {
  const context = { credentials: about.credentials, sessionId: about.sessionId, now: verifier.now() }
  const asked = places.flatMap(({ at, requested }) => {
    const policy = policies[requested]
    return policy === undefined ? [] : [{ at, policy }]
  })
  return Promise.all(
    asked.map(async ({ at, policy }) => {
      const { policy: name, queryId } = policy
      const late = {
        name: 'policy',
        policy: name,
        queryId,
        outcome: 'undetermined',
        detail: 'policy_late',
      } as const
      const asking = judgePolicy(verifier.policies, policy, context)
      return { at, check: await within(asking, verifier.limits.statusLookUpMs, late) }
    }),
  )
}

function policyPlaces(
  verifier: AskingVerifier,
  policies: readonly RequestedPolicy[],
  first: number,
): readonly PolicyReferenceAt[] {
  return askedPolicies(verifier.policies, policies).map((requested, index) => ({
    kind: 'policy',
    at: first + index,
    requested,
  }))
}

function notAsked(requested: RequestedPolicy | undefined): Check {
  const { policy, queryId } = requested ?? {}
  return { name: 'policy', policy, queryId, outcome: 'undetermined', detail: NOT_ASKED }
}

/** A check keeps the query id of the place that waited for it. */
function placed(checks: readonly Check[], found: readonly FoundEvidence[]): readonly Check[] {
  const byPlace = new Map(found.map(({ at, check }) => [at, check]))
  return checks.map((check, at) => {
    const news = byPlace.get(at)
    return news === undefined ? check : { ...news, queryId: check.queryId }
  })
}
