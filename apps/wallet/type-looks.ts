/**
 * Metadata of types that were asked for a moment ago, in this process: whoever receives several cards of a type asks once. By name and
 * hash, since another hash is another document. However much others publish, little of it is kept.
 */
import type { ResolvedType } from '@countersign/credential/type-metadata/resolve'

export interface TypeLooks {
  /** `now`: epoch seconds. Undefined where it is not known, or not any more. */
  find(vct: string, integrity: string | undefined, now: number): ResolvedType | undefined
  keep(vct: string, integrity: string | undefined, now: number, type: ResolvedType): void
}

interface Kept {
  readonly type: ResolvedType
  readonly until: number
  /** Characters as JSON. */
  readonly size: number
}

const KEPT_SECONDS = 300
const MAX_TYPES = 100
const MAX_SIZE = 4_000_000

export function typeLooks(): TypeLooks {
  const kept = new Map<string, Kept>()
  let size = 0
  const keyOf = (vct: string, integrity: string | undefined) => JSON.stringify([vct, integrity])
  const forget = (key: string) => {
    size -= kept.get(key)?.size ?? 0
    kept.delete(key)
  }
  return {
    find(vct, integrity, now) {
      const found = kept.get(keyOf(vct, integrity))
      return found !== undefined && found.until > now ? found.type : undefined
    },
    keep(vct, integrity, now, type) {
      const key = keyOf(vct, integrity)
      forget(key)
      const one = { type, until: now + KEPT_SECONDS, size: JSON.stringify(type).length }
      kept.set(key, one)
      size += one.size
      // The oldest first, and this one last.
      for (const oldest of kept.keys()) if (kept.size > MAX_TYPES || size > MAX_SIZE) forget(oldest)
    },
  }
}
