/**
 * A verification as a state machine. Pure: signatures, status lists and trust are looked at by the service and come in as
 * facts; the clock is an argument. A step that changes nothing returns the session it got, and then there is nothing to
 * commit. A final state is never left: all that is written after it is that the browser came back.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import {
  type AnsweredSession,
  ATTEMPT_KINDS,
  type Attempt,
  type BrowserReturned,
  isDecided,
  type JudgedAnswer,
  type OpenSession,
  type ReturnRefusal,
  type VerificationBase,
  type VerificationMessage,
  type VerificationRefusal,
  type VerificationSession,
} from './session.ts'
import { attemptOf, baseOf, decidedBy, expired, rejected, told, verified } from './session-decision.ts'
import { notInTime, waiting, withEvidence, withReturn, withReturnMissing } from './session-waiting.ts'

type Stepped = Result<VerificationSession, VerificationRefusal>
type Returned = Result<VerificationSession, ReturnRefusal>

/** Wallets and browsers are refused for reasons of their own. */
export function stepVerification(
  session: VerificationSession,
  message: Exclude<VerificationMessage, BrowserReturned>,
  now: number,
): Stepped
export function stepVerification(
  session: VerificationSession,
  message: BrowserReturned,
  now: number,
): Returned
export function stepVerification(
  session: VerificationSession,
  message: VerificationMessage,
  now: number,
): Stepped | Returned
export function stepVerification(
  session: VerificationSession,
  message: VerificationMessage,
  now: number,
): Stepped | Returned {
  switch (message.type) {
    case 'request_fetched':
      return fetched(session, now)
    case 'answer_judged':
    case 'wallet_declined':
    case 'stranger_answered':
      return answered(session, message, now)
    case 'evidence_found':
      return ok(session.state === 'answered' ? withEvidence(session, message.found, now) : session)
    case 'browser_returned':
      return returned(session, message, now)
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
  return ok({ ...told(baseOf(session), 'requested', now), state: 'requested', requestedAt: now })
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
  if (attemptOf(session, attempt.kind) !== undefined) return session
  return told({ ...session, attempts: [...session.attempts, attempt] }, 'attempted', now, attempt.kind)
}

/** Where the browser has to come back first, nothing is decided here, not even what has failed. */
function judged(session: OpenSession, message: JudgedAnswer, now: number): VerificationSession {
  const { answerHash: hash, checks, credentials, verdict } = message
  const reply = verdict === 'failed' ? 'refused' : 'taken'
  const base: VerificationBase = { ...baseOf(session), answer: { hash, reply } }
  if (base.sameDevice === 'required') return waiting(base, withReturnMissing(message), now)
  switch (verdict) {
    case 'accepted':
      return verified(base, checks, credentials, now)
    case 'failed':
      return rejected(base, checks, credentials, now)
    case 'missing':
      return waiting(base, message, now)
  }
}

/**
 * A code is exchanged once. That of an attempt decides as long as nobody has answered; that of the answer is what a session may
 * have waited for, and where nothing waited it is known from then on that the browser came back.
 */
function returned(session: VerificationSession, message: BrowserReturned, now: number): Returned {
  if (session.returnedAt !== undefined) return refuse({ code: 'already_returned' })
  const over = isDecided(session) || now >= session.expiresAt
  if (message.with === 'answer') {
    if (session.state === 'answered' && !over) return ok(withReturn(session, now))
    const late = session.sameDevice === 'required' || !isDecided(session)
    return late ? refuse({ code: 'returned_too_late' }) : ok({ ...session, returnedAt: now })
  }
  if (session.answer !== undefined) return refuse({ code: 'attempt_outranked' })
  if (over) return refuse({ code: 'returned_too_late' })
  const base: VerificationBase = { ...baseOf(session as OpenSession), returnedAt: now }
  return ok(decidedBy(message.with, told(base, 'returned', now, message.with), now))
}

/** At the end of the time the heaviest that was seen speaks. */
function atTheEnd(session: OpenSession | AnsweredSession, now: number): VerificationSession {
  if (session.state === 'answered') return notInTime(session, now)
  const heaviest = ATTEMPT_KINDS.find((kind) => attemptOf(session, kind) !== undefined)
  const base = baseOf(session)
  return heaviest === undefined ? expired(base, now) : decidedBy(heaviest, base, now)
}
