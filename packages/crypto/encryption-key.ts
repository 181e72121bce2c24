/**
 * Keys that somebody wants to be written to, as they stand in a message (RFC 7517): which of them can be used, how one is
 * published, and which content encryption is taken. What cannot be used is passed over: that a key is there at all is for
 * the protocol to ask.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { isPoint } from './ec-point.ts'
import {
  CONTENT_ENCRYPTIONS,
  type ContentEncryption,
  type EncryptionKey,
  KEY_AGREEMENT,
  type Recipient,
} from './jwe-engine.ts'
import { parsePublicJwk } from './jwk.ts'

export type OfferedKey = Pick<Recipient, 'key' | 'keyId'>

const MAX_KEYS = 20
const MAX_KEY_ID_LENGTH = 512

/** `algorithm`: whether a key has to name what it is for, where nothing around it does. */
export function usableKey(
  keys: readonly JsonValue[],
  algorithm: 'in_the_key' | 'said_elsewhere',
): OfferedKey | undefined {
  for (const one of keys.slice(0, MAX_KEYS)) {
    const usable = readKey(one, algorithm === 'in_the_key' ? undefined : KEY_AGREEMENT)
    if (usable !== undefined) return usable
  }
  return undefined
}

/** The members of a JWK Set (RFC 7517 §5); undefined: it is none. */
export function keysOf(jwks: JsonValue | undefined): readonly JsonValue[] | undefined {
  const keys = isJsonObject(jwks) ? jwks['keys'] : undefined
  return isJsonArray(keys) ? keys : undefined
}

/** Without its secret, whatever is handed in. */
export function encryptionJwk({ crv, kty, x, y }: EncryptionKey, keyId: string): JsonObject {
  return { kty, crv, x, y, kid: keyId, use: 'enc', alg: KEY_AGREEMENT }
}

/** The one that is preferred (HAIP 1.0 §5) of those that somebody takes. */
export function strongestOf(values: JsonValue): ContentEncryption | undefined {
  const offered = isJsonArray(values) ? values : []
  return CONTENT_ENCRYPTIONS.findLast((one) => offered.includes(one))
}

/** `use` may be missing. A key that shows its secret belongs to everybody. */
function readKey(jwk: JsonValue, algorithm: string | undefined): OfferedKey | undefined {
  const parsed = parsePublicJwk(jwk)
  if (!parsed.ok || parsed.value.kty !== 'EC' || parsed.value.crv !== 'P-256') return undefined
  const { alg = algorithm, kid, use = 'enc', x, y } = parsed.value
  if (alg !== KEY_AGREEMENT || use !== 'enc') return undefined
  if (!isPoint('P-256', parsed.value)) return undefined
  if (kid !== undefined && kid.length > MAX_KEY_ID_LENGTH) return undefined
  return { key: { kty: 'EC', crv: 'P-256', x, y }, keyId: kid }
}
