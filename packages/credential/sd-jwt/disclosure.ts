/**
 * A disclosure: the salted claim that a digest stands for (RFC 9901 §4.2). Its identity is its text, never the JSON
 * in it: the hash goes over the base64url text as received (§4.2.3), so nothing here writes a received one again.
 */
import { decodeTextBase64url, encodeBase64url, encodeTextBase64url } from '@countersign/core/base64url'
import { isJsonArray, type JsonLimits, type JsonValue, parseJson } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { NumberRule } from '../contract/showable-claims.ts'
import { isReservedName, JWT_LIMITS, MAX_DEPTH } from './reserved-names.ts'

export interface Disclosure {
  /** Name of the claim; absent for an array element. */
  readonly name?: string | undefined
  readonly value: JsonValue
}

export interface DisclosureRefusal {
  readonly code:
    | 'disclosure_malformed'
    | 'disclosure_salt_malformed'
    | 'disclosure_name_reserved'
    | 'disclosure_number_unsafe'
}

/** §9.3: at least 128 bits, fresh for each claim. */
const SALT_BYTES = 16
/** The array itself, the salt and the name. */
const ENVELOPE = 5

/** `[salt, name, value]` for a member, `[salt, value]` for an array element. `maxValues`: in all that it discloses. */
export function parseDisclosure(
  text: string,
  { exactNumbers }: NumberRule,
  maxValues: number = JWT_LIMITS.maxValues,
): Result<Disclosure, DisclosureRefusal> {
  const decoded = decodeArray(text, { exactNumbers, maxValues: maxValues + ENVELOPE })
  if (!decoded.ok) return decoded
  const parts = decoded.value
  const [salt, second, third] = parts
  if (typeof salt !== 'string') return refuse({ code: 'disclosure_salt_malformed' })
  if (parts.length === 2 && second !== undefined) return ok({ value: second })
  if (parts.length !== 3 || third === undefined || typeof second !== 'string') {
    return refuse({ code: 'disclosure_malformed' })
  }
  // §7.1 step 3.c.ii: a disclosure must not smuggle in what only the issuer's payload may say.
  return isReservedName(second)
    ? refuse({ code: 'disclosure_name_reserved' })
    : ok({ name: second, value: third })
}

/** Text of a new disclosure; `name` absent for an array element. */
export function writeDisclosure(
  name: string | undefined,
  value: JsonValue,
  crypto: Pick<CryptoEngine, 'randomBytes'>,
): string {
  const salt = encodeBase64url(crypto.randomBytes(SALT_BYTES))
  return encodeTextBase64url(JSON.stringify(name === undefined ? [salt, value] : [salt, name, value]))
}

function decodeArray(
  text: string,
  limits: Pick<JsonLimits, 'exactNumbers' | 'maxValues'>,
): Result<readonly JsonValue[], DisclosureRefusal> {
  const json = decodeTextBase64url(text)
  if (json === undefined) return refuse({ code: 'disclosure_malformed' })
  const parsed = parseJson(json, { maxBytes: JWT_LIMITS.maxLength, maxDepth: MAX_DEPTH, ...limits })
  if (parsed.ok && isJsonArray(parsed.value)) return ok(parsed.value)
  const isUnsafe = !parsed.ok && parsed.error.code === 'json_number_unsafe'
  return refuse({ code: isUnsafe ? 'disclosure_number_unsafe' : 'disclosure_malformed' })
}
