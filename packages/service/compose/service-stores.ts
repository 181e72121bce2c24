/**
 * The stores of a service over any engine: what it keeps is sealed under the deployment's secret before it leaves the
 * process, each namespace under a key of its own.
 */
import type { Sealing } from '@countersign/keys/deployment/sealing'
import type { Due, OnceStore, SessionStore, Signals, StoreEngine } from '@countersign/stores/ports'
import { sealedSessions } from '@countersign/stores/sealed'
import { type Metrics, NO_METRICS, type SessionKind } from '../operation/metrics.ts'
import { observedCreations } from './observed.ts'

export interface ServiceStores {
  /** Sessions that are stepped: their store, who watches them, when to look at them, and the figures of their steps. */
  stepped<T extends { readonly state: string }>(kind: SessionKind, schemaVersion: number): SteppedSessions<T>
  /** `schemaVersion` is that of the values; a value of an older one is refused unless it can be upgraded. */
  sessions<T>(namespace: string, schemaVersion: number): SessionStore<T>
  once(namespace: string): OnceStore
}

/** All that figures need; a service may keep its sessions in another form than it steps them in. */
type StateOf<T extends { readonly state: string }> = Pick<T, 'state'>

export interface SteppedSessions<T extends { readonly state: string }> {
  readonly sessions: SessionStore<T>
  readonly signals: Signals
  /** Which of them somebody has to look at, and when. */
  readonly due: Due
  readonly observe: (before: StateOf<T>, after: StateOf<T>) => void
}

export function serviceStores(
  engine: Pick<StoreEngine, 'sessions' | 'once' | 'signals' | 'due'>,
  sealing: Pick<Sealing, 'sealer'>,
  metrics: Metrics = NO_METRICS,
): ServiceStores {
  const sessions = <T>(namespace: string, schemaVersion: number): SessionStore<T> => {
    const seal = sealing.sealer(namespace)
    return sealedSessions(engine.sessions(namespace), { seal, namespace, schemaVersion })
  }
  return {
    sessions,
    stepped: <T extends { readonly state: string }>(kind: SessionKind, schemaVersion: number) => ({
      sessions: observedCreations(sessions<T>(kind, schemaVersion), kind, metrics),
      signals: engine.signals(kind),
      due: engine.due(kind),
      observe: (before: StateOf<T>, after: StateOf<T>) => metrics.transition(kind, before.state, after.state),
    }),
    once: (namespace) => engine.once(namespace),
  }
}
