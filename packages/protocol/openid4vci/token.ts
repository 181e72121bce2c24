/**
 * Token requests and responses (OpenID4VCI 1.0 §6, RFC 6749 §5). Only the wire: whether a code is genuine, spent or
 * guarded by a transaction code is for the issuer and its session. What a grant or a way of client authentication adds
 * to a request stands with its entry in `oauth/`.
 */
import { defined, type JsonObject, type JsonValue, presentMembers } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type PresentedClient, writeClient } from '../oauth/client-authentication/methods.ts'
import { type Form, parameter } from '../oauth/form-parameters.ts'
import {
  type GrantRefusal,
  type GrantRequest,
  type GrantType,
  parseGrantRequest,
  writeGrantRequest,
} from '../oauth/grants/grants.ts'
import { boundedText } from '../oauth/message-values.ts'
import {
  type AuthorizationDetailsRefusal,
  type AuthorizedCredential,
  parseAuthorizationDetails,
  type RequestedCredential,
  readAuthorizedDetails,
  writeAuthorizationDetails,
  writeAuthorizedDetails,
} from './authorization-details.ts'

/** What a token request asks for. */
export type AskedToken<Type extends GrantType = GrantType> = GrantRequest<Type> & {
  /** Of what was offered or authorized, what is asked for by `authorization_details`; absent: all of it, by configuration. */
  readonly requested?: readonly RequestedCredential[] | undefined
}

/** What is asked for, and who asks. */
export type TokenRequest<Type extends GrantType = GrantType> = AskedToken<Type> & {
  readonly client: PresentedClient
}

export type AskedTokenRefusal = GrantRefusal | AuthorizationDetailsRefusal

export interface TokenResponse {
  readonly accessToken: string
  readonly tokenType: 'DPoP' | 'Bearer'
  /** Lifetime from now, in seconds, where the server tells it. */
  readonly expiresInSeconds?: number | undefined
  /** Present where the server names credentials by identifier (§6.2): then requests use these. */
  readonly authorizationDetails?: readonly AuthorizedCredential[] | undefined
  /** Absent where there is none, or none that can be sent (RFC 6749 appendix A.17). */
  readonly refreshToken?: string | undefined
}

export type TokenResponseRefusal =
  | { readonly code: 'token_response_malformed'; readonly at: string }
  | { readonly code: 'token_type_unsupported' }

const MAX_ACCESS_TOKEN_LENGTH = 16_384
const MAX_REFRESH_TOKEN_LENGTH = 16_384

/** Unknown parameters are ignored (§6.1). `issuer`: whose credentials `authorization_details` name. */
export function parseAskedToken(form: Form, issuer: string): Result<AskedToken, AskedTokenRefusal> {
  const grant = parseGrantRequest(form)
  if (!grant.ok) return grant
  const details = parameter(form, 'authorization_details')
  if (details === undefined) return grant
  const requested = parseAuthorizationDetails(details, issuer)
  return requested.ok ? ok({ ...grant.value, requested: requested.value }) : requested
}

/** The body, as `application/x-www-form-urlencoded`. What a client adds in headers, `writeClient` says. */
export function writeTokenRequest(request: TokenRequest): string {
  const { client, requested } = request
  const { form } = writeClient(client)
  const details = requested && { authorization_details: writeAuthorizationDetails(requested) }
  return new URLSearchParams({ ...writeGrantRequest(request), ...form, ...details }).toString()
}

/** `expiresIn` in seconds. Goes with `Cache-Control: no-store`. */
export function writeTokenResponse(response: {
  readonly accessToken: string
  readonly tokenType: 'DPoP' | 'Bearer'
  readonly expiresIn: number
  /** Where the request asked by them (§6.2). */
  readonly authorizationDetails?: readonly AuthorizedCredential[] | undefined
  readonly refreshToken?: string | undefined
}): JsonObject {
  const { authorizationDetails } = response
  return defined({
    access_token: response.accessToken,
    token_type: response.tokenType,
    expires_in: response.expiresIn,
    authorization_details: authorizationDetails && writeAuthorizedDetails(authorizationDetails),
    refresh_token: response.refreshToken,
  })
}

/**
 * Token types are compared without regard to case (RFC 6749 §5.1); other members are ignored. The code is spent by now, so
 * that what is optional and cannot be read counts as absent.
 */
export function parseTokenResponse(answer: JsonObject): Result<TokenResponse, TokenResponseRefusal> {
  const json = presentMembers(answer)
  const accessToken = boundedText(json['access_token'], MAX_ACCESS_TOKEN_LENGTH)
  // The token goes into a header field as it is, so it is visible ASCII (RFC 6749 appendix A.12, without the space).
  if (accessToken === undefined || !/^[\x21-\x7e]+$/.test(accessToken)) return malformed('access_token')
  const tokenType = parseTokenType(json['token_type'])
  if (!tokenType.ok) return tokenType
  const expiresIn = json['expires_in']
  return ok({
    accessToken,
    tokenType: tokenType.value,
    expiresInSeconds: isLifetime(expiresIn) ? expiresIn : undefined,
    authorizationDetails: readAuthorizedDetails(json['authorization_details']),
    refreshToken: readRefreshToken(json['refresh_token']),
  })
}

/** RFC 6749 appendix A.17. */
function readRefreshToken(value: JsonValue | undefined): string | undefined {
  const token = boundedText(value, MAX_REFRESH_TOKEN_LENGTH)
  return token !== undefined && /^[\x20-\x7e]+$/.test(token) ? token : undefined
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

function malformed(at: string): Result<never, TokenResponseRefusal> {
  return refuse({ code: 'token_response_malformed', at })
}
