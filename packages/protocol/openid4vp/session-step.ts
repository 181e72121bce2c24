/**
 * A verification as a state machine. Pure: signatures, status lists and trust are looked at by the service and come in as
 * facts; the clock is an argument. A step that changes nothing returns the session it got, and then there is nothing to
 * commit. A final state is never left.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Check } from '@countersign/credential/contract/checks'
import { appendEvent } from '../session-event.ts'
import {
  type AnsweredSession,
  ATTEMPT_KINDS,
  type Attempt,
  type DisclosedCredential,
  type FoundEvidence,
  isDecided,
  type JudgedAnswer,
  type OpenSession,
  type PresentedCredential,
  type VerificationBase,
  type VerificationEventType,
  type VerificationMessage,
  type VerificationRefusal,
  type VerificationSession,
} from './session.ts'

type Stepped = Result<VerificationSession, VerificationRefusal>

export function stepVerification(
  session: VerificationSession,
  message: VerificationMessage,
  now: number,
): Stepped {
  switch (message.type) {
    case 'request_fetched':
      return fetched(session, now)
    case 'answer_judged':
    case 'wallet_declined':
    case 'stranger_answered':
      return answered(session, message, now)
    case 'evidence_found':
      return ok(session.state === 'answered' ? withEvidence(session, message.found, now) : session)
    case 'time_over':
      return ok(isDecided(session) || now < session.expiresAt ? session : atTheEnd(session, now))
  }
}

/**
 * What is to be said of an answer without looking into it: the session has one already, or is over. Undefined: it has to be
 * judged. What the sender of the kept answer hears is in `session.answer`. `answerHash`: may be undefined where the session
 * has no answer to compare it with.
 */
export function answerClosed(
  session: VerificationSession,
  answerHash: string | undefined,
  now: number,
): Stepped | undefined {
  const { answer, expiresAt } = session
  if (answer !== undefined) {
    return answer.hash === answerHash ? ok(session) : refuse({ code: 'already_answered' })
  }
  const over = isDecided(session) || now >= expiresAt
  return over ? refuse({ code: 'session_expired', expiresAt, now }) : undefined
}

/** Wallets fetch the request twice (§5.10), also when they have answered it. */
function fetched(session: VerificationSession, now: number): Stepped {
  const { answer, expiresAt } = session
  if (answer !== undefined) return ok(session)
  if (isDecided(session) || now >= expiresAt) return refuse({ code: 'session_expired', expiresAt, now })
  if (session.state !== 'created') return ok(session)
  const events = appendEvent(session.events, 'requested', now)
  return ok({ ...session, state: 'requested', requestedAt: now, events })
}

type AnswerMessage = Extract<VerificationMessage, { readonly answerHash: string }>

function answered(session: VerificationSession, message: AnswerMessage, now: number): Stepped {
  const closed = answerClosed(session, message.answerHash, now)
  if (closed !== undefined) return closed
  // Who has no answer yet and is not decided is open.
  const open = session as OpenSession
  switch (message.type) {
    case 'answer_judged':
      return ok(judged(open, message, now))
    case 'wallet_declined':
      return ok(attempted(open, { kind: 'declined', at: now, reason: message.reason }, now))
    case 'stranger_answered':
      return ok(attempted(open, { kind: 'stranger', at: now, checks: message.checks }, now))
  }
}

function attempted(session: OpenSession, attempt: Attempt, now: number): VerificationSession {
  if (session.attempts.some(({ kind }) => kind === attempt.kind)) return session
  const events = appendEvent(session.events, 'attempted', now, attempt.kind)
  return { ...session, attempts: [...session.attempts, attempt], events }
}

function judged(session: OpenSession, message: JudgedAnswer, now: number): VerificationSession {
  const { answerHash: hash, checks, credentials, missing, verdict } = message
  const reply = verdict === 'failed' ? 'refused' : 'taken'
  const base: VerificationBase = { ...baseOf(session), answer: { hash, reply } }
  switch (verdict) {
    case 'accepted':
      return { ...told(base, 'verified', now), state: 'verified', decidedAt: now, checks, credentials }
    case 'failed':
      return rejected(base, checks, credentials, now)
    case 'missing': {
      const waiting = told(base, 'answered', now)
      return { ...waiting, state: 'answered', answeredAt: now, checks, credentials, missing }
    }
  }
}

/** What is still unknown changes nothing, so that looking in vain writes nothing. */
function withEvidence(
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
  const { credentials } = session
  if (checks.some(({ outcome }) => outcome === 'failed')) {
    return rejected(baseOf(session), checks.filter(wasMade), credentials, now)
  }
  if (missing.length > 0) return { ...session, checks, missing }
  const base = told(baseOf(session), 'verified', now)
  return { ...base, state: 'verified', decidedAt: now, checks, credentials }
}

/** Of a policy that is asked only when all else has passed. */
export const NOT_ASKED = 'not_asked'

function wasMade({ detail, outcome }: Check): boolean {
  return outcome !== 'undetermined' || detail !== NOT_ASKED
}

/** At the end of the time the heaviest that was seen speaks. */
function atTheEnd(session: OpenSession | AnsweredSession, now: number): VerificationSession {
  const base = baseOf(session)
  if (session.state === 'answered') {
    const { checks, credentials } = session
    const presented = credentials.map(withoutClaims)
    const next = told(base, 'undetermined', now)
    return { ...next, state: 'undetermined', decidedAt: now, checks, credentials: presented }
  }
  const [heaviest] = session.attempts.toSorted(
    (a, b) => ATTEMPT_KINDS.indexOf(a.kind) - ATTEMPT_KINDS.indexOf(b.kind),
  )
  switch (heaviest?.kind) {
    case undefined:
      return { ...told(base, 'expired', now), state: 'expired', decidedAt: now }
    case 'declined': {
      const { reason } = heaviest
      return { ...told(base, 'declined', now, reason), state: 'declined', decidedAt: now, reason }
    }
    case 'stranger':
      return rejected(base, heaviest.checks, [], now, heaviest.kind)
  }
}

function rejected(
  base: VerificationBase,
  checks: readonly Check[],
  credentials: readonly DisclosedCredential[],
  now: number,
  detail?: string,
): VerificationSession {
  const presented = credentials.map(withoutClaims)
  const next = told(base, 'rejected', now, detail)
  return { ...next, state: 'rejected', decidedAt: now, checks, credentials: presented }
}

function withoutClaims({ claims: _claims, ...presented }: DisclosedCredential): PresentedCredential {
  return presented
}

function told(
  base: VerificationBase,
  type: VerificationEventType,
  now: number,
  detail?: string,
): VerificationBase {
  return { ...base, events: appendEvent(base.events, type, now, detail) }
}

/** What every state has; what belongs to one state alone does not go on to the next. */
function baseOf(session: OpenSession | AnsweredSession): VerificationBase {
  switch (session.state) {
    case 'created': {
      const { state: _state, ...base } = session
      return base
    }
    case 'requested': {
      const { state: _state, requestedAt: _requestedAt, ...base } = session
      return base
    }
    case 'answered': {
      const { state: _s, answeredAt: _a, checks: _c, credentials: _d, missing: _m, ...base } = session
      return base
    }
  }
}
