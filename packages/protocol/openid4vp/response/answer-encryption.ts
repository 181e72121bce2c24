/**
 * Answers that are encrypted for a key of their request (OpenID4VP 1.0 §8.3), however they travel: what the verifier publishes of
 * the key and reads by it, and what a wallet takes of that and writes. The modes that encrypt share it; none of them is known here.
 */
import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonObject,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { isPoint } from '@countersign/crypto/ec-point'
import {
  CONTENT_ENCRYPTIONS,
  type ContentEncryption,
  type DecryptionKey,
  type EncryptionKey,
  KEY_AGREEMENT,
} from '@countersign/crypto/jwe-engine'
import { parsePublicJwk } from '@countersign/crypto/jwk'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import { type Form, parameter } from '../../oauth/form-parameters.ts'
import {
  type AnswerParameters,
  type AskedRequest,
  type AuthorizationResponse,
  parseAuthorizationResponse,
  RESPONSE_LIMITS,
  type ResponseRefusal,
  readResponseObject,
} from './authorization-response.ts'
import type { AnswerPorts, AnswerUnreadable, ResponseModeRefusal } from './response-mode.ts'

/** What the verifier keeps: made for one request. */
export interface AnswerKey {
  readonly key: DecryptionKey
  /** RFC 7638 thumbprint of the public key: its `kid`, and what mdoc's session transcript covers. */
  readonly keyThumbprint: string
}

/** What a wallet chose of what the verifier offers. */
export interface AskedEncryption {
  readonly key: EncryptionKey
  readonly keyId?: string | undefined
  readonly keyThumbprint: string
  readonly content: ContentEncryption
}

export async function makeAnswerKey({ crypto, jwe }: AnswerPorts): Promise<AnswerKey> {
  const key = await jwe.makeKey()
  return { key, keyThumbprint: await jwkThumbprint(publicOf(key), crypto) }
}

/** Members of `client_metadata` (§5.1). */
export function writeEncryptionMetadata({ key, keyThumbprint }: AnswerKey): JsonObject {
  return {
    jwks: { keys: [{ ...publicOf(key), kid: keyThumbprint, use: 'enc', alg: KEY_AGREEMENT }] },
    encrypted_response_enc_values_supported: [...CONTENT_ENCRYPTIONS],
  }
}

/** The parameter `response`. A presentation in the clear is refused. */
export async function readEncryptedAnswer(
  form: Form,
  asked: AskedRequest,
  { key, keyThumbprint }: AnswerKey,
  { jwe }: Pick<AnswerPorts, 'jwe'>,
): Promise<Result<AuthorizationResponse, ResponseRefusal | AnswerUnreadable>> {
  const encrypted = parameter(form, 'response')
  if (encrypted === undefined) {
    // §8.3.1: who cannot encrypt may still say that there is no answer.
    const isPresentation = parameter(form, 'vp_token') !== undefined
    return isPresentation
      ? refuse({ code: 'response_not_encrypted' })
      : parseAuthorizationResponse(form, asked)
  }
  const opened = await jwe.decrypt(encrypted, [{ key, keyId: keyThumbprint }])
  if (!opened.ok) return refuse({ code: 'response_undecryptable', reason: opened.error.code })
  const { vpTokenBytes: maxBytes, vpTokenValues: maxValues } = RESPONSE_LIMITS
  const parsed = parseJsonObject(opened.value, { maxBytes, maxValues, maxDepth: MAX_DEPTH })
  return parsed.ok
    ? readResponseObject(parsed.value, asked)
    : refuse({ code: 'response_malformed', reason: parsed.error.code })
}

/** An object of the parameters, of queries, of lists of texts; parameters that nobody knows may lie a little deeper. */
const MAX_DEPTH = 8

/** The wallet, of a request whose answer it has to encrypt. */
export async function chooseEncryption(
  payload: JsonObject,
  { crypto }: Pick<AnswerPorts, 'crypto'>,
): Promise<Result<AskedEncryption, ResponseModeRefusal>> {
  const metadata = payload['client_metadata']
  const content = contentOf(isJsonObject(metadata) ? metadata : {})
  if (!content.ok) return content
  const found = usableKey(isJsonObject(metadata) ? metadata['jwks'] : undefined)
  if (found === undefined) return refuse({ code: 'encryption_unsupported', parameter: 'jwks' })
  const keyThumbprint = await jwkThumbprint(found.key, crypto)
  return ok({ ...found, keyThumbprint, content: content.value })
}

export async function encryptAnswer(
  answer: AnswerParameters,
  { content, key, keyId }: AskedEncryption,
  { jwe }: Pick<AnswerPorts, 'jwe'>,
): Promise<Readonly<Record<string, string>>> {
  return { response: await jwe.encrypt(JSON.stringify(answer), { content, key, keyId }) }
}

function publicOf({ crv, kty, x, y }: EncryptionKey): EncryptionKey {
  return { kty, crv, x, y }
}

/** §5.1: A128GCM where nothing is said. The stronger one is preferred (HAIP 1.0 §5). */
function contentOf(metadata: JsonObject): Result<ContentEncryption, ResponseModeRefusal> {
  const { encrypted_response_enc_values_supported: values = ['A128GCM'] } = metadata
  const offered = isJsonArray(values) ? values : []
  const chosen = CONTENT_ENCRYPTIONS.findLast((one) => offered.includes(one))
  if (chosen !== undefined) return ok(chosen)
  return refuse({ code: 'encryption_unsupported', parameter: 'encrypted_response_enc_values_supported' })
}

type UsableKey = Pick<AskedEncryption, 'key' | 'keyId'>

/** §8.3: keys that cannot be used are passed over. */
function usableKey(jwks: JsonValue | undefined): UsableKey | undefined {
  const keys = isJsonObject(jwks) ? jwks['keys'] : undefined
  const listed = isJsonArray(keys) ? keys.slice(0, MAX_KEYS) : []
  for (const one of listed) {
    const usable = readKey(one)
    if (usable !== undefined) return usable
  }
  return undefined
}

const MAX_KEYS = 20

/** `alg` has to be there (§8.3), `use` may be missing. A key that shows its secret belongs to everybody. */
function readKey(jwk: JsonValue): UsableKey | undefined {
  const parsed = parsePublicJwk(jwk)
  if (!parsed.ok || parsed.value.kty !== 'EC' || parsed.value.crv !== 'P-256') return undefined
  const { alg, kid, use = 'enc', x, y } = parsed.value
  if (alg !== KEY_AGREEMENT || use !== 'enc') return undefined
  if (!isPoint('P-256', parsed.value)) return undefined
  if (kid !== undefined && kid.length > MAX_KEY_ID_LENGTH) return undefined
  return { key: { kty: 'EC', crv: 'P-256', x, y }, keyId: kid }
}

const MAX_KEY_ID_LENGTH = 512
