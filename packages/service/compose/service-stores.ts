/**
 * The stores of a service over any engine: what it keeps is sealed under the deployment's secret before it leaves the
 * process, each namespace under a key of its own.
 */
import type { Sealing } from '@countersign/keys/deployment/sealing'
import type { Due, Index, OnceStore, SessionStore, Signals, StoreEngine } from '@countersign/stores/ports'
import { sealedSessions } from '@countersign/stores/sealed'
import { type Metrics, NO_METRICS, type SessionKind } from '../operation/metrics.ts'
import { type KeptWithEvents, servedCreations } from '../sessions/served-events.ts'
import { listedCreations } from './listed-creations.ts'
import { observedCreations } from './observed.ts'

export interface ServiceStores {
  /** Sessions that are stepped: their store, who watches them, when to look at them, and the figures of their steps. */
  stepped<T extends Stepped>(kind: SessionKind, schemaVersion: number): SteppedSessions<T>
  /** `schemaVersion` is that of the values; a value of an older one is refused unless it can be upgraded. */
  sessions<T>(namespace: string, schemaVersion: number): SessionStore<T>
  once(namespace: string): OnceStore
}

/** What every session has that is stepped. */
export interface Stepped extends KeptWithEvents {
  readonly state: string
  /** Epoch seconds; what is made has it, what was stepped may be kept in another form. */
  readonly createdAt?: number
}

/** All that figures need; a service may keep its sessions in another form than it steps them in. */
type StateOf<T extends Stepped> = Pick<T, 'state'>

export interface SteppedSessions<T extends Stepped> {
  /** Writes the instance's name into the events of what it makes. */
  readonly sessions: SessionStore<T>
  readonly signals: Signals
  /** Which of them somebody has to look at, and when. */
  readonly due: Due
  /** Which of them were made: for operators' lists alone. */
  readonly index: Pick<Index, 'page'>
  readonly observe: (before: StateOf<T>, after: StateOf<T>) => void
  /** Name of this instance, for the events that its steps commit. */
  readonly servedBy?: string | undefined
}

/** `now`: epoch seconds. `instance`: the name of this one among its equals; without it events do not say who wrote them. */
export function serviceStores(
  engine: Pick<StoreEngine, 'sessions' | 'once' | 'signals' | 'due' | 'index'>,
  sealing: Pick<Sealing, 'byteSealer'>,
  now: () => number,
  metrics: Metrics = NO_METRICS,
  instance?: string,
): ServiceStores {
  const sessions = <T>(namespace: string, schemaVersion: number): SessionStore<T> => {
    const seal = sealing.byteSealer(namespace, now)
    return sealedSessions(engine.sessions(namespace), { seal, namespace, schemaVersion })
  }
  return {
    sessions,
    stepped: <T extends Stepped>(kind: SessionKind, schemaVersion: number) => {
      const index = engine.index(kind)
      const served = servedCreations(sessions<T>(kind, schemaVersion), instance)
      return {
        sessions: listedCreations(observedCreations(served, kind, metrics), index),
        signals: engine.signals(kind),
        due: engine.due(kind),
        index,
        observe: (before: StateOf<T>, after: StateOf<T>) =>
          metrics.transition(kind, before.state, after.state),
        servedBy: instance,
      }
    },
    once: (namespace) => engine.once(namespace),
  }
}
