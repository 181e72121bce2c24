/**
 * What an instance counts of itself for the other instances and for whoever looks at the cluster: a second listener of the
 * metrics port. On the path of a request it adds to a few numbers; sums, percentiles and the state of the process are made
 * when they are read, every few seconds. No id, address or name ever comes in.
 */
import { RECENT_QUARTERS, type ToldFigures } from '@countersign/api/cluster/instances'
import { atEachLook, LOOK_EVERY_MS } from '@countersign/event-loop/attentive-time'
import { isAboutHealth } from '../operation/health.ts'
import { type Metrics, NO_METRICS, type SessionKind, type StoreOperation } from '../operation/metrics.ts'
import { recentLatencies } from './recent-latencies.ts'

export interface OwnFigures {
  readonly metrics: Metrics
  /** As it is now; what is recent moves on by calls, so it wants one every few seconds. */
  read(): Reading
  stop(): void
}

export interface Reading extends Omit<ToldFigures, 'store' | 'clockDifferenceSeconds'> {
  readonly storeLatencyMs?: ToldFigures['store']['latencyMs']
  readonly entered: readonly EnteredStates[]
}

export interface EnteredStates {
  readonly kind: SessionKind
  readonly entered: Readonly<Record<string, number>>
}

const QUARTER_MS = 15_000
/** What a rate and the delay of the event loop are about. */
const HALF_MINUTE_MS = 30_000

/** What is asked and answered at once; leases and puts of lists wait for others. */
const TIMED: ReadonlySet<StoreOperation> = new Set(['create', 'get', 'compare_and_set', 'claim'])

export function ownFigures(monotonicMs: () => number): OwnFigures {
  const startedAt = monotonicMs()
  const requests = countedRequests()
  const stored = recentLatencies(RECENT_QUARTERS)
  const entered = new Map<SessionKind, Map<string, number>>()
  const loop = watchedLoop()
  const totals = [{ atMs: startedAt, total: 0 }]
  let quarter = 0
  let inFlight = () => 0
  const turn = (atMs: number) => {
    const now = Math.floor((atMs - startedAt) / QUARTER_MS)
    for (let passed = Math.min(now - quarter, RECENT_QUARTERS); passed > 0; passed -= 1) {
      requests.turn()
      stored.turn()
    }
    quarter = now
  }
  return {
    metrics: {
      ...NO_METRICS,
      request: requests.answered,
      inFlight: (read) => {
        inFlight = read
      },
      refused: requests.refused,
      // An attempt or a notification is a step too, and leads nowhere else.
      transition: (kind, from, to) => {
        if (from === to) return
        const states = entered.get(kind) ?? new Map<string, number>()
        entered.set(kind, states.set(to, (states.get(to) ?? 0) + 1))
      },
      storeOperation: (operation, outcome, seconds) => {
        if (outcome !== 'unavailable' && TIMED.has(operation)) stored.observe(seconds * 1000)
      },
    },
    read: () => {
      const atMs = monotonicMs()
      turn(atMs)
      const { counts, recent, latencyMs } = requests.read()
      while (totals.length > 1 && atMs - (totals[0]?.atMs ?? atMs) > HALF_MINUTE_MS) totals.shift()
      const perSecond = rate(totals[0], { atMs, total: counts.total })
      totals.push({ atMs, total: counts.total })
      return {
        requests: { ...counts, perSecond, inFlight: inFlight() },
        recentRequests: recent,
        latencyMs,
        eventLoopDelayMs: loop.read(atMs),
        memoryBytes: process.memoryUsage.rss(),
        storeLatencyMs: stored.read(),
        entered: [...entered].map(([kind, states]) => ({ kind, entered: Object.fromEntries(states) })),
      }
    },
    stop: loop.stop,
  }
}

interface Total {
  readonly atMs: number
  readonly total: number
}

/** Of a second at least: the first request of an instance is no storm. */
function rate(since: Total | undefined, now: Total): number {
  if (since === undefined) return 0
  return rounded((now.total - since.total) / Math.max(1, (now.atMs - since.atMs) / 1000))
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

function countedRequests() {
  const latencies = recentLatencies(RECENT_QUARTERS)
  const past: number[] = []
  let [total, errors, refused, inThisQuarter] = [0, 0, 0, 0]
  const answered: Metrics['request'] = ({ route, status, seconds, streamed }) => {
    if (streamed || isAboutHealth(route)) return
    total += 1
    if (status >= 500) errors += 1
    inThisQuarter += 1
    latencies.observe(seconds * 1000)
  }
  return {
    answered,
    refused: () => {
      refused += 1
    },
    turn: () => {
      latencies.turn()
      past.push(inThisQuarter)
      inThisQuarter = 0
      if (past.length >= RECENT_QUARTERS) past.shift()
    },
    read: () => ({
      counts: { total, errors, refused },
      recent: [...past, inThisQuarter],
      latencyMs: latencies.read(),
    }),
  }
}

interface Lateness {
  readonly atMs: number
  readonly looks: number
  readonly lateMs: number
  readonly max: number
}

/** How late the looks of the loop are, from one reading to the next, for the last half minute of readings. */
function watchedLoop() {
  const past: Lateness[] = []
  let [looks, lateMs, max] = [0, 0, 0]
  const stop = atEachLook((sinceLastMs) => {
    const late = Math.max(0, sinceLastMs - LOOK_EVERY_MS)
    looks += 1
    lateMs += late
    if (late > max) max = late
  })
  return {
    stop,
    read: (atMs: number) => {
      past.push({ atMs, looks, lateMs, max })
      looks = lateMs = max = 0
      while (past.length > 1 && atMs - (past[0]?.atMs ?? atMs) > HALF_MINUTE_MS) past.shift()
      const all = past.reduce((sum, one) => sum + one.looks, 0)
      const late = past.reduce((sum, one) => sum + one.lateMs, 0)
      return {
        mean: all === 0 ? 0 : rounded(late / all),
        max: rounded(Math.max(...past.map((one) => one.max))),
      }
    },
  }
}
