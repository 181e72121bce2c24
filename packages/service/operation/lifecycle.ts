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

/** Answers a function that stops once, however often it is called; it resolves when all is closed. */
export function gracefulStop(options: StopOptions): () => Promise<void> {
  let stopping: Promise<void> | undefined
  return () => {
    stopping ??= stop(options)
    return stopping
  }
}

async function stop({ services, drainSeconds, graceSeconds = 10, close, log }: StopOptions): Promise<void> {
  log.info({ drainSeconds }, 'stopping')
  for (const service of services) service.drain()
  if (drainSeconds > 0) await untilQuiet(services, drainSeconds)
  await Promise.all(services.map((service) => closeWithin(graceSeconds, service, log)))
  for (const closeOne of close) {
    await closeOne().catch((error: unknown) => log.warn(errorFacts(error), 'closing failed'))
  }
  log.info('stopped')
}

/** A busy balancer may notice late: as long as it still sends requests, the listener stays open a little longer. */
const QUIET_MS = 700
const LONGEST_WAIT_MS = 5000

async function untilQuiet(services: readonly Drainable[], drainSeconds: number): Promise<void> {
  await delay(drainSeconds * 1000)
  const deadline = performance.now() + LONGEST_WAIT_MS
  const isQuiet = () => services.every((service) => (service.quietMs?.() ?? QUIET_MS) >= QUIET_MS)
  while (!isQuiet() && performance.now() < deadline) await delay(50)
}

async function closeWithin(graceSeconds: number, service: Drainable, log: Logger): Promise<void> {
  const timer = setTimeout(() => {
    log.warn({ graceSeconds }, 'requests in flight took too long and are cut')
    service.cut()
  }, graceSeconds * 1000)
  try {
    await service.close()
  } catch (error) {
    log.warn(errorFacts(error), 'closing failed')
  } finally {
    clearTimeout(timer)
  }
}
