/**
 * One step of a session on a store that several instances share: read, decide, compare-and-set; whoever lost the
 * race reads again and decides again on what is true now. It promises that what `decide` said was decided on the
 * very value that was replaced. It knows neither the session's states nor the store's engine.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type Due, type SessionStore, StoreUnavailable, type Versioned } from '@countersign/stores/ports'
import { type WithEvents, withServer } from './served-events.ts'

/** For the commit, before somebody looks in vain, in milliseconds. */
export const BEFORE_COMMIT_MS = 5000

const MAX_ATTEMPTS = 12
const MAX_WAIT_MS = 20

/** Waits after the given lost race (1, 2, 3 …) before the next try. */
export type BackOff = (lostRaces: number) => Promise<void>

/** A few random milliseconds, so that those who met once do not meet again. */
const randomWait: BackOff = (lostRaces) => delay(Math.random() * Math.min(MAX_WAIT_MS, 2 ** lostRaces))

/** What a session's service hands over; its record of ports has these members. */
export interface SessionPorts<T> {
  readonly sessions: SessionStore<T>
  /** Where a session is put whose events somebody wants to be told. */
  readonly due: Pick<Due, 'put'>
  readonly backOff?: BackOff | undefined
  /** Name of this instance, for the events that it commits. */
  readonly servedBy?: string | undefined
  /** Told of each step that was written, for figures. */
  readonly observe?: ((before: T, after: T) => void) | undefined
}

/**
 * `transition`, with the instance's name in the events that are new. Where events are told to somebody, the session is due
 * before the commit: an instance that dies right after it leaves somebody who looks (docs/decisions/065).
 */
export async function stepSession<T extends WithEvents, R>(
  { sessions, due, backOff, observe, servedBy }: SessionPorts<T>,
  id: string,
  decide: Decide<T, R>,
  known?: Versioned<T>,
): Promise<Result<Transition<T>, R | SessionUnknown>> {
  const decideHere: Decide<T, R> = async (before) => {
    const decided = await decide(before)
    // What did not change stays the very object: then nothing is written.
    if (!decided.ok || decided.value === before) return decided
    if (decided.value.callback !== undefined) await due.put(id, BEFORE_COMMIT_MS)
    return ok(withServer(decided.value, before.events, servedBy))
  }
  const moved = await transition(sessions, id, decideHere, known, backOff)
  if (moved.ok && moved.value.changed) {
    observe?.(moved.value.before, moved.value.after)
    // Put again: whoever took the entry before the commit found nothing to tell.
    if (moved.value.after.callback !== undefined) void due.put(id, 0).catch(() => undefined)
  }
  return moved
}

/** The next value, the same object when nothing changes, or a refusal. */
export type Decide<T, R> = (value: T) => Promise<Result<T, R>> | Result<T, R>

/** A step that was taken, or found to be taken already. */
export interface Transition<T> {
  readonly before: T
  readonly after: T
  /** False when `decide` gave back the very object it got: nothing was written, no effect is due. */
  readonly changed: boolean
}

/** The refusal for an id that leads to no session; expired ones are gone from the store. */
export interface SessionUnknown {
  readonly code: 'session_unknown'
}

/**
 * Takes the session `id` one step further. `decide` may run several times, so it must have no effects of its own;
 * work that is needed once, like checking signatures, is done before. Refusals of `decide` come back as they are;
 * a session that is not there, or went away meanwhile, is `session_unknown`. Throws `StoreUnavailable` when the
 * store is out of reach or the session changed twelve times under our hands. `known` is a value just read, which
 * saves the first read. `backOff` is for those who keep a time of their own.
 */
export async function transition<T, R>(
  store: SessionStore<T>,
  id: string,
  decide: Decide<T, R>,
  known?: Versioned<T>,
  backOff: BackOff = randomWait,
): Promise<Result<Transition<T>, R | SessionUnknown>> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const found = attempt === 1 && known !== undefined ? known : await store.get(id)
    if (found === undefined) return refuse({ code: 'session_unknown' })
    const before = found.value
    const decided = await decide(before)
    if (!decided.ok) return decided
    const after = decided.value
    if (after === before) return ok({ before, after, changed: false })
    if (await store.compareAndSet(id, found.version, after)) return ok({ before, after, changed: true })
    await backOff(attempt)
  }
  throw new StoreUnavailable('a session changed faster than it could be decided on')
}
