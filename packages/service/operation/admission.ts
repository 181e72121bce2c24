/**
 * How many requests are served at a time. Beyond what can be answered soon, waiting helps nobody: memory and every
 * answer's time grow, and callers give up after the work was done. So a request that comes too much is refused at once,
 * and steps of what runs come before what would be new: whoever has begun shall end. It counts, and knows no HTTP.
 */
import { atEachLook, LOOK_EVERY_MS } from '@countersign/event-loop/attentive-time'
import { type Precedence, starts } from './starts.ts'

export type { Precedence } from './starts.ts'

export interface AdmissionLimits {
  /** Requests in flight while the loop is in time: those that wait for others, mostly. */
  readonly maxRequestsInFlight: number
  /** How long the event loop may keep requests waiting, in milliseconds, for most of a second. */
  readonly maxLoopDelayMs: number
  /** Requests in flight while it is later than that: as many as keep it busy and no more. */
  readonly maxRequestsWhileLate: number
}

/** What one instance takes on, with what is counted apart: what waits for its sender or its reader and not for us. */
export interface LoadLimits extends AdmissionLimits {
  /** Requests whose bodies come slowly. */
  readonly maxSlowBodies: number
  readonly maxEventStreams: number
}

export const LOAD_DEFAULTS: LoadLimits = {
  maxRequestsInFlight: 500,
  maxLoopDelayMs: 25,
  maxRequestsWhileLate: 128,
  maxSlowBodies: 1_000,
  maxEventStreams: 1_000,
}

export type RefusedFor = 'in_flight' | 'loop_delay'

/** Places of an instance: all of them, or those that one of several may take. */
export interface Places {
  /** Why one more request is too much now; undefined: it may come in. */
  tooMuch(precedence: Precedence): RefusedFor | undefined
  /** One more is in flight, until the answered function is called for the first time. */
  take(): () => void
  /** Begins the work when the loop has time for it. */
  start(precedence: Precedence, work: () => unknown): void
  inFlight(): number
}

export interface Admission extends Places {
  /**
   * For one of several who share the instance. He may take as many places as are left: alone he fills a half, of two who want
   * all each gets a third, and however many they are, as much is left for whoever comes next. His work waits in a line of its own.
   */
  share(owner: string): Places
  /** When to come back for whoever is refused now: not all at once, and what is new later the more are refused. */
  retryAfterSeconds(precedence: Precedence): number
  stop(): void
}

/** The part of the places that what is new may fill. */
const NEW_IN_FLIGHT = 1 / 2
const NEW_WHILE_LATE = 1 / 4
/** A burst is not overload. */
const SUSTAINED_MS = 1_000
/** It is not over because nobody was there for a moment: whoever was refused comes back in a second, or two, or three. */
const CALM_MS = 3_000
/** One long pause is not overload either. */
const LONGEST_LOOK_MS = SUSTAINED_MS / 5

export function admission(limits: AdmissionLimits): Admission {
  const { maxRequestsInFlight, maxRequestsWhileLate } = limits
  const { start, longestWaitMs } = starts()
  const loop = watchedLoop(limits.maxLoopDelayMs, longestWaitMs)
  const comeBack = comingBack()
  let inFlight = 0
  /** `used` of `free` places are taken, by whoever is asked about. */
  const judge = (precedence: Precedence, used: number, free: (limit: number) => number) => {
    const isNew = precedence === 'new'
    if (used >= (isNew ? NEW_IN_FLIGHT : 1) * free(maxRequestsInFlight)) return 'in_flight'
    if (!loop.isLate() || used < (isNew ? NEW_WHILE_LATE : 1) * free(maxRequestsWhileLate)) return undefined
    loop.refused()
    return 'loop_delay'
  }
  const take = () => {
    let taken = true
    inFlight += 1
    comeBack.admitted()
    return () => {
      if (taken) inFlight -= 1
      taken = false
    }
  }
  return {
    tooMuch: (precedence) => judge(precedence, inFlight, (limit) => limit),
    take,
    share: (owner) => {
      let own = 0
      return {
        tooMuch: (precedence) => judge(precedence, own, (limit) => limit - inFlight),
        take: () => {
          const leave = take()
          let taken = true
          own += 1
          return () => {
            if (taken) own -= 1
            taken = false
            leave()
          }
        },
        start: (precedence, work) => start(precedence, work, owner),
        inFlight: () => own,
      }
    },
    start,
    inFlight: () => inFlight,
    retryAfterSeconds: comeBack.seconds,
    stop: () => {
      loop.stop()
      comeBack.stop()
    },
  }
}

/** Whoever is refused ten times for one that is served comes back ten times as late: refusing is work, too. */
const LONGEST_RETRY_SECONDS = 8

function comingBack() {
  let [admitted, refused, elapsedMs, base, turn] = [0, 0, 0, 1, 0]
  const stop = atEachLook((sinceLastMs) => {
    elapsedMs += sinceLastMs
    if (elapsedMs < 1_000) return
    base = Math.min(LONGEST_RETRY_SECONDS, Math.max(1, Math.round(refused / (admitted + 1))))
    admitted = refused = elapsedMs = 0
  })
  return {
    admitted: () => {
      admitted += 1
    },
    seconds: (precedence: Precedence) => {
      refused += 1
      turn = (turn + 1) % 3
      return (precedence === 'new' ? base : 1) + turn
    },
    stop,
  }
}

/** Late: most of about a second; in time again: hardly any of it, and nobody was refused for lateness meanwhile. */
function watchedLoop(maxDelayMs: number, longestWaitMs: () => number) {
  let late = false
  let lateShare = 0
  let calmForMs = 0
  let hasRefused = false
  const stop = atEachLook((sinceLastMs) => {
    const lookMs = Math.min(sinceLastMs, LONGEST_LOOK_MS)
    const isLate = Math.max(sinceLastMs - LOOK_EVERY_MS, longestWaitMs()) > maxDelayMs
    lateShare += ((isLate ? 1 : 0) - lateShare) * (1 - Math.exp(-lookMs / SUSTAINED_MS))
    calmForMs = isLate || hasRefused ? 0 : calmForMs + lookMs
    hasRefused = false
    if (lateShare > 1 / 2) late = true
    if (calmForMs >= CALM_MS) late = false
  })
  return {
    isLate: () => late,
    refused: () => {
      hasRefused = true
    },
    stop,
  }
}
