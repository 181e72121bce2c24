/**
 * Response mode `direct_post` (OpenID4VP 1.0 §8.2): the wallet posts its answer in the clear, as a form, to the response
 * URI of the verifier. It keeps nothing beside that address.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { endpointUrl, type HttpPolicy } from '../../oauth/message-values.ts'
import { type AnswerParameters, parseAuthorizationResponse } from './authorization-response.ts'
import type { ResponseMode, ResponseModeRefusal } from './response-mode.ts'

export interface DirectPost {
  readonly mode: 'direct_post'
  /** Where the wallet posts to; mdoc's session transcript covers it (appendix B.2.6.1). */
  readonly responseUri: string
}

export const directPost: ResponseMode<DirectPost> = {
  mode: 'direct_post',
  channel: 'post',
  begin: ({ responseUri }) => ({ mode: 'direct_post', responseUri }),
  writeRequest: ({ mode, responseUri }) => ({ response_mode: mode, response_uri: responseUri }),
  bindingOf: ({ responseUri }) => ({ responseUri }),
  readAnswer: (form, asked) => parseAuthorizationResponse(form, asked),
  readRequest: (payload, policy) => {
    const posted = postedTo(payload, policy)
    return posted.ok ? ok({ mode: 'direct_post', responseUri: posted.value }) : posted
  },
  writeAnswer: clearForm,
}

/** §8.1: in the clear the `vp_token` is JSON as a text. */
export function clearForm({
  vp_token: vpToken,
  ...texts
}: AnswerParameters): Readonly<Record<string, string>> {
  return { ...(vpToken !== undefined && { vp_token: JSON.stringify(vpToken) }), ...texts }
}

/** §8.2: the address that an answer is posted to. */
export function postedTo(
  { response_uri: responseUri }: JsonObject,
  policy: HttpPolicy,
): Result<string, ResponseModeRefusal> {
  if (typeof responseUri !== 'string') return refuse({ code: 'parameter_invalid', parameter: 'response_uri' })
  if (endpointUrl(responseUri, policy) === undefined) return refuse({ code: 'response_uri_not_allowed' })
  return ok(responseUri)
}
