/**
 * Element values between CBOR, as issuers sign them, and JSON, as queries and people see them (RFC 8949 §6, which
 * OpenID4VP 1.0 §6.4.1 prescribes). JSON has no bytes and no dates, so who issues says where a text stands for one.
 */
import { decodeBase64, decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import {
  type CborInput,
  type CborMap,
  type CborTag,
  type CborValue,
  isBytes,
  TAG,
  tagged,
} from '@countersign/crypto/cbor/value'
import { resolveClaimPath } from '../../contract/claim-path.ts'
import type { FormatRefusal, ValueEncoding } from '../../contract/format.ts'
import { isDateTime, isFullDate } from './date-times.ts'

/** Tags of integers that are longer than 64 bits (RFC 8949 §3.4.3). */
const BIGNUM_TAG = { unsigned: 2, negative: 3 } as const

/**
 * RFC 8949 §6.1: bytes become base64url, tags their content, numbers that JSON lacks `null`. Undefined where two keys
 * of a map would become one, or one would reach the prototype of an object.
 */
export function toJson(value: CborValue): JsonValue | undefined {
  if (typeof value === 'bigint') return Number(value)
  if (value === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  if (isBytes(value)) return encodeBase64url(value)
  switch (value.kind) {
    case 'float':
      return Number.isFinite(value.value) ? value.value : null
    case 'array':
      return toJsonArray(value.items)
    case 'map':
      return toJsonObject(value)
    case 'tag':
      return toJsonContent(value)
  }
}

function toJsonArray(items: readonly CborValue[]): JsonValue | undefined {
  const values: JsonValue[] = []
  for (const item of items) {
    const value = toJson(item)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

/** Numbers as keys become their decimal text. */
function toJsonObject({ entries }: CborMap): JsonValue | undefined {
  const object: Record<string, JsonValue> = {}
  for (const [key, item] of entries) {
    const name = String(key)
    const value = toJson(item)
    if (value === undefined || name === '__proto__' || Object.hasOwn(object, name)) return undefined
    object[name] = value
  }
  return object
}

function toJsonContent({ tag, content }: CborTag): JsonValue | undefined {
  if (tag === BIGNUM_TAG.negative && isBytes(content)) return `~${encodeBase64url(content)}`
  return toJson(content)
}

/** JSON as CBOR; `as` says what the texts at the given places stand for. Places that are not there are no fault. */
export function toCbor(
  claims: JsonObject,
  encodings: readonly ValueEncoding[],
): Result<(value: JsonValue, place: readonly (string | number)[]) => CborInput, FormatRefusal> {
  const encoded = new Map<string, CborInput>()
  for (const { path, as } of encodings) {
    for (const place of resolveClaimPath(claims, path)) {
      const value = encodeText(valueAt(claims, place), as)
      if (value === undefined) return refuse({ code: 'value_malformed', detail: JSON.stringify(place) })
      encoded.set(JSON.stringify(place), value)
    }
  }
  return ok((value, place) => write(value, place, encoded))
}

function write(
  value: JsonValue,
  place: readonly (string | number)[],
  encoded: ReadonlyMap<string, CborInput>,
): CborInput {
  const special = encoded.size > 0 ? encoded.get(JSON.stringify(place)) : undefined
  if (special !== undefined) return special
  if (isJsonArray(value)) return value.map((item, at) => write(item, [...place, at], encoded))
  if (!isJsonObject(value)) return value
  return new Map(
    Object.entries(value).map(([name, inner]) => [name, write(inner, [...place, name], encoded)]),
  )
}

function valueAt(claims: JsonValue, place: readonly (string | number)[]): JsonValue | undefined {
  let value: JsonValue | undefined = claims
  for (const step of place) {
    if (isJsonArray(value)) value = value[Number(step)]
    else if (isJsonObject(value)) value = value[step]
  }
  return value
}

function encodeText(value: JsonValue | undefined, as: ValueEncoding['as']): CborInput | undefined {
  if (typeof value !== 'string') return undefined
  switch (as) {
    case 'bytes':
      return decodeBase64url(value) ?? decodeBase64(value)
    case 'full-date':
      return isFullDate(value) ? tagged(TAG.fullDate, value) : undefined
    case 'date-time':
      return isDateTime(value) ? tagged(TAG.dateTime, value) : undefined
  }
}
