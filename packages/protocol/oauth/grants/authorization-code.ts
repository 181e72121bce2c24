/**
 * The authorization code grant (RFC 6749 §4.1.3, RFC 7636), and how it stands in a Credential Offer (OpenID4VCI 1.0 §4.1.1).
 */

import { defined } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import { optionalParameter, requiredParameter } from '../form-parameters.ts'
import { boundedText } from '../message-values.ts'
import { CODE_CHALLENGE_METHOD, isCodeVerifier } from '../pkce.ts'
import type { Grant, OfferedGrant } from './grant.ts'

export const AUTHORIZATION_CODE = 'authorization_code'

export interface AuthorizationCodeRequest {
  readonly grantType: typeof AUTHORIZATION_CODE
  readonly code: string
  readonly codeVerifier: string
  /** Left out by clients that take it for settled by then, as OAuth 2.1 does; a given one must be the one of the request. */
  readonly redirectUri?: string | undefined
}

export interface OfferedAuthorizationCode {
  /** Opaque for the wallet, which gives it back as it is. */
  readonly issuerState?: string | undefined
}

const MAX_CODE_LENGTH = 1024
const MAX_STATE_LENGTH = 4096
const MAX_REDIRECT_URI_LENGTH = 2048

export const authorizationCode: Grant<typeof AUTHORIZATION_CODE, AuthorizationCodeRequest> = {
  type: AUTHORIZATION_CODE,

  parseRequest: (form) => {
    const code = requiredParameter(form, 'code', MAX_CODE_LENGTH)
    if (!code.ok) return code
    const verifier = requiredParameter(form, 'code_verifier', 128)
    if (!verifier.ok) return verifier
    if (!isCodeVerifier(verifier.value))
      return refuse({ code: 'invalid_request', parameter: 'code_verifier' })
    const redirectUri = optionalParameter(form, 'redirect_uri', MAX_REDIRECT_URI_LENGTH)
    if (!redirectUri.ok) return redirectUri
    return ok({
      grantType: AUTHORIZATION_CODE,
      code: code.value,
      codeVerifier: verifier.value,
      redirectUri: redirectUri.value,
    })
  },

  writeRequest: ({ code, codeVerifier, redirectUri }) =>
    defined({ code, code_verifier: codeVerifier, redirect_uri: redirectUri }),

  responseTypes: ['code'],

  metadata: {
    response_modes_supported: ['query'],
    code_challenge_methods_supported: [CODE_CHALLENGE_METHOD],
    authorization_response_iss_parameter_supported: true,
    authorization_details_types_supported: ['openid_credential'],
  },
}

export const offeredAuthorizationCode: OfferedGrant<typeof AUTHORIZATION_CODE, OfferedAuthorizationCode> = {
  type: AUTHORIZATION_CODE,
  name: 'authorization_code',

  parse: ({ issuer_state: state }) => {
    const issuerState = boundedText(state, MAX_STATE_LENGTH)
    return issuerState === undefined && state !== undefined
      ? refuse({ at: 'grants.authorization_code.issuer_state' })
      : ok({ issuerState })
  },

  write: ({ issuerState }) => defined({ issuer_state: issuerState }),
}
