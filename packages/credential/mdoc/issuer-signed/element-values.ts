/**
 * Element values between CBOR, as issuers sign them, and JSON, as queries and people see them (RFC 8949 §6, which
 * OpenID4VP 1.0 §6.4.1 prescribes). JSON has no bytes and no dates, so who issues says where a text stands for one.
 */
import { decodeBase64, decodeBase64url, encodeBase64, encodeBase64url } from '@countersign/core/base64url'
import { isFullDate } from '@countersign/core/date-time'
import {
  isJsonArray,
  isJsonObject,
  isSafeNumber,
  type JsonObject,
  type JsonValue,
  UNSAFE_NUMBER,
} from '@countersign/core/json'
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
import { isDateTime } from './date-times.ts'

/** Tags of integers that are longer than 64 bits (RFC 8949 §3.4.3). */
const BIGNUM_TAG = { unsigned: 2, negative: 3 } as const

/**
 * RFC 8949 §6.1: bytes become base64url, tags their content. A number that JSON does not carry is no `null` here, as it is
 * there, but `UNSAFE_NUMBER`: nobody is shown another value than was signed. Undefined where two keys of a map would become
 * one, or one would reach the prototype of an object.
 */
export function toJson(value: CborValue, writeBytes: BytesAsText = encodeBase64url): JsonValue | undefined {
  if (typeof value === 'bigint') return UNSAFE_NUMBER
  if (value === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  if (isBytes(value)) return writeBytes(value)
  switch (value.kind) {
    case 'float':
      return toJsonNumber(value.value)
    case 'array':
      return toJsonArray(value.items, writeBytes)
    case 'map':
      return toJsonObject(value, writeBytes)
    case 'tag':
      return toJsonContent(value, writeBytes)
  }
}

type BytesAsText = (bytes: Uint8Array) => string

function toJsonNumber(value: number): JsonValue {
  if (value === 0) return 0
  return isSafeNumber(value) ? value : UNSAFE_NUMBER
}

function toJsonArray(items: readonly CborValue[], writeBytes: BytesAsText): JsonValue | undefined {
  const values: JsonValue[] = []
  for (const item of items) {
    const value = toJson(item, writeBytes)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

/** Numbers as keys become their decimal text. */
function toJsonObject({ entries }: CborMap, writeBytes: BytesAsText): JsonValue | undefined {
  const object: Record<string, JsonValue> = {}
  for (const [key, item] of entries) {
    const name = String(key)
    const value = toJson(item, writeBytes)
    if (value === undefined || name === '__proto__' || Object.hasOwn(object, name)) return undefined
    object[name] = value
  }
  return object
}

function toJsonContent({ tag, content }: CborTag, writeBytes: BytesAsText): JsonValue | undefined {
  if (tag === BIGNUM_TAG.unsigned && isBytes(content)) return encodeBase64url(content)
  if (tag === BIGNUM_TAG.negative && isBytes(content)) return `~${encodeBase64url(content)}`
  return toJson(content, BYTES_AS_TEXT.get(tag) ?? writeBytes)
}

/** §3.4.5.2: how all bytes within are meant to be written. */
const BYTES_AS_TEXT: ReadonlyMap<number, BytesAsText> = new Map([
  [21, encodeBase64url],
  [22, encodeBase64],
  [
    23,
    (bytes: Uint8Array) =>
      Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
        .join('')
        .toUpperCase(),
  ],
])

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
  if (!isJsonObject(value)) return writeScalar(value)
  return new Map(
    Object.entries(value).map(([name, inner]) => [name, write(inner, [...place, name], encoded)]),
  )
}

/** Zero has no sign in JSON, and one that came with a sign would become a floating-point number. */
function writeScalar(value: Exclude<JsonValue, JsonObject | readonly JsonValue[]>): CborInput {
  if (typeof value === 'symbol') throw new TypeError('claims are looked through for such numbers before')
  return value === 0 ? 0 : value
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
