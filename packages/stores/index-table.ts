/**
 * Which sessions were made, as one value in memory: entries of one namespace, by hours that go away as a whole. Entries come
 * nearly in order, so an hour is two arrays that are added to at their ends; it knows no clock but the one it is given.
 */
import { hourOf, LISTED_HOURS } from './limits.ts'
import type { IndexEntry, IndexPlace } from './ports.ts'

export interface IndexTable {
  put(id: string, createdAt: number, ttlMs: number): void
  page(before: IndexPlace, max: number): readonly IndexEntry[]
  /** Entries of all hours together. */
  size(): number
}

/** Oldest first; entries of one second in the order in which they came. */
interface Hour {
  readonly ids: string[]
  readonly times: number[]
  endsAt: number
}

/** `now` in milliseconds. */
export function openIndexTable(now: () => number): IndexTable {
  const hours = new Map<number, Hour>()
  let size = 0
  const forget = () => {
    for (const [hour, { endsAt, ids }] of hours) {
      if (now() < endsAt) continue
      hours.delete(hour)
      size -= ids.length
    }
  }
  return {
    put: (id, createdAt, ttlMs) => {
      const hour = hourOf(createdAt)
      const known = hours.get(hour)
      if (known === undefined) forget()
      const entries = known ?? { ids: [], times: [], endsAt: 0 }
      if (known === undefined) hours.set(hour, entries)
      const at = placeAfter(entries, createdAt)
      entries.ids.splice(at, 0, id)
      entries.times.splice(at, 0, createdAt)
      entries.endsAt = Math.max(entries.endsAt, now() + ttlMs)
      size += 1
    },
    page: (before, max) => {
      forget()
      const first = hourOf(before.createdAt)
      const found: IndexEntry[] = []
      for (let hour = first; hour > first - LISTED_HOURS && found.length < max; hour -= 1) {
        const entries = hours.get(hour)
        if (entries !== undefined) take(entries, before, max, found)
      }
      return found
    },
    size: () => size,
  }
}

/** Behind all that are as old or older: the end, but where a clock is behind. */
function placeAfter({ times }: Hour, createdAt: number): number {
  return (times.at(-1) ?? 0) <= createdAt ? times.length : bisected(times, createdAt + 1)
}

function take(hour: Hour, before: IndexPlace, max: number, found: IndexEntry[]): void {
  for (let at = startOf(hour, before) - 1; at >= 0 && found.length < max; at -= 1) {
    const [id, createdAt] = [hour.ids[at], hour.times[at]]
    if (id !== undefined && createdAt !== undefined) found.push({ id, createdAt })
  }
}

/** How many entries of the hour are older than the place. */
function startOf({ ids, times }: Hour, { createdAt, id }: IndexPlace): number {
  let end = bisected(times, createdAt)
  if (id === undefined) return end
  for (let at = end; times[at] === createdAt; at += 1) if (ids[at] === id) return at
  // The entry is not there any more: those of its second may come once more.
  while (times[end] === createdAt) end += 1
  return end
}

/** How many of the times are before this one. */
function bisected(times: readonly number[], createdAt: number): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) < createdAt) low = middle + 1
    else high = middle
  }
  return low
}
