/** A limit on what a computation costs: megabytes from a stranger are refused at once. */
import { slownessNow } from './slowness.ts'

/** What is limited, in milliseconds: of the clock, or of a processor. */
export interface Measure {
  costOf(run: () => unknown): Promise<number>
  /** The same in this process, for what the machine is like now. */
  now(): number
}

/**
 * The fastest of six runs counts: what it costs, not what else the machine does. Throws when it takes longer than
 * `limitMs` would be on this machine now. By default it is the time; `measure` is for what happens in another process.
 */
export async function costsAtMost(
  limitMs: number,
  run: () => unknown,
  measure: Measure = TIME,
): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 6 && best > limitMs; round++) best = Math.min(best, await measure.costOf(run))
  if (best <= limitMs) return best
  const slowness = slownessNow(() => measure.now())
  if (best <= limitMs * slowness) return best
  throw new Error(`cost ${best.toFixed(1)} ms instead of ${limitMs} ms x ${slowness.toFixed(1)}`)
}

const TIME: Measure = {
  async costOf(run) {
    const startedAt = performance.now()
    await run()
    return performance.now() - startedAt
  },
  now: () => performance.now(),
}
