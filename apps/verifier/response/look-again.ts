/**
 * What happens to a verification without a wallet: what was missing of a taken answer is looked for again, and its time
 * ends. An end is told only when it is written: whoever finds the time over takes that step first, and looks once more
 * before where an answer waits. Nothing here runs by itself.
 */
import { ok } from '@countersign/core/result'
import {
  type BrowserReturned,
  type DecidedSession,
  isDecided,
  type VerificationMessage,
  type VerificationSession,
} from '@countersign/protocol/openid4vp/session'
import { remainsOf } from '@countersign/protocol/openid4vp/session-remains'
import { stepVerification } from '@countersign/protocol/openid4vp/session-step'
import { waitsForEvidence } from '@countersign/protocol/openid4vp/session-waiting'
import { stepSession, transition } from '@countersign/service/sessions/session-transition'
import type { Versioned } from '@countersign/stores/ports'
import { isPastRetention } from '../past-retention.ts'
import type { Verifier } from '../verifier.ts'
import { type AskingVerifier, findMissing } from './find-evidence.ts'

export type LookingVerifier = AskingVerifier &
  Pick<Verifier, 'sessions' | 'due' | 'backOff' | 'observe' | 'lookTurns' | 'limits'>

/**
 * The session as a reader may see it: at most once a second an instance looks for what is missing, and the others see what
 * is stored. Undefined: there is none.
 */
export async function readVerification(
  verifier: LookingVerifier,
  id: string,
): Promise<VerificationSession | undefined> {
  const found = await verifier.sessions.get(id)
  if (found === undefined || isPastRetention(verifier, found.value)) return undefined
  if (!isDue(found.value, verifier.now())) return found.value
  if (isWaiting(found.value) && !verifier.lookTurns(id, verifier.now())) return found.value
  return goOn(verifier, found)
}

/**
 * What is to be done for a session that nobody may be reading. Answers in how many milliseconds to look at it again;
 * undefined when nothing more can happen.
 */
export async function look(verifier: LookingVerifier, id: string): Promise<number | undefined> {
  const found = await verifier.sessions.get(id)
  if (found === undefined) return undefined
  const isOpen = !isDecided(found.value) && !isDue(found.value, verifier.now())
  // Somebody put an entry and may be about to take an answer: he meets a conflict, and puts again before he commits.
  if (isOpen) await verifier.sessions.compareAndSet(id, found.version, found.value)
  const session = isDue(found.value, verifier.now()) ? await goOn(verifier, found) : found.value
  if (session === undefined) return undefined
  return isDecided(session) ? untilForgotten(verifier, session) : nextLookMs(session, verifier.now())
}

/** A session of which somebody is told lives longer than its result can be read; of what it says, only the end does. */
async function untilForgotten(
  verifier: LookingVerifier,
  { callback, expiresAt, id }: DecidedSession,
): Promise<number | undefined> {
  if (callback === undefined) return undefined
  const leftMs = (expiresAt + verifier.limits.resultRetentionSeconds - verifier.now()) * 1000
  if (leftMs > 0) return leftMs
  const remains = (latest: VerificationSession) => ok(isDecided(latest) ? remainsOf(latest) : latest)
  await transition(verifier.sessions, id, remains, undefined, verifier.backOff)
  return undefined
}

function isDue(session: VerificationSession, now: number): boolean {
  return !isDecided(session) && (isWaiting(session) || now >= session.expiresAt)
}

/** For what somebody can look for: a browser comes back by itself. */
function isWaiting(session: VerificationSession): boolean {
  return session.state === 'answered' && waitsForEvidence(session)
}

/** Evidence first, then the end of the time. */
export async function goOn(
  verifier: LookingVerifier,
  found: Versioned<VerificationSession>,
): Promise<VerificationSession | undefined> {
  const { id, state } = found.value
  if (state !== 'answered') return end(verifier, id, found)
  const evidence = await findMissing(verifier, found.value)
  const session = await take(verifier, id, { type: 'evidence_found', found: evidence }, found)
  if (session?.state !== 'answered') return session
  return end(verifier, id)
}

/** Where an answer was taken since the session was read, somebody has to look first: it is left for the next who comes. */
async function end(
  verifier: LookingVerifier,
  id: string,
  unlooked?: Versioned<VerificationSession>,
): Promise<VerificationSession | undefined> {
  return take(verifier, id, { type: 'time_over' }, unlooked, unlooked !== undefined)
}

/** The session after the step; undefined when it is gone. */
async function take(
  verifier: LookingVerifier,
  id: string,
  message: Exclude<VerificationMessage, BrowserReturned>,
  known?: Versioned<VerificationSession>,
  spareAnswered = false,
): Promise<VerificationSession | undefined> {
  const now = verifier.now()
  const moved = await stepSession(
    verifier,
    id,
    (session) =>
      spareAnswered && session.state === 'answered' ? ok(session) : stepVerification(session, message, now),
    known,
  )
  return moved.ok ? moved.value.after : undefined
}

const SOONEST_MS = 1000
const LATEST_MS = 30_000

/** The longer it takes, the longer it is left alone; at the end of the time it is looked at in any case. */
export function nextLookMs(session: VerificationSession, now: number): number {
  const leftMs = Math.max(SOONEST_MS, (session.expiresAt - now) * 1000)
  if (session.state !== 'answered' || !waitsForEvidence(session)) return leftMs
  const waitedMs = (now - session.answeredAt) * 1000
  return Math.min(leftMs, LATEST_MS, Math.max(SOONEST_MS, waitedMs / 2))
}
