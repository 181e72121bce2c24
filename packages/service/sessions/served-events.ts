/**
 * Who committed an event stands in the event. A step is pure and knows no instance, so the name is written where a session is
 * made and where a step is committed, and alike for every kind of session. It promises that no name is changed: an event
 * that came without one, from a release before, keeps none.
 */
import type { TellingSession } from '@countersign/protocol/session-callback'
import type { SessionEvent } from '@countersign/protocol/session-event'
import type { SessionStore } from '@countersign/stores/ports'

export type WithEvents = TellingSession

/** `known`: the events that were committed before. Without an instance the session comes back as it is. */
export function withServer<T extends WithEvents>(
  session: T,
  known: readonly SessionEvent[],
  instance: string | undefined,
): T {
  const last = lastSequence(known)
  if (instance === undefined || lastSequence(session.events) <= last) return session
  const events = session.events.map((event) =>
    event.sequence > last ? { ...event, servedBy: instance } : event,
  )
  return { ...session, events }
}

/** As a service keeps it: what is made has its events, what was stepped may be kept in another form. */
export type KeptWithEvents = Partial<Pick<WithEvents, 'events'>>

/** The store of an instance that writes its name into what it makes. */
export function servedCreations<T extends KeptWithEvents>(
  store: SessionStore<T>,
  instance: string | undefined,
): SessionStore<T> {
  const served = (value: T): T => {
    const { events } = value
    return events === undefined ? value : { ...value, ...withServer({ events }, [], instance) }
  }
  return {
    create: (id, value, ttlSeconds) => store.create(id, served(value), ttlSeconds),
    get: (id) => store.get(id),
    compareAndSet: (id, expectedVersion, value) => store.compareAndSet(id, expectedVersion, value),
    remove: (id) => store.remove(id),
  }
}

function lastSequence(events: readonly SessionEvent[]): number {
  return events.at(-1)?.sequence ?? 0
}
