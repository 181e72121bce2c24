/** A limit on what a computation costs: megabytes from a stranger are refused at once. */
import { slownessNow } from './slowness.ts'

/** Runs something, and answers how many milliseconds it took of whatever is limited. */
export type Cost = (run: () => unknown) => Promise<number>

/**
 * The fastest of three runs counts: what it costs, not what else the machine does. Throws when it takes longer than
 * `limitMs` would be on this machine now. `costOf` is for what happens in another process; by default it is the time.
 */
export async function costsAtMost(
  limitMs: number,
  run: () => unknown,
  costOf: Cost = millisecondsOf,
): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3 && best > limitMs; round++) best = Math.min(best, await costOf(run))
  if (best <= limitMs) return best
  const slowness = slownessNow()
  if (best <= limitMs * slowness) return best
  throw new Error(`cost ${best.toFixed(1)} ms instead of ${limitMs} ms x ${slowness.toFixed(1)}`)
}

async function millisecondsOf(run: () => unknown): Promise<number> {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}
