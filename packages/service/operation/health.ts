/**
 * Liveness and readiness. `/livez` says that the process answers and asks nobody else, so that a store that is down
 * does not get every instance restarted; `/readyz` asks every dependency and turns 503 as soon as the service is
 * told to stop, so that a load balancer looks elsewhere. Answers name a check and its outcome, never an address.
 */
import { afterAttentive } from '@countersign/event-loop/time-limit'
import type { Logger } from './log.ts'
import { errorFacts } from './log.ts'

/** One dependency of a service: a store, the keys, the clock. */
export interface ReadinessCheck {
  readonly name: string
  /**
   * Resolves when the dependency can be used, with a note when something is worth saying, and with
   * `healthy: false` and a public reason, or a rejection, when it cannot.
   */
  check(): Promise<CheckAnswer | undefined>
}

/** What a check found, fit to be shown to anybody. */
export interface CheckAnswer {
  readonly healthy?: boolean
  /** Public text; a warning when the check is healthy. */
  readonly note?: string
}

/** One row of the answer. */
export interface CheckReport {
  readonly name: string
  readonly healthy: boolean
  readonly note?: string
  readonly durationMs: number
}

/** The body of `/readyz`; `ready: false` is answered with 503. */
export interface Readiness {
  readonly ready: boolean
  readonly checks: readonly CheckReport[]
}

/** What probes and monitoring ask for again and again; `url` is the pattern of the route. */
export function isAboutHealth(url: string | undefined): boolean {
  return url === '/livez' || url === '/readyz' || url === '/metrics'
}

/** The body of `/livez`: an array, as probes written for other stacks expect it. */
export const LIVENESS = [{ name: 'http', healthy: true }] as const

const CHECK_LIMIT_MS = 1500

/** All checks in parallel, 1.5 s each. Callers that come while a round runs share it: the endpoint is public. */
export function readinessProbe(
  checks: readonly ReadinessCheck[],
  isDraining: () => boolean,
  log: Logger,
  limitMs: number = CHECK_LIMIT_MS,
): () => Promise<Readiness> {
  const told = healthTeller(log)
  let round: Promise<readonly CheckReport[]> | undefined
  return async () => {
    round ??= Promise.all(checks.map((check) => report(check, told, limitMs))).finally(() => {
      round = undefined
    })
    const reports = await round
    if (isDraining()) return { ready: false, checks: [draining, ...reports] }
    return { ready: reports.every((one) => one.healthy), checks: reports }
  }
}

const draining: CheckReport = { name: 'lifecycle', healthy: false, note: 'stopping', durationMs: 0 }

type Told = (check: string, answer: CheckAnswer | undefined, error?: unknown) => void

/** The log hears of a check when it begins to fail, when it fails for another reason, and when it is over. */
function healthTeller(log: Logger): Told {
  const failing = new Map<string, string>()
  return (check, answer, error) => {
    if (answer?.healthy !== false) {
      if (failing.delete(check)) log.info({ check }, 'readiness check passes again')
      return
    }
    const note = answer.note ?? ''
    if (failing.get(check) === note) return
    failing.set(check, note)
    const cause = error === undefined ? {} : errorFacts(error)
    log.warn({ check, note, ...cause }, 'readiness check failed')
  }
}

async function report(check: ReadinessCheck, told: Told, limitMs: number): Promise<CheckReport> {
  const startedAt = performance.now()
  let cause: unknown
  const answer = await within(limitMs, check).catch((error: unknown): CheckAnswer => {
    cause = error
    return { healthy: false, note: isStoreUnavailable(error) ? 'unavailable' : 'failed' }
  })
  told(check.name, answer, cause)
  return {
    name: check.name,
    healthy: answer?.healthy !== false,
    ...(answer?.note === undefined ? {} : { note: answer.note }),
    durationMs: Math.round(performance.now() - startedAt),
  }
}

/** A check whose answer lies unread because this process was busy has not failed. */
function within(limitMs: number, check: ReadinessCheck): Promise<CheckAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = afterAttentive(limitMs, () => resolve({ healthy: false, note: 'timeout' }))
    check.check().finally(cancel).then(resolve, reject)
  })
}

function isStoreUnavailable(error: unknown): boolean {
  return error instanceof Error && error.name === 'StoreUnavailable'
}
