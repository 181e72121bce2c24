/**
 * A session that was made is put into the index, for operators' lists. Whoever made it is not kept waiting, and an entry that gets
 * lost is a row less in a list: nothing that is decided asks there.
 */
import type { Index, SessionStore } from '@countersign/stores/ports'

export function listedCreations<T extends { readonly createdAt?: number }>(
  store: SessionStore<T>,
  index: Pick<Index, 'put'>,
): SessionStore<T> {
  return {
    get: (id) => store.get(id),
    compareAndSet: (id, version, value) => store.compareAndSet(id, version, value),
    remove: (id) => store.remove(id),
    async create(id, value, ttlSeconds) {
      const made = await store.create(id, value, ttlSeconds)
      const { createdAt } = value
      if (made && createdAt !== undefined) void index.put(id, createdAt, ttlSeconds).catch(() => undefined)
      return made
    },
  }
}
