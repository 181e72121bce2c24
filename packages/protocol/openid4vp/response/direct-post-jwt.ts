/**
 * Response mode `direct_post.jwt` (OpenID4VP 1.0 §8.3.1): as `direct_post`, and encrypted for a key that the verifier made for this
 * request alone. With the key the session is all that any instance needs to read the answer; a presentation in the clear is refused.
 */
import { isJsonObject, type JsonObject, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { encryptionJwk, keysOf, strongestOf, usableKey } from '@countersign/crypto/encryption-key'
import {
  CONTENT_ENCRYPTIONS,
  type ContentEncryption,
  type DecryptionKey,
  type EncryptionKey,
} from '@countersign/crypto/jwe-engine'
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
      keyThumbprint: await jwkThumbprint(key, crypto),
    }
  },
  writeRequest: ({ mode, responseUri }) => ({ response_mode: mode, response_uri: responseUri }),
  writeClientMetadata: ({ key, keyThumbprint }) => ({
    jwks: { keys: [encryptionJwk(key, keyThumbprint)] },
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
    // §8.3: keys that cannot be used are passed over, and `alg` has to be there.
    const keys = keysOf(isJsonObject(metadata) ? metadata['jwks'] : undefined)
    const found = usableKey(keys ?? [], 'in_the_key')
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

/** §5.1: A128GCM where nothing is said. */
function contentOf(metadata: JsonObject): Result<ContentEncryption, ResponseModeRefusal> {
  const { encrypted_response_enc_values_supported: values = ['A128GCM'] } = metadata
  const chosen = strongestOf(values)
  if (chosen !== undefined) return ok(chosen)
  return refuse({ code: 'encryption_unsupported', parameter: 'encrypted_response_enc_values_supported' })
}
