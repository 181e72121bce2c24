/** A store whose values are texts: as UTF-8 where they are kept. They must be well-formed, as what JSON writes is. */
import type { SessionStore } from './ports.ts'

export function textSessions(raw: SessionStore<Uint8Array>): SessionStore<string> {
  return {
    create: (id, text, ttlSeconds) => raw.create(id, Buffer.from(text), ttlSeconds),
    compareAndSet: (id, version, text) => raw.compareAndSet(id, version, Buffer.from(text)),
    remove: (id) => raw.remove(id),
    get: async (id) => {
      const found = await raw.get(id)
      return found && { version: found.version, value: Buffer.from(found.value).toString() }
    },
  }
}
