/**
 * The store of one process: nothing to install, nothing survives, nobody else sees it. Every operation is one
 * synchronous step, so it is atomic without a lock. Expiry is computed on read; each write also looks at a few old
 * entries, so what nobody reads again goes away without a timer an entry.
 */
import { openDueTable } from './due-table.ts'
import { openIndexTable } from './index-table.ts'
import {
  checkedCreatedAt,
  checkedDueMs,
  checkedListedMs,
  checkedTtlMs,
  checkId,
  checkLeasing,
  checkListing,
  checkNamespace,
  checkTold,
  checkValue,
  MAX_INSTANCES,
} from './limits.ts'
import {
  type Due,
  type Index,
  type Instances,
  type OnceStore,
  type SessionStore,
  type Signals,
  type StoreEngine,
  StoreUnavailable,
} from './ports.ts'
import { type Watchers, watchers } from './watchers.ts'

export interface MemoryOptions {
  /** Milliseconds from any origin, never going back. */
  readonly now?: (() => number) | undefined
  /** Entries of all namespaces together; a full store refuses new ones with `StoreUnavailable`. */
  readonly maxEntries?: number
}

interface Entry {
  readonly value: Uint8Array
  readonly version: number
  readonly expiresAt: number
}

interface Shelf {
  get(key: string): Entry | undefined
  add(key: string, value: Uint8Array, ttlSeconds: number): void
  replace(key: string, entry: Entry): void
  delete(key: string): void
}

const MAX_ENTRIES = 1_000_000
const SWEPT_A_WRITE = 8
const NOTHING = new Uint8Array()

export function openMemoryEngine(options: MemoryOptions = {}): StoreEngine {
  const { now = () => performance.now(), maxEntries = MAX_ENTRIES } = options
  const shelf = openShelf(now, maxEntries)
  const dueOf = perNamespace(() => memoryDue(now, maxEntries))
  const indexOf = perNamespace(() => memoryIndex(now, maxEntries))
  const told = memoryInstances(now)
  const watching = watchers()
  return {
    shared: false,
    description: 'memory',
    sessions: (namespace) => memorySessions(shelf, checkNamespace(namespace), watching),
    once: (namespace) => memoryOnce(shelf, checkNamespace(namespace)),
    signals: (namespace) => memorySignals(watching, checkNamespace(namespace)),
    due: (namespace) => dueOf(checkNamespace(namespace)),
    index: (namespace) => indexOf(checkNamespace(namespace)),
    instances: () => told,
    ping: async () => {},
    // Full, it refuses.
    evictionPolicy: async () => undefined,
    close: async () => watching.clear(),
  }
}

function memorySessions(shelf: Shelf, namespace: string, watching: Watchers): SessionStore<Uint8Array> {
  const key = keyed(namespace, ':')
  return {
    create: async (id, value, ttlSeconds) => {
      if (shelf.get(key(id))) return false
      shelf.add(key(id), value, ttlSeconds)
      return true
    },
    get: async (id) => {
      const entry = shelf.get(key(id))
      return entry && { value: entry.value, version: entry.version }
    },
    compareAndSet: async (id, expectedVersion, value) => {
      checkValue(value)
      const entry = shelf.get(key(id))
      if (entry?.version !== expectedVersion) return false
      shelf.replace(key(id), { value, version: expectedVersion + 1, expiresAt: entry.expiresAt })
      watching.wake(key(id))
      return true
    },
    remove: async (id) => {
      shelf.delete(key(id))
      watching.wake(key(id))
    },
  }
}

function memoryOnce(shelf: Shelf, namespace: string): OnceStore {
  const claimKey = keyed(namespace, '#')
  return {
    claim: async (id, ttlSeconds) => {
      if (shelf.get(claimKey(id))) return false
      shelf.add(claimKey(id), NOTHING, ttlSeconds)
      return true
    },
  }
}

/** The topic of a session is its key. */
function memorySignals(watching: Watchers, namespace: string): Signals {
  const topicOf = keyed(namespace, ':')
  return {
    watch: async (id, onSignal) => {
      const watcher = watching.add(topicOf(id), onSignal)
      return { close: async () => void watcher.remove() }
    },
  }
}

/** All who ask for one namespace see the same entries. */
function perNamespace<T>(open: () => T): (namespace: string) => T {
  const opened = new Map<string, T>()
  return (namespace) => {
    const known = opened.get(namespace) ?? open()
    opened.set(namespace, known)
    return known
  }
}

function memoryDue(now: () => number, maxEntries: number): Due {
  const table = openDueTable(now)
  let fences = 0
  return {
    put: async (id, inMs) => {
      checkId(id)
      if (table.size() >= maxEntries && !table.has(id))
        throw new StoreUnavailable(`memory: ${maxEntries} sessions are due, no room for more`)
      table.put(id, checkedDueMs(inMs))
    },
    lease: async (max, leaseMs) => {
      checkLeasing(max, leaseMs)
      fences += 1
      return table.lease(max, leaseMs, `${fences}`)
    },
    done: async (lease, inMs) => table.done(lease, inMs === undefined ? inMs : checkedDueMs(inMs)),
  }
}

function memoryIndex(now: () => number, maxEntries: number): Index {
  const table = openIndexTable(now)
  return {
    put: async (id, createdAt, ttlSeconds) => {
      checkId(id)
      if (table.size() >= maxEntries)
        throw new StoreUnavailable(`memory: ${maxEntries} sessions are listed, no room for more`)
      table.put(id, checkedCreatedAt(createdAt), checkedListedMs(ttlSeconds))
    },
    page: async (before, max) => {
      checkListing(before, max)
      return table.page(before, max)
    },
  }
}

/** Of this process alone. */
function memoryInstances(now: () => number): Instances {
  const byInstance = new Map<string, { readonly told: string; readonly at: number }>()
  return {
    tell: async (instance, told) => {
      checkTold(instance, told)
      if (byInstance.size < MAX_INSTANCES || byInstance.has(instance))
        byInstance.set(instance, { told, at: now() })
      return {}
    },
    read: async (keepMs) => {
      for (const [instance, { at }] of byInstance) if (now() - at > keepMs) byInstance.delete(instance)
      return [...byInstance].map(([instance, { told, at }]) => ({ instance, told, ageMs: now() - at }))
    },
  }
}

/** Sessions and claims of one namespace are two spaces; the separators cannot be part of a namespace. */
function keyed(namespace: string, separator: ':' | '#'): (id: string) => string {
  return (id) => {
    checkId(id)
    return `${namespace}${separator}${id}`
  }
}

function openShelf(now: () => number, maxEntries: number): Shelf {
  const entries = new Map<string, Entry>()
  const sweep = sweeper(entries, now)
  return {
    get: (key) => {
      const entry = entries.get(key)
      if (entry === undefined || now() < entry.expiresAt) return entry
      entries.delete(key)
      return undefined
    },
    add: (key, value, ttlSeconds) => {
      checkValue(value)
      const expiresAt = now() + checkedTtlMs(ttlSeconds)
      sweep()
      if (entries.size >= maxEntries && !entries.has(key)) {
        throw new StoreUnavailable(`memory: ${maxEntries} entries are live, no room for more`)
      }
      entries.set(key, { value, version: 1, expiresAt })
    },
    replace: (key, entry) => void entries.set(key, entry),
    delete: (key) => void entries.delete(key),
  }
}

/** Looks at a few entries a call, going round and round: each write pays for cleaning up several older ones. */
function sweeper(entries: Map<string, Entry>, now: () => number): () => void {
  let round = entries.entries()
  return () => {
    for (let looked = 0; looked < SWEPT_A_WRITE; looked += 1) {
      const next = round.next()
      if (next.done) {
        round = entries.entries()
        return
      }
      const [key, entry] = next.value
      if (now() >= entry.expiresAt) entries.delete(key)
    }
  }
}
