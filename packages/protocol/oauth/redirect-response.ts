/**
 * What a browser brings back from the authorization endpoint (RFC 6749 §4.1.2), with the issuer that answers (RFC 9207): a client
 * that speaks to several servers can tell whose answer it is.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { queryParameters } from './form-parameters.ts'
import { boundedText } from './message-values.ts'
import { withQuery } from './redirect-uri.ts'

/** RFC 6749 §4.1.2.1, RFC 9126 §2.3, RFC 9396 §5. */
export type AuthorizationErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'unauthorized_client'
  | 'access_denied'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'invalid_authorization_details'
  | 'request_not_supported'
  | 'server_error'
  | 'temporarily_unavailable'

export type AuthorizationResponse =
  | { readonly code: string }
  /** RFC 6749 §4.1.2.1 and what builds on it. */
  | { readonly error: string; readonly description?: string | undefined }

/** The address that the browser is sent to. */
export function authorizationResponseUrl(
  response: AuthorizationResponse,
  back: { readonly redirectUri: string; readonly state?: string | undefined; readonly issuer: string },
): string {
  const parameters = new URLSearchParams()
  if ('code' in response) parameters.set('code', response.code)
  else {
    parameters.set('error', response.error)
    if (response.description !== undefined) parameters.set('error_description', response.description)
  }
  if (back.state !== undefined) parameters.set('state', back.state)
  parameters.set('iss', back.issuer)
  return withQuery(back.redirectUri, parameters.toString())
}

export type AuthorizationResponseRefusal =
  | { readonly code: 'parameter_repeated'; readonly parameter: string }
  | { readonly code: 'issuer_missing' }
  | { readonly code: 'issuer_wrong'; readonly issuer: string }
  | { readonly code: 'code_missing' }
  | {
      readonly code: 'authorization_refused'
      readonly error: string
      readonly description?: string | undefined
    }

const MAX_CODE_LENGTH = 8192
const MAX_TEXT_LENGTH = 1000

/**
 * As a client reads it. `issuer`: the server that was asked; `saysIssuer`: its metadata has
 * `authorization_response_iss_parameter_supported`, so an answer without `iss` is somebody else's (RFC 9207 §2.4). Whose `state`
 * it is, the caller knows.
 */
export function parseAuthorizationResponse(
  query: URLSearchParams,
  { issuer, saysIssuer }: { readonly issuer: string; readonly saysIssuer: boolean },
): Result<string, AuthorizationResponseRefusal> {
  const form = queryParameters(query, ['code', 'state', 'iss', 'error', 'error_description'])
  if (!form.ok) return form
  const { code, error, error_description: description, iss } = form.value
  if (iss === undefined && saysIssuer) return refuse({ code: 'issuer_missing' })
  if (iss !== undefined && iss !== issuer) return refuse({ code: 'issuer_wrong', issuer: iss })
  if (error !== undefined)
    return refuse({
      code: 'authorization_refused',
      error: boundedText(error, MAX_TEXT_LENGTH) ?? 'unknown',
      description: boundedText(description, MAX_TEXT_LENGTH),
    })
  const text = boundedText(code, MAX_CODE_LENGTH)
  return text === undefined ? refuse({ code: 'code_missing' }) : ok(text)
}
