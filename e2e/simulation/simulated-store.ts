/**
 * The store ports as an instance holds them: an adapter on a bad line to the shared server. Each command travels for a
 * turn and its answer for another; either may be lost. Like the real adapter it tries twice and reports truthfully what
 * its own write did, and then gives up with `StoreUnavailable`, though the write may have been applied, or be applied
 * later. A flaw replaces one atomic command by a look and a write, which is what the simulation must notice.
 */
import {
  type Due,
  type OnceStore,
  type SessionStore,
  type Signals,
  type StoreEngine,
  StoreUnavailable,
} from '@countersign/stores/ports'
import type { Faults } from './faults.ts'
import type { Life, Scheduler } from './scheduler.ts'
import type { Entry, StoreServer } from './store-server.ts'

export type Flaw = 'compareAndSet looks, then sets' | 'create looks, then sets' | 'claim looks, then sets'

export interface StoreLine {
  readonly server: StoreServer
  readonly scheduler: Scheduler
  readonly faults: Faults
  /** Whose line it is. */
  readonly name: string
  readonly life: Life
  readonly flaw?: Flaw | undefined
}

export function connectStore(
  line: StoreLine,
): Pick<StoreEngine, 'sessions' | 'once' | 'signals' | 'due' | 'index'> {
  return {
    sessions: (namespace) => simulatedSessions(line, namespace),
    once: (namespace) => simulatedOnce(line, namespace),
    signals: (namespace) => simulatedSignals(line, namespace),
    due: (namespace) => simulatedDue(line, namespace),
    // Nobody waits for an entry, and nothing is decided by one: here all of them get lost.
    index: () => ({ put: async () => {}, page: async () => [] }),
  }
}

const WRITES_REMEMBERED = 8
const TRIES = 2

function simulatedSessions(line: StoreLine, namespace: string): SessionStore<Uint8Array> {
  const { server, flaw } = line
  const label = (verb: string, id: string) => `${verb} ${server.alias(namespace, id)}`
  const write = writer(line, namespace)
  return {
    create: async (id, value, ttlSeconds) => {
      const writeId = server.nextWriteId()
      const add = (isFree: (found: boolean) => boolean) => () => {
        const found = server.read(`${namespace}:${id}`)
        if (found && wasOurs(line, found, writeId)) return true
        if (!isFree(found !== undefined)) return false
        write(id, { value, version: 1, expiresAt: expiry(line, ttlSeconds), writes: [writeId] })
        return true
      }
      if (flaw !== 'create looks, then sets')
        return send(
          line,
          label('create', id),
          add((found) => !found),
        )
      const exists = await send(
        line,
        label('look', id),
        () => server.read(`${namespace}:${id}`) !== undefined,
      )
      return (
        !exists &&
        send(
          line,
          label('set', id),
          add(() => true),
        )
      )
    },
    get: (id) =>
      send(line, label('get', id), () => {
        const entry = server.read(`${namespace}:${id}`)
        return entry && { value: entry.value, version: entry.version }
      }),
    compareAndSet: async (id, expectedVersion, value) => {
      const writeId = server.nextWriteId()
      const replace = (isExpected: (version: number) => boolean) => () => {
        const entry = server.read(`${namespace}:${id}`)
        if (entry === undefined) return false
        if (wasOurs(line, entry, writeId)) return true
        if (!isExpected(entry.version)) return conflict(line)
        const writes = [writeId, ...entry.writes].slice(0, WRITES_REMEMBERED)
        write(id, { ...entry, value, version: entry.version + 1, writes })
        return true
      }
      const same = (version: number) => version === expectedVersion
      if (flaw !== 'compareAndSet looks, then sets') return send(line, label('cas', id), replace(same))
      const found = await send(line, label('look', id), () => server.read(`${namespace}:${id}`)?.version)
      return (
        found === expectedVersion &&
        send(
          line,
          label('set', id),
          replace(() => true),
        )
      )
    },
    remove: (id) =>
      send(line, label('remove', id), () => {
        server.remove(`${namespace}:${id}`)
        wake(line, `${namespace}:${id}`)
      }),
  }
}

function simulatedOnce(line: StoreLine, namespace: string): OnceStore {
  const { server, flaw } = line
  const label = (verb: string, key: string) => `${verb} ${server.alias(namespace, key)}`
  return {
    claim: async (key, ttlSeconds) => {
      const writeId = server.nextWriteId()
      const read = () => server.read(`${namespace}#${key}`)
      const set = () => {
        const expiresAt = expiry(line, ttlSeconds)
        server.write(`${namespace}#${key}`, {
          value: new Uint8Array(),
          version: 1,
          expiresAt,
          writes: [writeId],
        })
        return true
      }
      if (flaw !== 'claim looks, then sets')
        return send(line, label('claim', key), () => {
          const entry = read()
          return entry === undefined ? set() : wasOurs(line, entry, writeId)
        })
      const claimed = await send(line, label('look', key), () => read() !== undefined)
      return !claimed && send(line, label('set', key), set)
    },
  }
}

function simulatedDue(line: StoreLine, namespace: string): Due {
  const { server } = line
  const table = server.due(namespace)
  return {
    put: (id, inMs) =>
      send(line, `put ${server.alias(namespace, id)} due in ${inMs}`, () => table.put(id, inMs)),
    lease: async (max, leaseMs) => {
      const fence = server.nextWriteId()
      return send(line, 'lease', () => table.lease(max, leaseMs, fence))
    },
    done: (lease, inMs) =>
      send(line, `done ${server.alias(namespace, lease.id)}`, () => table.done(lease, inMs)),
  }
}

function simulatedSignals(line: StoreLine, namespace: string): Signals {
  const { server, scheduler, life } = line
  const topicOf = (id: string) => `${namespace}:${id}`
  return {
    watch: async (id, onSignal) => {
      const hear = () =>
        scheduler.spawn(async () => {
          await scheduler.turn(`${line.name} hears of ${server.alias(namespace, id)}`)
          if (!life.ended && server.topics.get(topicOf(id))?.has(hear)) onSignal()
        })
      await send(line, `watch ${server.alias(namespace, id)}`, () => {
        server.topics.set(topicOf(id), (server.topics.get(topicOf(id)) ?? new Set()).add(hear))
      })
      return { close: async () => void server.topics.get(topicOf(id))?.delete(hear) }
    },
  }
}

/** Every write to a session is also remembered as such, and wakes who watches it. */
function writer(line: StoreLine, namespace: string) {
  const { server } = line
  return (id: string, entry: Entry) => {
    server.write(`${namespace}:${id}`, entry)
    server.commit({ namespace, id, version: entry.version, value: entry.value })
    if (entry.version > 1) wake(line, `${namespace}:${id}`)
  }
}

/** With the write, but whoever should hear of it may be cut off from the server just then. */
function wake({ faults, server }: StoreLine, topic: string): void {
  if (faults.strikes('signal lost')) return
  for (const hear of server.topics.get(topic) ?? []) hear()
}

function wasOurs({ server }: StoreLine, entry: Entry, writeId: string): boolean {
  const ours = entry.writes.includes(writeId)
  if (ours) server.counts.truthfulRetries += 1
  return ours
}

function conflict({ server }: StoreLine): false {
  server.counts.conflicts += 1
  return false
}

/**
 * One operation of the adapter. A crash may come before the command leaves and while the answer is on its way; a
 * command that left reaches the store even when its sender is gone by then.
 */
async function send<T>(line: StoreLine, what: string, command: () => T): Promise<T> {
  const { scheduler, server, faults, life, name } = line
  const label = `${name} ${what}`
  const down = faults.strikes('line down')
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    await scheduler.turn(`${label}`, life)
    const lost = down ? scheduler.random.chance(0.5) : faults.strikes('command lost')
    if (!lost) {
      await scheduler.turn(`${label} · at the store`)
      const answer = command()
      scheduler.note(`${label} · ${outcome(answer)}`)
      const unheard = down || faults.strikes('store reply lost')
      await scheduler.turn(`${label} · ${unheard ? 'answer lost' : 'answered'}`, life)
      if (!unheard) return answer
    } else if (scheduler.random.chance(0.4)) {
      arrivesLate(line, label, command)
    }
  }
  server.counts.gaveUp += 1
  scheduler.note(`${label} · unavailable`)
  throw new StoreUnavailable('the simulated line is down')
}

/** Its sender thinks that it was lost; the second try, or somebody else's write, may be there before it. */
function arrivesLate({ scheduler, server }: StoreLine, label: string, command: () => unknown): void {
  scheduler.spawn(async () => {
    await scheduler.pause(`${label} · late at the store`, scheduler.random.below(400))
    server.counts.lateWrites += 1
    scheduler.note(`${label} · late: ${outcome(command())}`)
  })
}

/** What the history says of an answer: never bytes, which differ from run to run. */
function outcome(answer: unknown): string {
  if (answer === undefined) return 'nothing'
  if (Array.isArray(answer)) return `${answer.length}`
  return typeof answer === 'boolean' || typeof answer === 'number' ? `${answer}` : 'found'
}

function expiry({ scheduler }: StoreLine, ttlSeconds: number): number {
  return scheduler.now() + ttlSeconds * 1000
}
