/**
 * Where state is kept: narrow, atomic ports (plus durable SQL beside them). No list, no scan and no generic update on a
 * request path: `Index` and `Instances` are for operators. Every adapter passes the contract suites beside this file.
 *
 * Every operation may throw `StoreUnavailable`: the store could not be reached or did not answer in time.
 * An operation whose answer was lost is retried by the adapter so that the caller still learns what *it* did.
 */

export interface Versioned<T> {
  readonly value: T
  readonly version: number
}

export interface SessionStore<T> {
  /** False when the id exists already; nothing is changed then. */
  create(id: string, value: T, ttlSeconds: number): Promise<boolean>
  get(id: string): Promise<Versioned<T> | undefined>
  /**
   * False when somebody was first (or the session is gone). The time to live stays as it was at creation. Who watches the id
   * is woken with the commit.
   */
  compareAndSet(id: string, expectedVersion: number, value: T): Promise<boolean>
  /**
   * What is there under the id is gone then, whatever its version; a step that was begun before meets nothing. Who watches the id
   * is woken.
   */
  remove(id: string): Promise<void>
}

export interface OnceStore {
  /** True for the first caller within the time to live. */
  claim(key: string, ttlSeconds: number): Promise<boolean>
}

/**
 * Wake-up calls between instances, for the sessions of the same namespace. A signal carries nothing: what happened is read from
 * the session, with whose commit it came, so a lost or doubled signal costs at most a delay (docs/decisions/003).
 */
export interface Signals {
  /** Calls `onSignal` for each change of the session after the returned promise resolved, and after each reconnection. */
  watch(id: string, onSignal: () => void): Promise<{ close(): Promise<void> }>
}

/**
 * Which sessions somebody has to look at, and when: one entry a session, and one lease while somebody looks at it. All
 * times are the store's own clock, callers give durations in milliseconds (docs/decisions/019).
 */
export interface Due {
  /** Keeps the earlier of the times. */
  put(id: string, inMs: number): Promise<void>
  /** What is due and not leased, or whose lease is over: at most `max`, the longest due first, each leased for `leaseMs`. */
  lease(max: number, leaseMs: number): Promise<readonly Lease[]>
  /**
   * Ends this lease only. `inMs`: look again then; absent: nothing more to do. A put that came meanwhile stays. False: the
   * lease was not ours any more, and nothing changed.
   */
  done(lease: Lease, inMs?: number): Promise<boolean>
}

/** The right to look at one session. The three members together are the fence: no two leases have the same. */
export interface Lease {
  readonly id: string
  /** Milliseconds since the epoch on the store's clock. */
  readonly endsAt: number
  /** Random. */
  readonly fence: string
}

/**
 * Which sessions were made, newest first: for operators' lists alone. An entry is put after its session was created, by
 * somebody who does not wait for it. A lost one costs a row in a list and nothing else, so no decision may ever ask here
 * (docs/decisions/037).
 */
export interface Index {
  /** `createdAt`: epoch seconds, as the session says it. The entry is there for `ttlSeconds` at least, 32 days at most. */
  put(id: string, createdAt: number, ttlSeconds: number): Promise<void>
  /**
   * At most `max` entries older than `before`, newest first; fewer: there are no more. Entries of one second come in an
   * order that stays. Sessions may be over by now: the entry does not know.
   */
  page(before: IndexPlace, max: number): Promise<readonly IndexEntry[]>
}

export interface IndexEntry {
  readonly id: string
  /** Epoch seconds. */
  readonly createdAt: number
}

/** Right after this entry; without an id, before the first one of that second. */
export interface IndexPlace {
  readonly createdAt: number
  readonly id?: string | undefined
}

/**
 * What the instances of a deployment tell of themselves, one text each; nothing here decides anything. Ages are by the
 * store's own clock.
 */
export interface Instances {
  /** Puts `told` in the place of what this instance told before. Answers what time it is for the store. */
  tell(instance: string, told: string): Promise<StoreTime>
  /** What each told last and how long ago. What is older than `keepMs` is removed and not among it. */
  read(keepMs: number): Promise<readonly ToldByInstance[]>
}

/** Epoch milliseconds; absent where the store has no clock but ours. */
export interface StoreTime {
  readonly storeMs?: number | undefined
}

export interface ToldByInstance {
  readonly instance: string
  readonly told: string
  readonly ageMs: number
}

/** The engine behind the ports, as `main.ts` opens it from a URL. */
export interface StoreEngine {
  /** `memory` is visible to one process only. */
  readonly shared: boolean
  /** For people: `memory` or `redis://host:port/db` without credentials. */
  readonly description: string
  /** Raw values; wrap with `sealedSessions` before personal data goes in. `namespace` is the key prefix. */
  sessions(namespace: string): SessionStore<Uint8Array>
  once(namespace: string): OnceStore
  signals(namespace: string): Signals
  due(namespace: string): Due
  index(namespace: string): Index
  /** Of the whole deployment: of all who share the store and its prefix. */
  instances(): Instances
  /** Resolves when the store takes a write; throws `StoreUnavailable` within `timeoutMs` when it is away, full or read-only. */
  ping(timeoutMs: number): Promise<void>
  /** By which rule a full store throws away what is not over yet; undefined when it never does, or does not say. */
  evictionPolicy(): Promise<string | undefined>
  close(): Promise<void>
}

export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable'
  /** The store itself said so: it runs and was found, and cannot serve as it is. */
  readonly answered: boolean

  constructor(message: string, { answered = false, ...options }: ErrorOptions & { answered?: boolean } = {}) {
    super(message, options)
    this.answered = answered
  }
}

/**
 * The store is there and will not serve this deployment until somebody repairs what the message says: a wrong password, a
 * database that does not exist. Waiting is of no use to whoever starts; for a request it is as unavailable as any.
 */
export class StoreRefuses extends StoreUnavailable {}
