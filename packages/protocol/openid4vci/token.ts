/**
 * Token requests and responses of the pre-authorized code flow (OpenID4VCI 1.0 §6, RFC 6749 §5). Only the wire: whether
 * a code is genuine, spent or guarded by a transaction code is for the issuer and its session. The caller refuses
 * forms in which a parameter is repeated (RFC 6749 §3.2) before they become a record.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { boundedText, boundedTexts } from '../oauth/message-values.ts'
import { PRE_AUTHORIZED_GRANT } from './offer.ts'

export interface TokenRequest {
  readonly preAuthorizedCode: string
  readonly txCode?: string | undefined
  readonly clientId?: string | undefined
}

export type TokenRequestRefusal =
  | { readonly code: 'invalid_request'; readonly parameter: string }
  | { readonly code: 'unsupported_grant_type' }

export interface TokenResponse {
  readonly accessToken: string
  readonly tokenType: 'DPoP' | 'Bearer'
  /** Lifetime from now, in seconds, where the server tells it. */
  readonly expiresInSeconds?: number
  /** Present where the server names credentials by identifier (§6.2): then requests use these. */
  readonly authorizationDetails?: readonly AuthorizedCredential[]
}

export interface AuthorizedCredential {
  readonly configurationId: string
  readonly credentialIdentifiers: readonly string[]
}

export type TokenResponseRefusal =
  | { readonly code: 'token_response_malformed'; readonly at: string }
  | { readonly code: 'token_type_unsupported' }

const MAX_CODE_LENGTH = 1024
const MAX_TX_CODE_LENGTH = 128
const MAX_CLIENT_ID_LENGTH = 1024
const MAX_ACCESS_TOKEN_LENGTH = 16_384
const MAX_DETAILS = 100
const IDENTIFIER_LIMITS = { maxItems: 100, maxLength: 1024 }

/** Unknown parameters are ignored (§6.1); a parameter without a value counts as left out (RFC 6749 §3.2). */
export function parseTokenRequest(
  form: Readonly<Record<string, string>>,
): Result<TokenRequest, TokenRequestRefusal> {
  const grantType = parameter(form, 'grant_type')
  if (grantType === undefined) return refuse({ code: 'invalid_request', parameter: 'grant_type' })
  if (grantType !== PRE_AUTHORIZED_GRANT) return refuse({ code: 'unsupported_grant_type' })
  const preAuthorizedCode = parameter(form, 'pre-authorized_code')
  const txCode = parameter(form, 'tx_code')
  const clientId = parameter(form, 'client_id')
  if (boundedText(preAuthorizedCode, MAX_CODE_LENGTH) === undefined || preAuthorizedCode === undefined) {
    return refuse({ code: 'invalid_request', parameter: 'pre-authorized_code' })
  }
  if (exceeds(txCode, MAX_TX_CODE_LENGTH)) return refuse({ code: 'invalid_request', parameter: 'tx_code' })
  if (exceeds(clientId, MAX_CLIENT_ID_LENGTH))
    return refuse({ code: 'invalid_request', parameter: 'client_id' })
  return ok({
    preAuthorizedCode,
    ...(txCode !== undefined && { txCode }),
    ...(clientId !== undefined && { clientId }),
  })
}

/** The body, as `application/x-www-form-urlencoded`. */
export function writeTokenRequest(request: TokenRequest): string {
  const form = new URLSearchParams({
    grant_type: PRE_AUTHORIZED_GRANT,
    'pre-authorized_code': request.preAuthorizedCode,
  })
  if (request.txCode !== undefined) form.set('tx_code', request.txCode)
  if (request.clientId !== undefined) form.set('client_id', request.clientId)
  return form.toString()
}

/** `expiresIn` in seconds. Goes with `Cache-Control: no-store`. */
export function writeTokenResponse(response: {
  readonly accessToken: string
  readonly tokenType: 'DPoP' | 'Bearer'
  readonly expiresIn: number
}): JsonObject {
  return {
    access_token: response.accessToken,
    token_type: response.tokenType,
    expires_in: response.expiresIn,
  }
}

/** Token types are compared without regard to case (RFC 6749 §5.1); other members are ignored. */
export function parseTokenResponse(json: JsonObject): Result<TokenResponse, TokenResponseRefusal> {
  const accessToken = boundedText(json['access_token'], MAX_ACCESS_TOKEN_LENGTH)
  // The token goes into a header field as it is, so it is visible ASCII (RFC 6749 appendix A.12, without the space).
  if (accessToken === undefined || !/^[\x21-\x7e]+$/.test(accessToken)) return malformed('access_token')
  const tokenType = parseTokenType(json['token_type'])
  if (!tokenType.ok) return tokenType
  const expiresIn = json['expires_in']
  if (expiresIn !== undefined && !isLifetime(expiresIn)) return malformed('expires_in')
  const details = parseAuthorizationDetails(json['authorization_details'])
  if (!details.ok) return details
  return ok({
    accessToken,
    tokenType: tokenType.value,
    ...(expiresIn !== undefined && { expiresInSeconds: expiresIn }),
    ...(details.value && { authorizationDetails: details.value }),
  })
}

function parameter(form: Readonly<Record<string, string>>, name: string): string | undefined {
  const value = Object.hasOwn(form, name) ? form[name] : undefined
  return value === '' ? undefined : value
}

function exceeds(value: string | undefined, maxLength: number): boolean {
  return value !== undefined && value.length > maxLength
}

function parseTokenType(value: unknown): Result<'DPoP' | 'Bearer', TokenResponseRefusal> {
  if (typeof value !== 'string') return malformed('token_type')
  switch (value.toLowerCase()) {
    case 'dpop':
      return ok('DPoP')
    case 'bearer':
      return ok('Bearer')
    default:
      return refuse({ code: 'token_type_unsupported' })
  }
}

function isLifetime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

/** §6.2: details of other types may stand beside ours; ours name at least one credential. */
function parseAuthorizationDetails(
  value: JsonValue | undefined,
): Result<readonly AuthorizedCredential[] | undefined, TokenResponseRefusal> {
  if (value === undefined) return ok(undefined)
  if (!isJsonArray(value) || value.length > MAX_DETAILS) return malformed('authorization_details')
  const authorized: AuthorizedCredential[] = []
  for (const detail of value) {
    if (!isJsonObject(detail)) return malformed('authorization_details')
    if (detail['type'] !== 'openid_credential') continue
    const configurationId = boundedText(detail['credential_configuration_id'], IDENTIFIER_LIMITS.maxLength)
    const credentialIdentifiers = boundedTexts(detail['credential_identifiers'], IDENTIFIER_LIMITS)
    if (configurationId === undefined || credentialIdentifiers === undefined) {
      return malformed('authorization_details')
    }
    authorized.push({ configurationId, credentialIdentifiers })
  }
  return ok(authorized.length > 0 ? authorized : undefined)
}

function malformed(at: string): Result<never, TokenResponseRefusal> {
  return refuse({ code: 'token_response_malformed', at })
}
