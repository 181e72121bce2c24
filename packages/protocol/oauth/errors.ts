/**
 * OAuth and OpenID4VCI errors as data: code, status, headers and a public sentence for each. Who answers may say more
 * where that helps a wallet's author and betrays no secret check; what it says is ASCII without `"` and `\`
 * (RFC 6749 §5.2), because descriptions also travel in header fields. Knows no refusal: which of them is told by which
 * error is decided where the answer is made.
 */

import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import { boundedText } from './message-values.ts'
import type { AuthorizationErrorCode } from './redirect-response.ts'

/**
 * RFC 6749 §5.2, RFC 9449 §5 and §8, OpenID4VCI 1.0 §6.3; `…_attestation…`: attestation-based client authentication,
 * draft -10 §7.4.
 */
export type TokenErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_client_attestation'
  | 'use_attestation_challenge'
  | 'use_fresh_attestation'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'invalid_authorization_details'

/** OpenID4VCI 1.0 §8.3.1.2: always 400, never encrypted. */
export type CredentialErrorCode =
  | 'invalid_credential_request'
  | 'unknown_credential_configuration'
  | 'unknown_credential_identifier'
  | 'invalid_proof'
  | 'invalid_nonce'
  | 'invalid_encryption_parameters'
  | 'credential_request_denied'

/** OpenID4VCI 1.0 §11.3: always 400. */
export type NotificationErrorCode = 'invalid_notification_id' | 'invalid_notification_request'

/** RFC 6750 §3.1, RFC 9449 §7.1 and §9; `missing_token` is a request without any authorization. */
export type AccessErrorCode =
  | 'missing_token'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'

/** The authorization scheme that the refused request used. */
export type AccessScheme = 'DPoP' | 'Bearer'

export interface OAuthError {
  readonly error: string
  readonly description: string
  readonly status: 400 | 401 | 403
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The signature algorithms that DPoP and key proofs may use; also what the metadata says. */
export const PROOF_ALGORITHMS = ALLOWED_ALGORITHMS.dpop

const NO_STORE = { 'cache-control': 'no-store' }

const DESCRIPTIONS: Record<
  TokenErrorCode | CredentialErrorCode | NotificationErrorCode | AccessErrorCode,
  string
> = {
  invalid_request: 'The request is malformed or a parameter is missing or unexpected',
  invalid_client: 'The client is not allowed to make this request',
  invalid_client_attestation: 'The client attestation or the proof of its key is not acceptable',
  use_attestation_challenge: 'The proof of the attested key needs the challenge given in this response',
  use_fresh_attestation: 'The client attestation is too old: get a new one',
  invalid_grant: 'The code is wrong, expired or already used, or the transaction code is wrong',
  unsupported_grant_type: 'This grant type is not supported',
  invalid_dpop_proof: 'The DPoP proof is missing or not acceptable',
  invalid_authorization_details: 'The authorization_details are not understood',
  use_dpop_nonce: 'The DPoP proof needs the nonce given in this response',
  invalid_credential_request: 'The credential request is malformed',
  unknown_credential_configuration: 'The credential configuration is unknown',
  unknown_credential_identifier: 'The credential identifier is unknown',
  invalid_proof: 'The key proof is missing or not acceptable',
  invalid_nonce: 'The nonce of the key proof is not acceptable; get a new one',
  invalid_encryption_parameters: 'The encryption parameters are not supported',
  credential_request_denied: 'The credential is not issued',
  invalid_notification_id: 'No credential that was issued with this access token has this notification_id',
  invalid_notification_request: 'The notification request is malformed',
  missing_token: 'An access token is needed',
  invalid_token: 'The access token is not acceptable',
  insufficient_scope: 'The access token does not cover this credential',
}

/** RFC 6749 §5.2: a client that is not known by what it showed is 401. No scheme of HTTP stands for what we take, so none is named. */
const UNKNOWN_CLIENT: readonly TokenErrorCode[] = [
  'invalid_client',
  'invalid_client_attestation',
  'use_fresh_attestation',
]
/** What is told of an authorization request; who is not known as a client is told so by 401 (RFC 6749 §5.2). */
export function authorizationError(
  error: AuthorizationErrorCode | 'invalid_dpop_proof',
  description: string,
): OAuthError {
  return { error, description, status: error === 'invalid_client' ? 401 : 400, headers: NO_STORE }
}

export function tokenError(error: TokenErrorCode, description = DESCRIPTIONS[error]): OAuthError {
  return { error, description, status: UNKNOWN_CLIENT.includes(error) ? 401 : 400, headers: NO_STORE }
}

export function credentialError(error: CredentialErrorCode, description = DESCRIPTIONS[error]): OAuthError {
  return { error, description, status: 400, headers: NO_STORE }
}

export function notificationError(
  error: NotificationErrorCode,
  description = DESCRIPTIONS[error],
): OAuthError {
  return { error, description, status: 400, headers: NO_STORE }
}

/** A refusal at a protected resource, with the challenges of RFC 6750 §3 and RFC 9449 §7.1. */
export function accessError(
  code: AccessErrorCode,
  scheme: AccessScheme = 'DPoP',
  description = DESCRIPTIONS[code],
): OAuthError {
  const headers = { ...NO_STORE, 'www-authenticate': challenges(code, description, scheme) }
  // RFC 6750 §3.1: who sent no credentials gets a challenge without an error code; the body still needs a word.
  const error = code === 'missing_token' ? 'invalid_token' : code
  return { error, description, status: code === 'insufficient_scope' ? 403 : 401, headers }
}

/** An error answer as a wallet reads it. The description is foreign text: to be shown as such, never acted upon. */
export function parseOAuthError(
  json: JsonObject,
): Result<
  { readonly error: string; readonly description?: string },
  { readonly code: 'error_response_malformed' }
> {
  const error = boundedText(json['error'], 128)
  if (error === undefined || !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(error)) {
    return refuse({ code: 'error_response_malformed' })
  }
  const description = boundedText(json['error_description'], 1000)
  return ok(description === undefined ? { error } : { error, description })
}

/** Both schemes are always offered; the error stands with the scheme that was used. */
function challenges(code: AccessErrorCode, description: string, scheme: AccessScheme): string {
  const algs = `algs="${PROOF_ALGORITHMS.join(' ')}"`
  if (code === 'missing_token') return `DPoP ${algs}, Bearer`
  const error = `error="${code}", error_description="${description}"`
  return scheme === 'DPoP' ? `DPoP ${error}, ${algs}, Bearer` : `Bearer ${error}, DPoP ${algs}`
}
