/**
 * What is due, as one value in memory: entries and leases of one namespace. Every operation is one synchronous step. The
 * engine of one process and the simulated store stand on it; it knows no clock but the one it is given, and a lease that is
 * asked for again under the same fence is the one that was given.
 */
import type { Lease } from './ports.ts'

export interface DueTable {
  put(id: string, inMs: number): void
  lease(max: number, leaseMs: number, fence: string): readonly Lease[]
  done(lease: Lease, inMs?: number): boolean
  has(id: string): boolean
  /** Entries and leases together. */
  size(): number
}

/** `now` in milliseconds. */
export function openDueTable(now: () => number): DueTable {
  const entries = new Map<string, number>()
  const leases = new Map<string, Lease>()
  const put = (id: string, inMs: number) => {
    const at = now() + inMs
    if (at < (entries.get(id) ?? Number.POSITIVE_INFINITY)) entries.set(id, at)
  }
  const take = (id: string, lease: Lease) => {
    // An entry for later stays: whoever put it may mean what is committed only then.
    if ((entries.get(id) ?? Number.POSITIVE_INFINITY) <= now()) entries.delete(id)
    leases.set(id, lease)
    return lease
  }
  return {
    put,
    lease: (max, leaseMs, fence) => {
      const running = [...leases.values()].filter((lease) => lease.fence === fence && now() < lease.endsAt)
      if (running.length > 0) return running
      const endsAt = now() + leaseMs
      const due = longestDueFirst(entries, leases, now())
      return due.slice(0, max).map((id) => take(id, { id, endsAt, fence }))
    },
    done: (lease, inMs) => {
      const held = leases.get(lease.id)
      const ours = held?.fence === lease.fence && held.endsAt === lease.endsAt
      if (ours) leases.delete(lease.id)
      // Nobody else can have ended a lease that runs: this is the retry of a call whose answer was lost.
      else if (now() >= lease.endsAt) return false
      if (inMs !== undefined) put(lease.id, inMs)
      return true
    },
    has: (id) => entries.has(id) || leases.has(id),
    size: () => entries.size + leases.size,
  }
}

/** Leases that are over and entries alike, or one that is never ended would keep all others waiting. */
function longestDueFirst(
  entries: ReadonlyMap<string, number>,
  leases: ReadonlyMap<string, Lease>,
  now: number,
): readonly string[] {
  const due: (readonly [string, number])[] = []
  const isDue = (id: string, at: number) => at <= now && !(now < (leases.get(id)?.endsAt ?? 0))
  // No copy of what is not due: a hundred thousand may wait.
  for (const [id, at] of entries) if (isDue(id, at)) due.push([id, at])
  for (const { id, endsAt } of leases.values()) if (isDue(id, endsAt)) due.push([id, endsAt])
  return [...new Set(due.sort(([, a], [, b]) => a - b).map(([id]) => id))]
}
