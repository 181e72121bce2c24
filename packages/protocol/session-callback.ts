/**
 * Whom a session's events are told, and how far that is: the events that are kept in the session are the outbox, and beside them stands
 * the number up to which they were told (docs/decisions/065). Pure: who tells them, when, and how, is the service's.
 */
import type { SessionEvent } from './session-event.ts'

export interface SessionCallback {
  readonly uri: string
  /** Sent along as `Authorization: Bearer`. */
  readonly apiKey?: string | undefined
  /** Sequence of the last event that is not to be told any more. */
  readonly toldUpTo: number
  /** Epoch seconds from which tries are counted, where somebody asked to be told again. */
  readonly triedFrom?: number | undefined
  /** Epoch seconds: nobody tries any more, until somebody asks for it. */
  readonly givenUpAt?: number | undefined
}

/** What of a session its callback needs. */
export interface TellingSession {
  readonly events: readonly SessionEvent[]
  /** Absent: nobody wants to be told. */
  readonly callback?: SessionCallback | undefined
}

/** How long an event is tried to be told, in seconds. */
export const TOLD_WITHIN_SECONDS = 86_400

const SOONEST_MS = 1000
const LATEST_MS = 3_600_000

/** Whoever made the session knows that he did. */
export function callbackTo(uri: string, apiKey: string | undefined): SessionCallback {
  return apiKey === undefined ? { uri, toldUpTo: 1 } : { uri, apiKey, toldUpTo: 1 }
}

/** In their order: what comes later waits. Undefined: there is nothing to tell, or nobody tries any more. */
export function nextToTell({ callback, events }: TellingSession): SessionEvent | undefined {
  if (callback === undefined || callback.givenUpAt !== undefined) return undefined
  return events.find(({ sequence }) => sequence > callback.toldUpTo)
}

export function withTold<T extends TellingSession>(session: T, sequence: number): T {
  const { callback } = session
  if (callback === undefined || callback.toldUpTo >= sequence) return session
  return { ...session, callback: { ...callback, toldUpTo: sequence } }
}

export function withGivenUp<T extends TellingSession>(session: T, now: number): T {
  const { callback } = session
  if (callback === undefined || callback.givenUpAt !== undefined) return session
  return { ...session, callback: { ...callback, givenUpAt: now } }
}

/** Event `from` and all after it are told anew, and tried for as long as new ones. */
export function withToldAgain<T extends TellingSession>(session: T, from: number, now: number): T {
  const { callback } = session
  if (callback === undefined) return session
  const { givenUpAt: _givenUpAt, ...rest } = callback
  return { ...session, callback: { ...rest, toldUpTo: Math.min(rest.toldUpTo, from - 1), triedFrom: now } }
}

/** The longer it takes, the longer the receiver is left alone, in milliseconds. Undefined: it has been tried for long enough. */
export function nextTryMs(
  { at }: SessionEvent,
  { triedFrom = 0 }: SessionCallback,
  now: number,
): number | undefined {
  const waitedSeconds = now - Math.max(at, triedFrom)
  if (waitedSeconds >= TOLD_WITHIN_SECONDS) return undefined
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, waitedSeconds * 500))
}
