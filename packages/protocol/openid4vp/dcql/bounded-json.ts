/**
 * Reading unknown JSON member by member, with the place of the first mistake. Every list and text has an upper bound,
 * so a hostile query is refused before it costs anything. Knows JSON shapes only, nothing of what a query means;
 * members that nobody reads are ignored (OpenID4VP 1.0 §6).
 */
import { ok, type Result, refuse } from '@countersign/core/result'

/** `at` is the JSON path of the offending value, e.g. `$.credentials[0].claims[2].path`. */
export type ShapeRefusal =
  | RefusalAt<'missing' | 'empty'>
  | (RefusalAt<'wrong_type'> & { readonly expected: ExpectedType })
  | (RefusalAt<'too_many' | 'too_long'> & { readonly max: number })

/** A member of the union for each code. */
export type RefusalAt<Code extends string> = Code extends string
  ? { readonly code: Code; readonly at: string }
  : never

/** `value` is what a claim can be compared with: text, an integer that is exact, or a boolean. */
export type ExpectedType = 'object' | 'list' | 'text' | 'boolean' | 'value'

export type Members = { readonly [member: string]: unknown }

type Read<T, R> = (value: unknown, at: string) => Result<T, R>

export function readObject(value: unknown, at: string): Result<Members, ShapeRefusal> {
  if (value === undefined) return refuse({ code: 'missing', at })
  return isMembers(value) ? ok(value) : refuse({ code: 'wrong_type', at, expected: 'object' })
}

/**
 * Own members only: `constructor` and `__proto__` of a prototype are never answers. One that is `null` is left out
 * (docs/decisions/027).
 */
export function member(object: Members, name: string): unknown {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined
}

/** A non-empty list of at most `max` entries. */
export function readList<T, R>(
  value: unknown,
  at: string,
  max: number,
  readEntry: Read<T, R>,
): Result<readonly T[], R | ShapeRefusal> {
  if (value === undefined) return refuse({ code: 'missing', at })
  if (!Array.isArray(value)) return refuse({ code: 'wrong_type', at, expected: 'list' })
  if (value.length === 0) return refuse({ code: 'empty', at })
  if (value.length > max) return refuse({ code: 'too_many', at, max })
  const entries: T[] = []
  for (let index = 0; index < value.length; index += 1) {
    const entry = readEntry(value[index], `${at}[${index}]`)
    if (!entry.ok) return entry
    entries.push(entry.value)
  }
  return ok(entries)
}

/** A non-empty text of at most `max` UTF-16 units. */
export function readText(value: unknown, at: string, max: number): Result<string, ShapeRefusal> {
  if (value === undefined) return refuse({ code: 'missing', at })
  if (typeof value !== 'string') return refuse({ code: 'wrong_type', at, expected: 'text' })
  if (value === '') return refuse({ code: 'empty', at })
  return value.length > max ? refuse({ code: 'too_long', at, max }) : ok(value)
}

export function readFlag(value: unknown, at: string, absent: boolean): Result<boolean, ShapeRefusal> {
  if (value === undefined) return ok(absent)
  return typeof value === 'boolean' ? ok(value) : refuse({ code: 'wrong_type', at, expected: 'boolean' })
}

/** Reads a member that may be left out. */
export function readOptional<T, R>(value: unknown, at: string, read: Read<T, R>): Result<T | undefined, R> {
  return value === undefined ? ok(undefined) : read(value, at)
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
