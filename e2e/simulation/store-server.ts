/**
 * The one store that all simulated instances share, as the server sees it: a map, versions, expiry on virtual time.
 * Every command is one synchronous step, so it is atomic, and carries the id of its write, so that one sent again after
 * a lost reply is told what it did. All that was ever written to a session is kept for the invariants.
 */
import { type DueTable, openDueTable } from '@countersign/stores/due-table'

export interface Entry {
  readonly value: Uint8Array
  readonly version: number
  /** Milliseconds of virtual time. */
  readonly expiresAt: number
  /** Ids of the last writes. */
  readonly writes: readonly string[]
  /** Whoever took the value: kept for a while, so that the taker can ask again. */
}

/** A write that changed a session. */
export interface Commit {
  readonly namespace: string
  readonly id: string
  readonly version: number
  readonly value: Uint8Array
  /** Steps of the scheduler when it was applied. */
  readonly step: number
  /** Milliseconds of virtual time. */
  readonly at: number
}

export interface StoreServer {
  read(key: string): Entry | undefined
  write(key: string, entry: Entry): void
  remove(key: string): void
  /** Short names in order of appearance: the same in every run of a seed, though keys and proofs are not. */
  alias(namespace: string, id: string): string
  commit(written: Omit<Commit, 'step' | 'at'>): void
  readonly commits: readonly Commit[]
  readonly topics: Map<string, Set<() => void>>
  due(namespace: string): DueTable
  /** Entries and leases of all namespaces. */
  dueSize(): number
  nextWriteId(): string
  readonly counts: { conflicts: number; truthfulRetries: number; lateWrites: number; gaveUp: number }
}

export function openStoreServer(clock: { now(): number; steps(): number }): StoreServer {
  const entries = new Map<string, Entry>()
  const commits: Commit[] = []
  const aliases = new Map<string, string>()
  const appeared = new Map<string, number>()
  const due = new Map<string, DueTable>()
  let writes = 0
  return {
    commits,
    topics: new Map(),
    counts: { conflicts: 0, truthfulRetries: 0, lateWrites: 0, gaveUp: 0 },
    read: (key) => {
      const entry = entries.get(key)
      return entry && clock.now() < entry.expiresAt ? entry : undefined
    },
    write: (key, entry) => void entries.set(key, entry),
    remove: (key) => void entries.delete(key),
    commit: (written) => void commits.push({ ...written, step: clock.steps(), at: clock.now() }),
    due: (namespace) => {
      const table = due.get(namespace) ?? openDueTable(() => clock.now())
      due.set(namespace, table)
      return table
    },
    dueSize: () => [...due.values()].reduce((sum, table) => sum + table.size(), 0),
    alias: (namespace, id) => {
      const known = aliases.get(`${namespace}:${id}`)
      if (known !== undefined) return known
      const number = (appeared.get(namespace) ?? 0) + 1
      appeared.set(namespace, number)
      aliases.set(`${namespace}:${id}`, `${namespace}#${number}`)
      return `${namespace}#${number}`
    },
    nextWriteId: () => `w${++writes}`,
  }
}
