/**
 * Headers of signed tokens. An issuer writes the same one into all its credentials, certificates and all, and reading it
 * costs more than reading the rest; so those that were read lately are kept, as texts that mean the same to everybody.
 */
import { decodeTextBase64url, decodeUtf8, encodeUtf8 } from '@countersign/core/base64url'
import {
  type JsonLimits,
  type JsonObject,
  type JsonRefusal,
  type JsonValue,
  parseJsonObject,
} from '@countersign/core/json'
import { type Result, refuse } from '@countersign/core/result'

const MAX_KEPT = 64
/**
 * Characters. Short ones hold a type and an algorithm, long ones certificates; those in between hold keys of holders,
 * each seen once or twice, and still longer ones are not worth their room.
 */
const SHORT = 80
const LONG = { min: 400, max: 8192 }

const kept = new Map<string, JsonObject>()

/** Of base64url text; undefined unless a strict JSON object is in it. What is answered may be shared and is frozen. */
export function readHeader(text: string, maxBytes: number): JsonObject | undefined {
  const known = kept.get(text)
  if (known !== undefined) return known
  const header = decodeJsonPart(text, { maxBytes })
  if (header.ok && isWorthKeeping(text)) keep(text, header.value)
  return header.ok ? header.value : undefined
}

function isWorthKeeping({ length }: string): boolean {
  return length <= SHORT || (length >= LONG.min && length <= LONG.max)
}

/** One part of a compact token. */
export function decodeJsonPart(part: string, limits: JsonLimits): Result<JsonObject, JsonRefusal> {
  const text = decodeTextBase64url(part)
  return text === undefined ? refuse({ code: 'json_invalid' }) : parseJsonObject(text, limits)
}

/** The oldest goes first: strangers can push others out and gain nothing. */
function keep(text: string, header: JsonObject): void {
  const [oldest] = kept.keys()
  if (oldest !== undefined && kept.size >= MAX_KEPT) kept.delete(oldest)
  freeze(header)
  // A copy: a part of a token would keep the whole token.
  kept.set(decodeUtf8(encodeUtf8(text)) ?? text, header)
}

function freeze(value: JsonValue): void {
  if (typeof value !== 'object' || value === null) return
  Object.values(value).forEach(freeze)
  Object.freeze(value)
}
