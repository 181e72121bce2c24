/**
 * Response mode `direct_post.jwt` (OpenID4VP 1.0 §8.3.1): as `direct_post`, and encrypted for a key that the verifier made for this
 * request alone. With the key the session is all that any instance needs to read the answer; a presentation in the clear is refused.
 */
import { ok } from '@countersign/core/result'
import {
  type AnswerKey,
  type AskedEncryption,
  chooseEncryption,
  encryptAnswer,
  makeAnswerKey,
  readEncryptedAnswer,
  writeEncryptionMetadata,
} from './answer-encryption.ts'
import { postedTo } from './direct-post.ts'
import type { ResponseMode } from './response-mode.ts'

export interface DirectPostJwt extends AnswerKey {
  readonly mode: 'direct_post.jwt'
  /** Where the wallet posts to; mdoc's session transcript covers it (appendix B.2.6.1). */
  readonly responseUri: string
}

/** What a wallet chose of what the verifier offers. */
export interface AskedDirectPostJwt extends AskedEncryption {
  readonly mode: 'direct_post.jwt'
  readonly responseUri: string
}

export const directPostJwt: ResponseMode<DirectPostJwt, AskedDirectPostJwt> = {
  mode: 'direct_post.jwt',
  channel: 'post',
  begin: async ({ responseUri }, ports) => ({
    mode: 'direct_post.jwt',
    responseUri,
    ...(await makeAnswerKey(ports)),
  }),
  writeRequest: ({ mode, responseUri }) => ({ response_mode: mode, response_uri: responseUri }),
  writeClientMetadata: writeEncryptionMetadata,
  bindingOf: ({ keyThumbprint, responseUri }) => ({ responseUri, encryptionKeyThumbprint: keyThumbprint }),
  answerKeyOf: ({ key }) => key,
  readAnswer: readEncryptedAnswer,
  readRequest: async (payload, policy, ports) => {
    const posted = postedTo(payload, policy)
    if (!posted.ok) return posted
    const encryption = await chooseEncryption(payload, ports)
    return encryption.ok
      ? ok({ mode: 'direct_post.jwt', responseUri: posted.value, ...encryption.value })
      : encryption
  },
  writeAnswer: encryptAnswer,
}
