/**
 * Strict JSON for everything that strangers send: bounded in size and depth, and without duplicate member names,
 * which parsers read differently and attackers live on (RFC 8725 §2.4, RFC 7515 §4). A member named `__proto__` is
 * refused, so that code which copies members never meets it; so is half of a surrogate pair (RFC 7493 §2.1), which has
 * no UTF-8 form and would be signed as another character than was read. A number that would be another one here than it
 * was written (RFC 7493 §2.2) is no value: what takes it for one meets `UNSAFE_NUMBER`. Negative zero is zero.
 * What was read needs no second look: a text is gone over once, its value once, and what is too deep or has too many values
 * is refused before memory is spent on it.
 */
import { exceedsUtf8Bytes } from './base64url.ts'
import { ok, type Result, refuse } from './result.ts'

/**
 * Stands for an integer beyond 2^53 − 1 and for a number that is not finite: both would silently become another number. No
 * reader of a member takes it for anything, so that it does no harm in a member that nobody reads, and `JSON.stringify`
 * leaves it out. Where every value is judged, shown or signed, texts are read with `exactNumbers`.
 */
export const UNSAFE_NUMBER = Symbol('a number beyond what JSON carries') as UnsafeNumber

/** Branded, since the compiler would widen the type of a symbol of its own wherever one is copied. */
export type UnsafeNumber = symbol & { readonly means: 'unsafe number' }

export type JsonValue = string | number | boolean | null | UnsafeNumber | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [member: string]: JsonValue
}

export interface JsonLimits {
  /** Size of the text as UTF-8; 65536 when absent. */
  readonly maxBytes?: number
  /** Objects and arrays inside each other, the outermost counted; 32 when absent. */
  readonly maxDepth?: number
  /** Members and entries of all objects and arrays together, nearly; when absent one for eight bytes of `maxBytes`, and 1000. */
  readonly maxValues?: number | undefined
  /** Refuse a text with a number that cannot be carried, wherever it stands; when absent it becomes `UNSAFE_NUMBER`. */
  readonly exactNumbers?: boolean
}

export type JsonRefusal =
  | {
      readonly code:
        | 'json_invalid'
        | 'json_too_large'
        | 'json_too_deep'
        | 'json_not_object'
        | 'json_duplicate_member'
    }
  /** `at` is the JSON path of the number, as `$.claims.scores[2]`, of at most 200 characters. */
  | { readonly code: 'json_number_unsafe'; readonly at: string }

const DEFAULT_MAX_BYTES = 65_536
const DEFAULT_MAX_DEPTH = 32

export function parseJsonObject(text: string, limits: JsonLimits = {}): Result<JsonObject, JsonRefusal> {
  const parsed = parseJson(text, limits)
  if (!parsed.ok) return parsed
  return isJsonObject(parsed.value) ? ok(parsed.value) : refuse({ code: 'json_not_object' })
}

/** Any JSON value under the same rules; never refuses with `json_not_object`. */
export function parseJson(text: string, limits: JsonLimits = {}): Result<JsonValue, JsonRefusal> {
  const { maxBytes = DEFAULT_MAX_BYTES, maxValues = 1000 + maxBytes / 8 } = limits
  if (exceedsUtf8Bytes(text, maxBytes)) return refuse({ code: 'json_too_large' })
  const written = lookOver(text, limits.maxDepth ?? DEFAULT_MAX_DEPTH, maxValues)
  if (written === 'json_too_deep' || written === 'json_too_large') return refuse({ code: written })
  let value: JsonValue
  try {
    value = JSON.parse(text)
  } catch {
    return refuse({ code: 'json_invalid' })
  }
  const root: [JsonValue] = [value]
  const walk: Walk = { hasUnsafeNumber: false }
  const members = countMembers(root, walk)
  if (members === undefined || !isWellFormed(text, value)) return refuse({ code: 'json_invalid' })
  // JSON.parse keeps one of several equal names, so a text with more members than the value repeats a name.
  if (members !== written.members) return refuse({ code: 'json_duplicate_member' })
  if (walk.hasUnsafeNumber && limits.exactNumbers === true)
    return refuse({ code: 'json_number_unsafe', at: placeOfUnsafeNumber(root[0]) ?? '$' })
  return ok(root[0])
}

/** Whether a number is the one that was written, for whoever reads it: of integers those that have no neighbour (RFC 7493 §2.2). */
export function isSafeNumber(value: number): boolean {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
}

/** The JSON path of the first number that could not be carried. */
export function placeOfUnsafeNumber(value: JsonValue): string | undefined {
  const path = findUnsafeNumber(value)
  if (path === undefined) return undefined
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
  return `$${steps.join('')}`.slice(0, MAX_PLACE_LENGTH)
}

const MAX_PLACE_LENGTH = 200

function findUnsafeNumber(value: JsonValue): readonly (string | number)[] | undefined {
  if (value === UNSAFE_NUMBER) return []
  if (typeof value === 'number') return isSafeNumber(value) ? undefined : []
  if (typeof value !== 'object' || value === null) return undefined
  const entries: Iterable<readonly [string | number, JsonValue]> = isJsonArray(value)
    ? value.entries()
    : Object.entries(value)
  for (const [step, inner] of entries) {
    const below = findUnsafeNumber(inner)
    if (below !== undefined) return [step, ...below]
  }
  return undefined
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** What one walk over a value finds out beside the count. */
interface Walk {
  hasUnsafeNumber: boolean
}

/**
 * Undefined where something must not be there. Numbers that are read as others are put right in place, in the same walk. By
 * index and with `for in`, which costs a third of arrays of names.
 */
function countMembers(value: JsonValue, walk: Walk): number | undefined {
  if (typeof value !== 'object' || value === null) return 0
  return isJsonArray(value) ? countInArray(value as JsonValue[], walk) : countInObject(value, walk)
}

function countInArray(values: JsonValue[], walk: Walk): number | undefined {
  let count = 0
  for (let at = 0; at < values.length; at++) {
    const inner = values[at] ?? null
    if (typeof inner === 'number') {
      if (!isOrdinary(inner)) values[at] = carried(inner, walk)
      continue
    }
    const innerCount = countMembers(inner, walk)
    if (innerCount === undefined) return undefined
    count += innerCount
  }
  return count
}

function countInObject(members: Record<string, JsonValue>, walk: Walk): number | undefined {
  if (Object.hasOwn(members, '__proto__')) return undefined
  let count = 0
  for (const name in members) {
    const inner = members[name] ?? null
    count++
    if (typeof inner === 'number') {
      if (!isOrdinary(inner)) members[name] = carried(inner, walk)
      continue
    }
    const innerCount = countMembers(inner, walk)
    if (innerCount === undefined) return undefined
    count += innerCount
  }
  return count
}

/** Nearly every number; of the others, zero is looked at again for its sign. */
function isOrdinary(value: number): boolean {
  return value !== 0 && isSafeNumber(value)
}

function carried(value: number, walk: Walk): JsonValue {
  if (value === 0) return 0
  walk.hasUnsafeNumber = true
  return UNSAFE_NUMBER
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
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** What stands in a text outside of its strings; of one that is JSON each colon belongs to one member. */
interface Written {
  readonly members: number
}

/**
 * Counts before a parser spends memory, also where the text turns out to be no JSON, and goes no further than to what is too
 * much: megabytes of empty arrays are refused after some kilobytes.
 */
function lookOver(
  text: string,
  maxDepth: number,
  maxValues: number,
): Written | 'json_too_deep' | 'json_too_large' {
  let depth = 0
  let members = 0
  let values = 1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === COLON) members++
    else if (code === COMMA) values++
    else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      values++
      depth++
      if (depth > maxDepth) return 'json_too_deep'
    } else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth--
    if (values > maxValues) return 'json_too_large'
  }
  return { members }
}

/** Where the string ends that begins at `start`; most have no escapes and are searched by the engine. */
function endOfString(text: string, start: number): number {
  const quote = text.indexOf('"', start + 1)
  if (quote === -1) return text.length
  if (text.charCodeAt(quote - 1) !== BACKSLASH) return quote
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}

/**
 * An object as its readers take it: a member that is `null` is one that is not there (docs/decisions/027). Of this object
 * alone; what lies deeper is for whoever reads it. Where there is no `null` it is the object itself.
 */
export function presentMembers(json: JsonObject): JsonObject {
  return without(json, isNull)
}

/** The same for parameters that travel as members, of which an empty text is none either (RFC 6749 §3.1). */
export function presentParameters(json: JsonObject): JsonObject {
  return without(json, isNullOrEmpty)
}

function without(json: JsonObject, isAbsent: (value: JsonValue | undefined) => boolean): JsonObject {
  for (const name in json) {
    if (isAbsent(json[name]))
      return Object.fromEntries(Object.entries(json).filter(([, value]) => !isAbsent(value)))
  }
  return json
}

function isNull(value: JsonValue | undefined): boolean {
  return value === null
}

function isNullOrEmpty(value: JsonValue | undefined): boolean {
  return value === null || value === ''
}

/** The members that may be `undefined` become members that may be absent. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Without the members whose value is `undefined`, which JSON does not know: for messages with optional members. */
export function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>
}
