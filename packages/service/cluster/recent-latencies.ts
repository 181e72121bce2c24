/**
 * How long things took in the last minutes, as percentiles: counts in classes of a quarter of a doubling, so that an
 * observation is a logarithm and an addition and a percentile is right to a tenth of itself. What is recent is a ring of
 * such counts that its owner turns; it knows no clock.
 */
import type { Latencies } from '@countersign/api/cluster/instances'

/** Where the first class begins. */
const LEAST_MS = 0.05
const CLASSES_PER_DOUBLING = 4
/** To a hundred seconds; what took longer is in the last one. */
const CLASSES = 84

export interface RecentLatencies {
  observe(ms: number): void
  /** What is observed from now on is of the next part; the oldest one is forgotten. */
  turn(): void
  /** Undefined where there is nothing. */
  read(): Latencies | undefined
}

export function recentLatencies(parts: number): RecentLatencies {
  const ring = Array.from({ length: parts }, () => new Uint32Array(CLASSES))
  let at = 0
  let current = ring[0] ?? new Uint32Array(CLASSES)
  return {
    observe: (ms) => {
      const place = classOf(ms)
      current[place] = (current[place] ?? 0) + 1
    },
    turn: () => {
      at = (at + 1) % parts
      current = ring[at] ?? current
      current.fill(0)
    },
    read: () => percentiles(summed(ring)),
  }
}

function classOf(ms: number): number {
  const place = Math.floor(Math.log2(ms / LEAST_MS) * CLASSES_PER_DOUBLING)
  return place > 0 ? Math.min(place, CLASSES - 1) : 0
}

function summed(ring: readonly Uint32Array[]): readonly number[] {
  return Array.from({ length: CLASSES }, (_, place) =>
    ring.reduce((sum, counts) => sum + (counts[place] ?? 0), 0),
  )
}

function percentiles(counts: readonly number[]): Latencies | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  const at = (share: number) => {
    let seen = 0
    const place = counts.findIndex((count) => {
      seen += count
      return seen >= share * total
    })
    return middleOf(place)
  }
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/** In the middle of the class, with three digits that count. */
function middleOf(place: number): number {
  return Number((LEAST_MS * 2 ** ((place + 0.5) / CLASSES_PER_DOUBLING)).toPrecision(3))
}
