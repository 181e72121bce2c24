/**
 * A disclosure: the salted claim that a digest stands for (RFC 9901 §4.2). Its identity is its text, never the JSON
 * in it: the hash goes over the base64url text as received (§4.2.3), so nothing here writes a received one again.
 */
import { decodeTextBase64url, encodeBase64url, encodeTextBase64url } from '@countersign/core/base64url'
import { isJsonArray, type JsonValue, parseJson } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { isReservedName, MAX_DEPTH, MAX_LENGTH } from './reserved-names.ts'

export interface Disclosure {
  /** Name of the claim; absent for an array element. */
  readonly name?: string | undefined
  readonly value: JsonValue
}

export interface DisclosureRefusal {
  readonly code: 'disclosure_malformed' | 'disclosure_salt_malformed' | 'disclosure_name_reserved'
}

/** §9.3: at least 128 bits, fresh for each claim. */
const SALT_BYTES = 16

/** `[salt, name, value]` for a member, `[salt, value]` for an array element. */
export function parseDisclosure(text: string): Result<Disclosure, DisclosureRefusal> {
  const parts = decodeArray(text)
  if (parts === undefined) return refuse({ code: 'disclosure_malformed' })
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

function decodeArray(text: string): readonly JsonValue[] | undefined {
  const json = decodeTextBase64url(text)
  if (json === undefined) return undefined
  const parsed = parseJson(json, { maxBytes: MAX_LENGTH, maxDepth: MAX_DEPTH })
  return parsed.ok && isJsonArray(parsed.value) ? parsed.value : undefined
}
