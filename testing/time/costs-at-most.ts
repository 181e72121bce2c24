/** A limit on what a computation costs: megabytes from a stranger are refused at once. */
import { slownessNow } from './slowness.ts'

/**
 * The fastest of three runs counts: what it costs, not what else the machine does. Throws when it takes longer than
 * `limitMs` would be on this machine now.
 */
export async function costsAtMost(limitMs: number, run: () => unknown): Promise<void> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3 && best > limitMs; round++) best = Math.min(best, await millisecondsOf(run))
  if (best <= limitMs) return
  const slowness = slownessNow()
  if (best <= limitMs * slowness) return
  throw new Error(`cost ${best.toFixed(1)} ms instead of ${limitMs} ms x ${slowness.toFixed(1)}`)
}

async function millisecondsOf(run: () => unknown): Promise<number> {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}
