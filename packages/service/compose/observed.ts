/**
 * The ports of a service with figures: each wrapper does what the port does and says how it went and how long it took. Labels
 * are the names of operations and outcomes; what was asked for never becomes one.
 */
import type { Signer } from '@countersign/crypto/engine'
import type { Due, Index, OnceStore, SessionStore, StoreEngine } from '@countersign/stores/ports'
import type { Metrics, SessionKind, StoreOperation, StoreOutcome } from '../operation/metrics.ts'
import type { Remote } from '../outgoing/guarded-client.ts'

export function observedEngine(engine: StoreEngine, metrics: Metrics): StoreEngine {
  const timed = storeTimer(metrics)
  return {
    ...engine,
    sessions: (namespace) => observedSessions(engine.sessions(namespace), timed),
    once: (namespace) => observedOnce(engine.once(namespace), timed),
    due: (namespace) => observedDue(engine.due(namespace), timed),
    index: (namespace) => observedIndex(engine.index(namespace), timed),
  }
}

type Timed = <T>(
  operation: StoreOperation,
  work: () => Promise<T>,
  outcome: (value: T) => StoreOutcome,
) => Promise<T>

const done = (): StoreOutcome => 'done'
const won = (first: boolean): StoreOutcome => (first ? 'done' : 'lost')

function storeTimer(metrics: Metrics): Timed {
  return async (operation, work, outcome) => {
    const startedAt = performance.now()
    const observe = (how: StoreOutcome) =>
      metrics.storeOperation(operation, how, (performance.now() - startedAt) / 1000)
    try {
      const value = await work()
      observe(outcome(value))
      return value
    } catch (error) {
      observe('unavailable')
      throw error
    }
  }
}

function observedSessions(store: SessionStore<Uint8Array>, timed: Timed): SessionStore<Uint8Array> {
  return {
    create: (id, value, ttlSeconds) => timed('create', () => store.create(id, value, ttlSeconds), won),
    get: (id) =>
      timed(
        'get',
        () => store.get(id),
        (found) => (found === undefined ? 'absent' : 'done'),
      ),
    compareAndSet: (id, version, value) =>
      timed('compare_and_set', () => store.compareAndSet(id, version, value), won),
    remove: (id) => timed('remove', () => store.remove(id), done),
  }
}

/** Counts what was made as the step from nothing; further steps are told by `stepSession`. */
export function observedCreations<T extends { readonly state: string }>(
  store: SessionStore<T>,
  kind: SessionKind,
  metrics: Metrics,
): SessionStore<T> {
  return {
    get: (id) => store.get(id),
    compareAndSet: (id, version, value) => store.compareAndSet(id, version, value),
    remove: (id) => store.remove(id),
    async create(id, value, ttlSeconds) {
      const made = await store.create(id, value, ttlSeconds)
      if (made) metrics.transition(kind, 'none', value.state)
      return made
    },
  }
}

function observedOnce(store: OnceStore, timed: Timed): OnceStore {
  return {
    claim: (key, ttlSeconds) => timed('claim', () => store.claim(key, ttlSeconds), won),
  }
}

function observedDue(due: Due, timed: Timed): Due {
  return {
    put: (id, inMs) => timed('due_put', () => due.put(id, inMs), done),
    lease: (max, leaseMs) =>
      timed(
        'due_lease',
        () => due.lease(max, leaseMs),
        (leases) => (leases.length === 0 ? 'absent' : 'done'),
      ),
    done: (lease, inMs) => timed('due_done', () => due.done(lease, inMs), won),
  }
}

/** Nobody waits for a put, and it waits for others: its time says nothing. */
function observedIndex(index: Index, timed: Timed): Index {
  return {
    put: (id, createdAt, ttlSeconds) => index.put(id, createdAt, ttlSeconds),
    page: (before, max) => timed('index_page', () => index.page(before, max), done),
  }
}

/** `purpose` names one of the service's own keys. */
export function observedSigner(signer: Signer, purpose: string, metrics: Metrics): Signer {
  return {
    ...signer,
    async sign(data) {
      const startedAt = performance.now()
      const observe = (outcome: 'signed' | 'unavailable') =>
        metrics.signature(purpose, outcome, (performance.now() - startedAt) / 1000)
      try {
        const signature = await signer.sign(data)
        observe('signed')
        return signature
      } catch (error) {
        observe('unavailable')
        throw error
      }
    },
  }
}

export function observedRemote<R extends Remote>(remote: R, metrics: Metrics): R {
  return {
    ...remote,
    async request(request) {
      const startedAt = performance.now()
      const answer = await remote.request(request)
      const outcome = answer.ok ? `${Math.floor(answer.value.status / 100)}xx` : answer.error.code
      metrics.outgoingRequest(request.purpose, outcome, (performance.now() - startedAt) / 1000)
      return answer
    },
  }
}
