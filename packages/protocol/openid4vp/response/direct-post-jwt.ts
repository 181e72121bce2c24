/**
 * Response mode `direct_post.jwt` (OpenID4VP 1.0 §8.3.1): as `direct_post`, and encrypted for a key that the verifier made for this
 * request alone. With the key the session is all that any instance needs to read the answer; a presentation in the clear is refused.
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
import { parameter } from '../../oauth/form-parameters.ts'
import { parseAuthorizationResponse, RESPONSE_LIMITS, readResponseObject } from './authorization-response.ts'
import { postedTo } from './direct-post.ts'
import type { ResponseMode, ResponseModeRefusal } from './response-mode.ts'

export interface DirectPostJwt {
  readonly mode: 'direct_post.jwt'
  /** Where the wallet posts to; mdoc's session transcript covers it (appendix B.2.6.1). */
  readonly responseUri: string
  readonly key: DecryptionKey
  /** RFC 7638 thumbprint of the public key: its `kid`, and what mdoc's session transcript covers. */
  readonly keyThumbprint: string
}

/** What a wallet chose of what the verifier offers. */
export interface AskedDirectPostJwt {
  readonly mode: 'direct_post.jwt'
  readonly responseUri: string
  readonly key: EncryptionKey
  readonly keyId?: string | undefined
  readonly keyThumbprint: string
  readonly content: ContentEncryption
}

export const directPostJwt: ResponseMode<DirectPostJwt, AskedDirectPostJwt> = {
  mode: 'direct_post.jwt',
  begin: async ({ responseUri }, { crypto, jwe }) => {
    const key = await jwe.makeKey()
    return {
      mode: 'direct_post.jwt',
      responseUri,
      key,
      keyThumbprint: await jwkThumbprint(publicOf(key), crypto),
    }
  },
  writeRequest: ({ mode, responseUri }) => ({ response_mode: mode, response_uri: responseUri }),
  writeClientMetadata: ({ key, keyThumbprint }) => ({
    jwks: { keys: [{ ...publicOf(key), kid: keyThumbprint, use: 'enc', alg: KEY_AGREEMENT }] },
    encrypted_response_enc_values_supported: [...CONTENT_ENCRYPTIONS],
  }),
  bindingOf: ({ keyThumbprint, responseUri }) => ({ responseUri, encryptionKeyThumbprint: keyThumbprint }),
  readAnswer: async (form, asked, { key, keyThumbprint }, { jwe }) => {
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
  },
  readRequest: async (payload, policy, { crypto }) => {
    const posted = postedTo(payload, policy)
    if (!posted.ok) return posted
    const metadata = payload['client_metadata']
    const content = contentOf(isJsonObject(metadata) ? metadata : {})
    if (!content.ok) return content
    const found = usableKey(isJsonObject(metadata) ? metadata['jwks'] : undefined)
    if (found === undefined) return refuse({ code: 'encryption_unsupported', parameter: 'jwks' })
    const keyThumbprint = await jwkThumbprint(found.key, crypto)
    return ok({
      mode: 'direct_post.jwt',
      responseUri: posted.value,
      ...found,
      keyThumbprint,
      content: content.value,
    })
  },
  writeAnswer: async (answer, { content, key, keyId }, { jwe }) => ({
    response: await jwe.encrypt(JSON.stringify(answer), { content, key, keyId }),
  }),
}

/** An object of the parameters, of queries, of lists of texts; parameters that nobody knows may lie a little deeper. */
const MAX_DEPTH = 8

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

type UsableKey = Pick<AskedDirectPostJwt, 'key' | 'keyId'>

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
