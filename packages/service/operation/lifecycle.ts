/**
 * Stopping without losing a request: say "not ready", keep serving until the balancer has noticed, close the
 * listener, let what is in flight end, close the stores, exit. A second signal means now. It knows services and
 * stores only as things that can be drained and closed.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { errorFacts, type Logger } from './log.ts'

/** An `HttpService`, or anything that stops in the same three steps. */
export interface Drainable {
  drain(): void
  /** How long no request of a user has come, in milliseconds; absent: not known. */
  quietMs?(): number
  close(): Promise<void>
  cut(): void
}

/** What is stopped, in which order and with how much patience. */
export interface StopOptions {
  /** All services of the process; they drain together. */
  readonly services: readonly Drainable[]
  /** How long to serve on after "not ready", in seconds. */
  readonly drainSeconds: number
  /** How long requests in flight may take after the listener closed, in seconds. Default 10. */
  readonly graceSeconds?: number
  /** Stores and clients, closed one after another once no request is left. */
  readonly close: readonly (() => Promise<void>)[]
  readonly log: Logger
}

/** A busy balancer may notice late: as long as it still sends requests, the listener stays open a little longer. */
const QUIET_MS = 700
const LONGEST_WAIT_MS = 5000
/** For requests in flight. */
const GRACE_SECONDS = 10
/** For what was cut to end, and after that for the stores: whatever does not close by then ends with the process. */
const END_MS = 1000

/**
 * The longest that a stop may take, in seconds, whatever still runs: what whoever ends the process by force has to wait
 * (`stop_grace_period`, `terminationGracePeriodSeconds`, `docker stop --time`).
 */
export function longestStopSeconds(drainSeconds: number): number {
  return drainSeconds + (LONGEST_WAIT_MS + 2 * END_MS) / 1000 + GRACE_SECONDS
}

/** Answers a function that stops once, however often it is called; it resolves when all is closed. */
export function gracefulStop(options: StopOptions): () => Promise<void> {
  let stopping: Promise<void> | undefined
  return () => {
    stopping ??= stop(options)
    return stopping
  }
}

async function stop({
  services,
  drainSeconds,
  graceSeconds = GRACE_SECONDS,
  close,
  log,
}: StopOptions): Promise<void> {
  log.info({ drainSeconds, atMostSeconds: longestStopSeconds(drainSeconds) }, 'stopping')
  for (const service of services) service.drain()
  if (drainSeconds > 0) await untilQuiet(services, drainSeconds)
  await Promise.all(services.map((service) => closeWithin(graceSeconds, service, log)))
  await closed(closeAll(close, log), log)
  log.info('stopped')
}

async function closeAll(close: StopOptions['close'], log: Logger): Promise<void> {
  for (const closeOne of close) {
    await closeOne().catch((error: unknown) => log.warn(errorFacts(error), 'closing failed'))
  }
}

/** Waits for the end of what was told to end, and not for ever. */
async function closed(closing: Promise<unknown>, log: Logger): Promise<void> {
  const giveUp = new AbortController()
  const late = delay(END_MS, 'late', { signal: giveUp.signal }).catch(() => undefined)
  if ((await Promise.race([closing, late])) === 'late')
    log.warn('what does not close is left to the end of the process')
  giveUp.abort()
}

async function untilQuiet(services: readonly Drainable[], drainSeconds: number): Promise<void> {
  await delay(drainSeconds * 1000)
  const deadline = performance.now() + LONGEST_WAIT_MS
  const isQuiet = () => services.every((service) => (service.quietMs?.() ?? QUIET_MS) >= QUIET_MS)
  while (!isQuiet() && performance.now() < deadline) await delay(50)
}

async function closeWithin(graceSeconds: number, service: Drainable, log: Logger): Promise<void> {
  const closing = service.close().catch((error: unknown) => log.warn(errorFacts(error), 'closing failed'))
  const inTime = new AbortController()
  const grace = delay(graceSeconds * 1000, 'late', { signal: inTime.signal }).catch(() => undefined)
  if ((await Promise.race([closing, grace])) === 'late') {
    log.warn({ graceSeconds }, 'requests in flight took too long and are cut')
    service.cut()
    await closed(closing, log)
  }
  inTime.abort()
}
