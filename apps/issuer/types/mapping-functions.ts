/**
 * walt.id's `mapping`: merged into the claims, where a text of the form `<name>` or `<name:argument>` is a function.
 * Functions that reach out to the network are not offered; an unknown function is refused, never copied as text.
 */
import { writeDateTime } from '@countersign/core/date-time'
import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'

export interface FunctionContext {
  /** Epoch seconds. */
  readonly now: number
  readonly randomUuid: () => string
  readonly issuer: string
  readonly display: JsonValue
}

export type MappingMistake =
  | { readonly code: 'mapping_function_unknown'; readonly name: string }
  | { readonly code: 'mapping_argument'; readonly name: string; readonly argument: string }
  | { readonly code: 'mapping_too_deep' }

/** Stands for the holder's DID until the holder's key is known, at issuance. */
export const SUBJECT_DID = '<subjectDid>'

const MAX_DEPTH = 16
/** `<name>` or `<name:argument>`. */
const CALL = /^<([A-Za-z-]+)(?::(.*))?>$/

/** Objects are merged member by member, lists appended, everything else replaced. */
export function applyMapping(
  claims: JsonObject,
  mapping: JsonObject,
  context: FunctionContext,
): Result<JsonObject, MappingMistake> {
  const resolved = resolve(mapping, context, 0)
  if (!resolved.ok) return resolved
  return ok(merge(claims, resolved.value) as JsonObject)
}

/** Puts the holder's DID where the mapping asked for it. */
export function insertSubject(value: JsonObject, subjectDid: string): JsonObject {
  const insert = (part: JsonValue): JsonValue => {
    if (part === SUBJECT_DID) return subjectDid
    if (Array.isArray(part)) return part.map(insert)
    if (!isObject(part)) return part
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, insert(inner)]))
  }
  return insert(value) as JsonObject
}

function merge(base: JsonValue | undefined, over: JsonValue): JsonValue {
  if (Array.isArray(base) && Array.isArray(over)) return [...base, ...over]
  if (!isObject(base) || !isObject(over)) return over
  const merged = new Map<string, JsonValue>(Object.entries(base))
  for (const [name, value] of Object.entries(over)) merged.set(name, merge(merged.get(name), value))
  return Object.fromEntries(merged)
}

function resolve(
  value: JsonValue,
  context: FunctionContext,
  depth: number,
): Result<JsonValue, MappingMistake> {
  if (depth > MAX_DEPTH) return refuse({ code: 'mapping_too_deep' })
  if (typeof value === 'string') return resolveText(value, context)
  if (Array.isArray(value)) return resolveList(value, context, depth)
  if (!isObject(value)) return ok(value)
  const members: [string, JsonValue][] = []
  for (const [name, inner] of Object.entries(value)) {
    const resolved = resolve(inner, context, depth + 1)
    if (!resolved.ok) return resolved
    members.push([name, resolved.value])
  }
  return ok(Object.fromEntries(members))
}

function resolveList(values: readonly JsonValue[], context: FunctionContext, depth: number) {
  const list: JsonValue[] = []
  for (const value of values) {
    const resolved = resolve(value, context, depth + 1)
    if (!resolved.ok) return resolved
    list.push(resolved.value)
  }
  return ok(list)
}

function resolveText(text: string, context: FunctionContext): Result<JsonValue, MappingMistake> {
  const call = CALL.exec(text)
  if (call === null) return ok(text)
  const [, name = '', argument = ''] = call
  switch (name) {
    case 'subjectDid':
      return ok(SUBJECT_DID)
    case 'issuerDid':
    case 'issuerId':
      return ok(context.issuer)
    case 'display':
      return ok(context.display)
    case 'uuid':
      return ok(`urn:uuid:${context.randomUuid()}`)
    default:
      return timestamp(name, argument, context.now)
  }
}

function timestamp(name: string, argument: string, now: number): Result<JsonValue, MappingMistake> {
  const distance = distanceOf(name, argument)
  if (!distance.ok) return distance
  const at = now + distance.value
  const text = writeDateTime(at)
  if (text === undefined) return refuse({ code: 'mapping_argument', name, argument })
  return ok(name.endsWith('-seconds') ? at : text)
}

/** Seconds from issuance that a function of time stands for, e.g. `<timestamp-in:365d>`; undefined for any other text. */
export function timestampDistance(text: string): Result<number, MappingMistake> | undefined {
  const [, name = '', argument = ''] = CALL.exec(text) ?? []
  return name.startsWith('timestamp') ? distanceOf(name, argument) : undefined
}

/** `timestamp[-ebsi][-in|-before][-seconds]`; the reference has `timestamp-in-seconds:365d`. */
function distanceOf(name: string, argument: string): Result<number, MappingMistake> {
  const parts = /^timestamp(?:-ebsi)?(-in|-before)?(?:-seconds)?$/.exec(name)
  if (parts === null) return refuse({ code: 'mapping_function_unknown', name })
  const [, direction] = parts
  const distance = direction === undefined ? 0 : durationSeconds(argument)
  if (distance === undefined) return refuse({ code: 'mapping_argument', name, argument })
  return ok(direction === '-before' ? -distance : distance)
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Reads durations like `365d` and `12h 30m`, of a hundred years at most. */
function durationSeconds(text: string): number | undefined {
  if (!/^\s*(\d{1,9}\s*[smhd]\s*)+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+)\s*([smhd])/g)) {
    total += Number(amount) * (unitSeconds[unit ?? ''] ?? 0)
  }
  return total <= 100 * 366 * 86_400 ? total : undefined
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
