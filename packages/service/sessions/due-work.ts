/**
 * Looks at the sessions that are due though nobody asks for them: leases some, looks at each, and says when to look next.
 * Many instances do it at once, and each session is looked at by one. It promises that no session, however it fails, keeps
 * others waiting; that a store that is away costs one line in the log; and that an instance that stops, or dies, leaves
 * leases that run out. It knows nothing of what there is to do: that stands in the session, and `look` reads it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Due, type Lease, StoreUnavailable } from '@countersign/stores/ports'
import type { Drainable } from '../operation/lifecycle.ts'
import { errorFacts, type Logger } from '../operation/log.ts'

/**
 * One look at a session: the milliseconds until the next one, or undefined when there is nothing more to do. It may come too
 * often, late, or beside another's, so it changes the session by steps alone. One that throws is made again when its lease is
 * over, by whichever instance.
 */
export type Look = (
  id: string,
  log: Pick<Logger, 'info' | 'warn'>,
  lease: Lease,
) => Promise<number | undefined>

export interface DueWork {
  readonly due: Pick<Due, 'lease' | 'done'>
  readonly look: Look
  /** Longer than a look takes; what died is looked at again after it. */
  readonly leaseMs?: number | undefined
}

export interface DueWorkOptions extends DueWork {
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** Between two times that this instance asks what is due, in milliseconds. */
  readonly everyMs?: number | undefined
  /** Sessions that this instance looks at together. */
  readonly atOnce?: number | undefined
  readonly time?: WorkTime | undefined
}

/** For those who keep a time of their own. */
export interface WorkTime {
  /** Milliseconds from any origin, never going back. */
  now(): number
  /** Resolves after so many milliseconds, or soon after the signal. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

/** When to look again, by several who have looked: undefined where none of them wants to. */
export function soonest(...times: readonly (number | undefined)[]): number | undefined {
  const wanted = times.filter((ms) => ms !== undefined)
  return wanted.length === 0 ? undefined : Math.min(...wanted)
}

const EVERY_MS = 1_000
const AT_ONCE = 16
const LEASE_MS = 20_000
/** The longest wait for a store that is away, in milliseconds. */
const LONGEST_WAIT_MS = 15_000
/** Failing looks are told of once in so many milliseconds. */
const TOLD_EVERY_MS = 60_000

/** Timers that keep no process alive. */
const systemTime: WorkTime = {
  now: () => performance.now(),
  wait: (ms, signal) => delay(ms, undefined, { signal, ref: false }).catch(() => undefined),
}

/** `drain`: no new leases. `close`: what was begun is finished. `cut`: it is left to the next. */
export function startDueWork(options: DueWorkOptions): Drainable {
  const { time = systemTime } = options
  const stopping = new AbortController()
  const cutting = Promise.withResolvers<void>()
  const looking = openLooking(options, time)
  const working = keepLooking(options, time, looking, stopping.signal)
  const drain = () => stopping.abort()
  return {
    drain,
    close: () => {
      drain()
      const finished = working.then(() => Promise.all(looking.running()))
      return Promise.race([finished, cutting.promise]).then(() => undefined)
    },
    cut: () => cutting.resolve(),
  }
}

async function keepLooking(
  { due, everyMs = EVERY_MS, atOnce = AT_ONCE, leaseMs = LEASE_MS }: DueWorkOptions,
  time: WorkTime,
  looking: Looking,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    looking.giveUpAfter(leaseMs)
    const free = atOnce - looking.running().length
    const leased = free > 0 ? await looking.told(() => due.lease(free, leaseMs)) : []
    if (stopping.aborted) return handBack(due, leased ?? [])
    for (const lease of leased ?? []) looking.begin(lease)
    const pause = time.wait(looking.patience(everyMs), stopping)
    // All hands full: more may be due, so the first who is free asks again.
    const full = leased !== undefined && leased.length === free
    await (full ? Promise.race([pause, ...looking.running()]) : pause)
  }
}

async function handBack(due: Pick<Due, 'done'>, leases: readonly Lease[]): Promise<void> {
  // One that cannot be given back is free when its time is over.
  await Promise.allSettled(leases.map((lease) => due.done(lease, 0)))
}

interface Looking {
  begin(lease: Lease): void
  /** Looks that ended otherwise than by their end no longer count: a lease that is over is somebody else's. */
  giveUpAfter(ms: number): void
  /** None of them rejects. */
  running(): readonly Promise<void>[]
  /** What the store said; undefined when it is away. */
  told<T>(ask: () => Promise<T>): Promise<T | undefined>
  /** The usual wait, or a longer one the more often the store was away in a row. */
  patience(usualMs: number): number
}

function openLooking({ due, look, log }: DueWorkOptions, time: WorkTime): Looking {
  const running = new Map<Lease, { readonly since: number; readonly end: Promise<void> }>()
  const trouble = openTrouble(log, time)
  const lookAt = async (lease: Lease) => {
    try {
      await due.done(lease, await look(lease.id, log, lease))
    } catch (error) {
      trouble.failed(error)
    }
    running.delete(lease)
  }
  return {
    begin: (lease) => void running.set(lease, { since: time.now(), end: lookAt(lease) }),
    giveUpAfter: (ms) => {
      for (const [lease, { since }] of running) {
        if (time.now() - since < ms) continue
        running.delete(lease)
        trouble.failed(new LookTooLong())
      }
    },
    running: () => [...running.values()].map(({ end }) => end),
    told: async (ask) => {
      try {
        const answer = await ask()
        trouble.over()
        return answer
      } catch (error) {
        trouble.away(error)
        return undefined
      }
    },
    patience: trouble.patience,
  }
}

class LookTooLong extends Error {
  override readonly name = 'LookTooLong'
}

/** What goes wrong, told to the operator in few lines. */
function openTrouble(log: Pick<Logger, 'info' | 'warn'>, time: WorkTime) {
  let awayInARow = 0
  let failures = 0
  let toldAt = Number.NEGATIVE_INFINITY
  return {
    away: (error: unknown) => {
      if (awayInARow === 0) log.warn(errorFacts(error), 'what is due cannot be asked for; trying again')
      awayInARow += 1
    },
    over: () => {
      if (awayInARow > 0) log.info('what is due is looked at again')
      awayInARow = 0
    },
    failed: (error: unknown) => {
      // The next question to the store tells of that.
      if (error instanceof StoreUnavailable) return
      failures += 1
      if (time.now() - toldAt < TOLD_EVERY_MS) return
      log.warn(
        { ...errorFacts(error), failures },
        'a session that is due could not be looked at; trying again',
      )
      toldAt = time.now()
      failures = 0
    },
    patience: (usualMs: number) =>
      Math.max(usualMs, Math.min(LONGEST_WAIT_MS, usualMs * 2 ** Math.min(awayInARow, 10))),
  }
}
