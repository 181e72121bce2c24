/**
 * How many requests are served at a time. Beyond what can be answered soon, waiting helps nobody: memory and every
 * answer's time grow, and callers give up after the work was done. So a request that comes too much is refused at once,
 * and steps of what runs come before what would be new: whoever has begun shall end. It counts, and knows no HTTP.
 */
import { atEachLook, LOOK_EVERY_MS } from '@countersign/event-loop/attentive-time'

/** `running`: a wallet's answer, a step of a flow, a result. `new`: what begins one. */
export type Precedence = 'running' | 'new'

export interface AdmissionLimits {
  /** Requests in flight while the loop is in time: those that wait for others, mostly. */
  readonly maxRequestsInFlight: number
  /** Lateness of the event loop, in milliseconds, that it may have for a second. */
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
  maxRequestsInFlight: 1_000,
  maxLoopDelayMs: 25,
  maxRequestsWhileLate: 256,
  maxSlowBodies: 1_000,
  maxEventStreams: 1_000,
}

export type RefusedFor = 'in_flight' | 'loop_delay'

export interface Admission {
  /** Why one more request is too much now; undefined: it may come in. */
  tooMuch(precedence: Precedence): RefusedFor | undefined
  /** One more is in flight, until the answered function is called for the first time. */
  take(): () => void
  inFlight(): number
  stop(): void
}

/** The part of the places that what is new may fill. */
const NEW_IN_FLIGHT = 3 / 4
const NEW_WHILE_LATE = 1 / 4
/** A burst is not overload, and overload is not over because nobody was let in for a moment. */
const SUSTAINED_MS = 1_000
/** One long pause is not overload either. */
const LONGEST_LOOK_MS = SUSTAINED_MS / 5

export function admission(limits: AdmissionLimits): Admission {
  const { maxRequestsInFlight, maxRequestsWhileLate } = limits
  const loop = watchedLoop(limits.maxLoopDelayMs)
  let inFlight = 0
  return {
    tooMuch: (precedence) => {
      const isNew = precedence === 'new'
      if (inFlight >= (isNew ? NEW_IN_FLIGHT : 1) * maxRequestsInFlight) return 'in_flight'
      if (!loop.isLate() || inFlight < (isNew ? NEW_WHILE_LATE : 1) * maxRequestsWhileLate) return undefined
      loop.refused()
      return 'loop_delay'
    },
    take: () => {
      let taken = true
      inFlight += 1
      return () => {
        if (taken) inFlight -= 1
        taken = false
      }
    },
    inFlight: () => inFlight,
    stop: loop.stop,
  }
}

/** Late: for a second at every look; in time again: a second without lateness and without a refusal for it. */
function watchedLoop(maxDelayMs: number) {
  let late = false
  let lateForMs = 0
  let calmForMs = 0
  let hasRefused = false
  const stop = atEachLook((sinceLastMs) => {
    const lookMs = Math.min(sinceLastMs, LONGEST_LOOK_MS)
    const isLate = sinceLastMs - LOOK_EVERY_MS > maxDelayMs
    lateForMs = isLate ? lateForMs + lookMs : 0
    calmForMs = isLate || hasRefused ? 0 : calmForMs + lookMs
    hasRefused = false
    if (lateForMs >= SUSTAINED_MS) late = true
    if (calmForMs >= SUSTAINED_MS) late = false
  })
  return {
    isLate: () => late,
    refused: () => {
      hasRefused = true
    },
    stop,
  }
}
