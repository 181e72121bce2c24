/**
 * Reading unknown JSON member by member, with the place of the first mistake. Every list and text has an upper bound,
 * so a hostile query is refused before it costs anything. Knows JSON shapes only, nothing of what a query means;
 * members that nobody reads are ignored (OpenID4VP 1.0 §6).
 */
import { ok, type Result, refuse } from '@countersign/core/result'

export type ShapeCode = 'missing' | 'wrong_type' | 'empty' | 'too_many' | 'too_long'

/** `at` is the JSON path of the offending value, e.g. `$.credentials[0].claims[2].path`. */
export interface ShapeRefusal<Code extends string = ShapeCode> {
  readonly code: Code
  readonly at: string
}

export type Members = { readonly [member: string]: unknown }

type Read<T, Code extends string> = (value: unknown, at: string) => Result<T, ShapeRefusal<Code>>

export function readObject(value: unknown, at: string): Result<Members, ShapeRefusal> {
  if (value === undefined) return refuse({ code: 'missing', at })
  return isMembers(value) ? ok(value) : refuse({ code: 'wrong_type', at })
}

/** Own members only: `constructor` and `__proto__` of a prototype are never answers. */
export function member(object: Members, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** A non-empty list of at most `max` entries. */
export function readList<T, Code extends string>(
  value: unknown,
  at: string,
  max: number,
  readEntry: Read<T, Code>,
): Result<readonly T[], ShapeRefusal<Code | ShapeCode>> {
  if (value === undefined) return refuse({ code: 'missing', at })
  if (!Array.isArray(value)) return refuse({ code: 'wrong_type', at })
  if (value.length === 0) return refuse({ code: 'empty', at })
  if (value.length > max) return refuse({ code: 'too_many', at })
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
  if (typeof value !== 'string') return refuse({ code: 'wrong_type', at })
  if (value === '') return refuse({ code: 'empty', at })
  return value.length > max ? refuse({ code: 'too_long', at }) : ok(value)
}

export function readFlag(value: unknown, at: string, absent: boolean): Result<boolean, ShapeRefusal> {
  if (value === undefined) return ok(absent)
  return typeof value === 'boolean' ? ok(value) : refuse({ code: 'wrong_type', at })
}

/** Reads a member that may be left out; `null` is not left out. */
export function readOptional<T, Code extends string>(
  value: unknown,
  at: string,
  read: Read<T, Code>,
): Result<T | undefined, ShapeRefusal<Code>> {
  return value === undefined ? ok(undefined) : read(value, at)
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
