/** Sessions as JSON, as every store keeps them, and open to be read: nothing is sealed. */
import type { SessionStore } from '@countersign/stores/ports'
import { textSessions } from '@countersign/stores/text-sessions'

export function sessionsOverText<T>(bytes: SessionStore<Uint8Array>): SessionStore<T> {
  const raw = textSessions(bytes)
  return {
    create: (id, value, ttlSeconds) => raw.create(id, JSON.stringify(value), ttlSeconds),
    compareAndSet: (id, version, value) => raw.compareAndSet(id, version, JSON.stringify(value)),
    remove: (id) => raw.remove(id),
    get: async (id) => {
      const found = await raw.get(id)
      return found && { version: found.version, value: JSON.parse(found.value) as T }
    },
  }
}
