/**
 * Strict JSON for everything that strangers send: bounded in size and depth, and without duplicate member names,
 * which parsers read differently and attackers live on (RFC 8725 §2.4, RFC 7515 §4). A member named `__proto__` is
 * refused, so that code which copies members never meets it; so is half of a surrogate pair (RFC 7493 §2.1), which has
 * no UTF-8 form and would be signed as another character than was read.
 */
import { ok, type Result, refuse } from './result.ts'

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [member: string]: JsonValue
}

export interface JsonLimits {
  /** Size of the text as UTF-8; 65536 when absent. */
  readonly maxBytes?: number
  /** Objects and arrays inside each other, the outermost counted; 32 when absent. */
  readonly maxDepth?: number
}

export interface JsonRefusal {
  readonly code:
    | 'json_invalid'
    | 'json_too_large'
    | 'json_too_deep'
    | 'json_not_object'
    | 'json_duplicate_member'
}

const DEFAULT_MAX_BYTES = 65_536
const DEFAULT_MAX_DEPTH = 32

export function parseJsonObject(text: string, limits: JsonLimits = {}): Result<JsonObject, JsonRefusal> {
  const parsed = parseJson(text, limits)
  if (!parsed.ok) return parsed
  return isJsonObject(parsed.value) ? ok(parsed.value) : refuse({ code: 'json_not_object' })
}

/** Any JSON value under the same rules; never refuses with `json_not_object`. */
export function parseJson(text: string, limits: JsonLimits = {}): Result<JsonValue, JsonRefusal> {
  if (exceedsUtf8Bytes(text, limits.maxBytes ?? DEFAULT_MAX_BYTES)) return refuse({ code: 'json_too_large' })
  let value: JsonValue
  try {
    value = JSON.parse(text)
  } catch {
    return refuse({ code: 'json_invalid' })
  }
  const members = countMembers(value, limits.maxDepth ?? DEFAULT_MAX_DEPTH)
  if (members === 'too_deep') return refuse({ code: 'json_too_deep' })
  if (members === 'forbidden_name') return refuse({ code: 'json_invalid' })
  if (!isWellFormed(text, value)) return refuse({ code: 'json_invalid' })
  // JSON.parse keeps one of several equal names, so a text with more members than the value repeats a name.
  return members === countWrittenMembers(text) ? ok(value) : refuse({ code: 'json_duplicate_member' })
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function exceedsUtf8Bytes(text: string, max: number): boolean {
  if (text.length > max) return true
  if (text.length * 3 <= max) return false
  let bytes = text.length
  for (let at = 0; at < text.length && bytes <= max; at++) {
    const code = text.charCodeAt(at)
    // Half of a surrogate pair counts two: four bytes in all.
    if (code >= 0x80) bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2
  }
  return bytes > max
}

function countMembers(value: JsonValue, depthLeft: number): number | 'too_deep' | 'forbidden_name' {
  if (typeof value !== 'object' || value === null) return 0
  if (depthLeft === 0) return 'too_deep'
  let count = 0
  if (!isJsonArray(value)) {
    const names = Object.keys(value)
    if (names.includes('__proto__')) return 'forbidden_name'
    count = names.length
  }
  for (const inner of isJsonArray(value) ? value : Object.values(value)) {
    const innerCount = countMembers(inner, depthLeft - 1)
    if (typeof innerCount === 'string') return innerCount
    count += innerCount
  }
  return count
}

/** A surrogate as an escape is rare, so that the values are looked through almost never. */
function isWellFormed(text: string, value: JsonValue): boolean {
  if (!text.isWellFormed()) return false
  return !/\\u[dD][89a-fA-F]/.test(text) || hasWellFormedTexts(value)
}

/** No half of a surrogate pair in a text or a name, which has no UTF-8 form. */
export function hasWellFormedTexts(value: JsonValue): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  if (isJsonArray(value)) return value.every(hasWellFormedTexts)
  return Object.entries(value).every(([name, inner]) => name.isWellFormed() && hasWellFormedTexts(inner))
}

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c

/** Colons outside of strings. The text is known to be JSON, so each belongs to one member. */
function countWrittenMembers(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === COLON) count++
    else if (code === QUOTE) at = endOfString(text, at)
  }
  return count
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === BACKSLASH) before--
  return (at - before) % 2 === 0
}

/** The members that may be `undefined` become members that may be absent. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Without the members whose value is `undefined`, which JSON does not know: for messages with optional members. */
export function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>
}
