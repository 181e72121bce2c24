/**
 * An answer that was taken and waits: for evidence that could not be had, and for the browser that began where its return is
 * required (OpenID4VP 1.0 §13.3, docs/decisions/034). Nobody is shown anything of it meanwhile. Pure; what waits is decided
 * by what comes, or by the end of its time.
 */
import type { Check } from '@countersign/credential/contract/checks'
import type {
  AnsweredSession,
  DisclosedCredential,
  EvidenceReference,
  FoundEvidence,
  VerificationBase,
  VerificationSession,
} from './session.ts'
import { baseOf, rejected, told, undetermined, verified } from './session-decision.ts'

type Waiting = Pick<AnsweredSession, 'checks' | 'credentials' | 'missing'>

export function waiting(
  base: VerificationBase,
  { checks, credentials, missing }: Waiting,
  now: number,
): VerificationSession {
  const next = told(base, 'answered', now)
  return judgedAgain({ ...next, state: 'answered', answeredAt: now, checks, credentials, missing }, now)
}

/** The same with a place for the browser that began. */
export function withReturnMissing({ checks, credentials, missing }: Waiting): Waiting {
  const back: EvidenceReference = { kind: 'return', at: checks.length }
  const notBack: Check = { name: 'same_device', outcome: 'undetermined', detail: NOT_RETURNED }
  return { credentials, checks: [...checks, notBack], missing: [...missing, back] }
}

const NOT_RETURNED = 'not_returned'

/** What is still unknown changes nothing, so that looking in vain writes nothing. */
export function withEvidence(
  session: AnsweredSession,
  found: readonly FoundEvidence[],
  now: number,
): VerificationSession {
  const known = new Map(
    found.filter(({ check }) => check.outcome !== 'undetermined').map(({ at, check }) => [at, check]),
  )
  const news = session.missing.filter(({ at }) => known.has(at))
  if (news.length === 0) return session
  const missing = session.missing.filter(({ at }) => !known.has(at))
  const places = new Set(news.map(({ at }) => at))
  const checks = session.checks.map((check, at) => {
    const made = places.has(at) ? known.get(at) : undefined
    return made === undefined ? check : { ...made, queryId: check.queryId }
  })
  return judgedAgain({ ...session, checks, missing }, now)
}

/** The browser is back with the code of the answer: in most sessions nothing waited for it. */
export function withReturn(session: AnsweredSession, now: number): VerificationSession {
  const back: Check = { name: 'same_device', outcome: 'passed' }
  const found = session.missing.filter(isReturn).map(({ at }) => ({ at, check: back }))
  return withEvidence(told({ ...session, returnedAt: now }, 'returned', now), found, now)
}

/**
 * What has failed fails for good, whatever else is missing: but for the return of the browser, before which nobody is told.
 * Its claims are not kept until then.
 */
function judgedAgain(session: AnsweredSession, now: number): VerificationSession {
  const { checks, credentials, missing } = session
  const failed = checks.some(({ outcome }) => outcome === 'failed')
  const needed = failed ? missing.filter(isReturn) : missing
  if (needed.length > 0) {
    return { ...session, missing: needed, credentials: failed ? credentials.map(forgotten) : credentials }
  }
  const base = baseOf(session)
  return failed
    ? rejected(base, checks.filter(wasMade), credentials, now)
    : verified(base, checks, credentials, now)
}

function forgotten(credential: DisclosedCredential): DisclosedCredential {
  const { presentation: _presentation, ...rest } = credential
  return { ...rest, claims: {} }
}

/** Whether somebody has to look for what is missing; the browser comes by itself. */
export function waitsForEvidence({ missing }: Pick<AnsweredSession, 'missing'>): boolean {
  return !missing.every(isReturn)
}

function isReturn({ kind }: EvidenceReference): boolean {
  return kind === 'return'
}

/** `not_returned` where the browser alone was missing; where evidence was, nobody knows what it would have said. */
export function notInTime(session: AnsweredSession, now: number): VerificationSession {
  if (waitsForEvidence(session)) return undetermined(session, now)
  const places = new Set(session.missing.map(({ at }) => at))
  const checks = session.checks.map((check, at): Check => {
    return places.has(at) ? { ...check, outcome: 'failed' } : check
  })
  return rejected(baseOf(session), checks.filter(wasMade), session.credentials, now, NOT_RETURNED)
}

/** Of a policy that is asked only when all else has passed. */
export const NOT_ASKED = 'not_asked'

function wasMade({ detail, outcome }: Check): boolean {
  return outcome !== 'undetermined' || detail !== NOT_ASKED
}
