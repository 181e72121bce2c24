/**
 * Response mode `direct_post` (OpenID4VP 1.0 §8.2): the wallet posts its answer in the clear, as a form, to the response
 * URI of the verifier. It keeps nothing beside that address.
 */
import { ok, refuse } from '@countersign/core/result'
import { endpointUrl } from '../../oauth/message-values.ts'
import { parseAuthorizationResponse } from './authorization-response.ts'
import type { ResponseMode } from './response-mode.ts'

export interface DirectPost {
  readonly mode: 'direct_post'
  /** Where the wallet posts to; mdoc's session transcript covers it (appendix B.2.6.1). */
  readonly responseUri: string
}

export const directPost: ResponseMode<DirectPost> = {
  mode: 'direct_post',
  begin: ({ responseUri }) => ({ mode: 'direct_post', responseUri }),
  writeRequest: ({ mode, responseUri }) => ({ response_mode: mode, response_uri: responseUri }),
  bindingOf: ({ responseUri }) => ({ responseUri }),
  readAnswer: (form, asked) => parseAuthorizationResponse(form, asked),
  readRequest: ({ redirect_uri: redirectUri, response_uri: responseUri }, policy) => {
    // An answer cannot go to both.
    if (redirectUri !== undefined) return refuse({ code: 'redirect_uri_with_direct_post' })
    if (typeof responseUri !== 'string')
      return refuse({ code: 'parameter_invalid', parameter: 'response_uri' })
    if (endpointUrl(responseUri, policy) === undefined) return refuse({ code: 'response_uri_not_allowed' })
    return ok({ mode: 'direct_post', responseUri })
  },
}
