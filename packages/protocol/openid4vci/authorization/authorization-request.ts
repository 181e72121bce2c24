/**
 * The authorization request of the code flow (RFC 6749 §4.1.1; OpenID4VCI 1.0 §5), pushed (RFC 9126) or by a browser. PKCE with
 * S256 is always there. Unknown parameters are ignored (OpenID4VCI §5.1.3). Whether the client and its address are known, and
 * whether what is asked for is issued, is judged where these are known.
 */
import { defined } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import {
  type Form,
  optionalParameter,
  type ParameterRefusal,
  parameter,
  requiredParameter,
} from '../../oauth/form-parameters.ts'
import { CODE_CHALLENGE_METHOD, isCodeChallenge } from '../../oauth/pkce.ts'
import { redirectUri } from '../../oauth/redirect-uri.ts'
import {
  type AuthorizationDetailsRefusal,
  parseAuthorizationDetails,
  type RequestedCredential,
  writeAuthorizationDetails,
} from '../authorization-details.ts'

/** To whom the answer goes, whatever it is. */
export interface AuthorizationReturn {
  readonly clientId: string
  readonly redirectUri: string
  /** Opaque; given back as it is. */
  readonly state?: string | undefined
}

export interface AuthorizationRequest extends AuthorizationReturn {
  readonly codeChallenge: string
  /** Each value counts by itself, and unknown ones are ignored (OpenID4VCI §5.1.2). */
  readonly scope: readonly string[]
  /** `authorization_details` of type `openid_credential`; absent where there are none. */
  readonly details?: readonly RequestedCredential[] | undefined
  /** From the offer; anybody may have put it there (OpenID4VCI §5.1.3). */
  readonly issuerState?: string | undefined
  /** RFC 7638 thumbprint of the DPoP key that the code is to be bound to (RFC 9449 §10). */
  readonly senderKey?: string | undefined
}

export type AuthorizationRequestRefusal =
  | ParameterRefusal
  | AuthorizationDetailsRefusal
  | { readonly code: 'response_type_unsupported' }
  | { readonly code: 'response_mode_unsupported' }
  | { readonly code: 'request_object_unsupported' }
  | { readonly code: 'code_challenge_method_unsupported' }

const MAX_ID_LENGTH = 1024
/** Some clients keep all that they know in it. */
const MAX_STATE_LENGTH = 8192
const MAX_SCOPE_LENGTH = 8192
const MAX_DETAILS_LENGTH = 16_384

/** Where even this much is missing nobody can be answered by a redirect. */
export function parseAuthorizationReturn(form: Form): Result<AuthorizationReturn, ParameterRefusal> {
  const clientId = requiredParameter(form, 'client_id', MAX_ID_LENGTH)
  if (!clientId.ok) return clientId
  const address = redirectUri(parameter(form, 'redirect_uri'))
  if (address === undefined) return refuse({ code: 'invalid_request', parameter: 'redirect_uri' })
  const state = optionalParameter(form, 'state', MAX_STATE_LENGTH)
  return state.ok ? ok({ clientId: clientId.value, redirectUri: address, state: state.value }) : state
}

/** `issuer`: the identifier that `locations` may name. */
export function parseAuthorizationRequest(
  form: Form,
  issuer: string,
): Result<AuthorizationRequest, AuthorizationRequestRefusal> {
  const back = parseAuthorizationReturn(form)
  if (!back.ok) return back
  const kind = findUnspokenKind(form)
  if (kind !== undefined) return refuse(kind)
  const challenge = parseChallenge(form)
  if (!challenge.ok) return challenge
  const asked = parseAsked(form, issuer)
  if (!asked.ok) return asked
  const issuerState = optionalParameter(form, 'issuer_state', MAX_ID_LENGTH)
  if (!issuerState.ok) return issuerState
  const senderKey = parameter(form, 'dpop_jkt')
  if (senderKey !== undefined && !isThumbprint(senderKey))
    return refuse({ code: 'invalid_request', parameter: 'dpop_jkt' })
  return ok({
    ...back.value,
    ...asked.value,
    codeChallenge: challenge.value,
    issuerState: issuerState.value,
    senderKey,
  })
}

export function writeAuthorizationRequest(request: AuthorizationRequest): Form {
  const { clientId, codeChallenge, details, issuerState, scope, senderKey, state } = request
  return defined({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: request.redirectUri,
    state,
    code_challenge: codeChallenge,
    code_challenge_method: CODE_CHALLENGE_METHOD,
    scope: scope.length === 0 ? undefined : scope.join(' '),
    authorization_details: details && writeAuthorizationDetails(details),
    issuer_state: issuerState,
    dpop_jkt: senderKey,
  })
}

function findUnspokenKind(form: Form): AuthorizationRequestRefusal | undefined {
  const type = parameter(form, 'response_type')
  if (type === undefined) return { code: 'invalid_request', parameter: 'response_type' }
  if (type !== 'code') return { code: 'response_type_unsupported' }
  const mode = parameter(form, 'response_mode')
  if (mode !== undefined && mode !== 'query') return { code: 'response_mode_unsupported' }
  return parameter(form, 'request') === undefined ? undefined : { code: 'request_object_unsupported' }
}

/** RFC 7636 §4.4.1: a challenge is required; one without a method would be `plain`. */
function parseChallenge(form: Form): Result<string, AuthorizationRequestRefusal> {
  const challenge = parameter(form, 'code_challenge')
  if (challenge === undefined) return refuse({ code: 'invalid_request', parameter: 'code_challenge' })
  if (parameter(form, 'code_challenge_method') !== CODE_CHALLENGE_METHOD)
    return refuse({ code: 'code_challenge_method_unsupported' })
  return isCodeChallenge(challenge)
    ? ok(challenge)
    : refuse({ code: 'invalid_request', parameter: 'code_challenge' })
}

function parseAsked(
  form: Form,
  issuer: string,
): Result<Pick<AuthorizationRequest, 'scope' | 'details'>, AuthorizationRequestRefusal> {
  const scope = optionalParameter(form, 'scope', MAX_SCOPE_LENGTH)
  if (!scope.ok) return scope
  const text = optionalParameter(form, 'authorization_details', MAX_DETAILS_LENGTH)
  if (!text.ok) return text
  const values = (scope.value ?? '').split(' ').filter((value) => value !== '')
  if (text.value === undefined) return ok({ scope: values })
  const details = parseAuthorizationDetails(text.value, issuer)
  return details.ok ? ok({ scope: values, details: details.value }) : details
}

function isThumbprint(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}
