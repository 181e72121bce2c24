/**
 * The parameters of an Authorization Response (OpenID4VP 1.0 §8.1, §8.5), however they travel: what the verifier reads and
 * the wallet writes. Reading is strict about structure and bounded in size, and ignores parameters that it does not know.
 * What the presentations are worth is for the formats and for `dcql/evaluate.ts`.
 */
import {
  defined,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonRefusal,
  type JsonValue,
  parseJsonObject,
  presentParameters,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { RECEIVED } from '@countersign/core/size-limits'
import { type Form, parameter } from '../../oauth/form-parameters.ts'
import type { DcqlQuery } from '../dcql/query.ts'

export type { Form }

export type VpToken = ReadonlyMap<string, readonly string[]>

export type AuthorizationResponse =
  | { readonly kind: 'presentation'; readonly vpToken: VpToken }
  | { readonly kind: 'error'; readonly error: string; readonly description?: string | undefined }

export type ResponseRefusal =
  | { readonly code: 'state_differs' }
  | { readonly code: 'neither_token_nor_error' }
  | { readonly code: 'both_token_and_error' }
  | { readonly code: 'error_malformed' }
  | { readonly code: 'vp_token_malformed'; readonly reason: JsonRefusal['code'] }
  | { readonly code: 'vp_token_empty' }
  | { readonly code: 'too_many_presentations'; readonly max: number }
  | { readonly code: 'query_id_unknown'; readonly queryId: string }
  /** Not an array, an empty one, or an entry that is no text. */
  | { readonly code: 'presentations_malformed'; readonly queryId: string }
  | { readonly code: 'more_than_one_presentation'; readonly queryId: string }

export const RESPONSE_LIMITS = {
  vpTokenBytes: RECEIVED.exchange,
  /** With the names of their queries, and room for what is told apart from them. */
  vpTokenValues: 1000,
  presentations: 10,
  errorLength: 100,
  descriptionLength: 500,
} as const

/** The request that an answer is for. */
export interface AskedRequest {
  /** The `state` that was sent. Undefined: none was, and an answer that has one has a parameter that nobody knows. */
  readonly id: string | undefined
  readonly query: DcqlQuery
}

/** The parameters as they stand in a form, all of them texts: the `vp_token` is JSON in one. */
export function parseAuthorizationResponse(
  form: Form,
  asked: AskedRequest,
): Result<AuthorizationResponse, ResponseRefusal> {
  const parameters = Object.fromEntries(PARAMETERS.map((name) => [name, parameter(form, name)]))
  return readParameters(parameters, asked, () => parseVpToken(parameters['vp_token'] ?? ''))
}

/** The parameters as members of an object (§8.3), where the `vp_token` is one as well. */
export function readResponseObject(
  response: JsonObject,
  asked: AskedRequest,
): Result<AuthorizationResponse, ResponseRefusal> {
  const parameters = presentParameters(response)
  const { vp_token: vpToken } = parameters
  return readParameters(parameters, asked, () =>
    isJsonObject(vpToken) ? ok(vpToken) : refuse({ code: 'vp_token_malformed', reason: 'json_not_object' }),
  )
}

const PARAMETERS = ['state', 'vp_token', 'error', 'error_description'] as const

type Parameters = { readonly [Name in (typeof PARAMETERS)[number]]?: JsonValue | undefined }

/** `tokenOf`: reads the `vp_token`, which is there. */
function readParameters(
  { error, error_description: description, state, vp_token: vpToken }: Parameters,
  { id, query }: AskedRequest,
  tokenOf: () => Result<JsonObject, ResponseRefusal>,
): Result<AuthorizationResponse, ResponseRefusal> {
  if (id !== undefined && state !== id) return refuse({ code: 'state_differs' })
  if (vpToken !== undefined && error !== undefined) return refuse({ code: 'both_token_and_error' })
  if (error !== undefined) return readError(error, description)
  if (vpToken === undefined) return refuse({ code: 'neither_token_nor_error' })
  const token = tokenOf()
  return token.ok ? readVpToken(token.value, query) : token
}

const ERROR_CODE = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/

/** RFC 6749 §4.1.2.1: the characters of an error code. The description is for people, cut and cleaned. */
function readError(
  error: JsonValue,
  description: JsonValue | undefined,
): Result<AuthorizationResponse, ResponseRefusal> {
  if (typeof error !== 'string' || error.length > RESPONSE_LIMITS.errorLength || !ERROR_CODE.test(error))
    return refuse({ code: 'error_malformed' })
  const text = typeof description === 'string' ? description : undefined
  const printable = text?.slice(0, RESPONSE_LIMITS.descriptionLength).replace(/[^\x20-\x7e]/g, '?')
  return ok({ kind: 'error', error, description: printable })
}

function parseVpToken(text: string): Result<JsonObject, ResponseRefusal> {
  const parsed = parseJsonObject(text, {
    maxBytes: RESPONSE_LIMITS.vpTokenBytes,
    maxValues: RESPONSE_LIMITS.vpTokenValues,
    maxDepth: 2,
  })
  return parsed.ok ? parsed : refuse({ code: 'vp_token_malformed', reason: parsed.error.code })
}

/** What the parameter `vp_token` is, or would be. */
export function readVpToken(
  token: JsonObject,
  query: DcqlQuery,
): Result<AuthorizationResponse, ResponseRefusal> {
  const entries = Object.entries(token)
  if (entries.length === 0) return refuse({ code: 'vp_token_empty' })
  if (countPresentations(token) > RESPONSE_LIMITS.presentations) {
    return refuse({ code: 'too_many_presentations', max: RESPONSE_LIMITS.presentations })
  }
  const vpToken = new Map<string, readonly string[]>()
  for (const [queryId, value] of entries) {
    const presentations = readPresentations(queryId, value, query)
    if (!presentations.ok) return presentations
    vpToken.set(queryId, presentations.value)
  }
  return ok({ kind: 'presentation', vpToken })
}

function countPresentations(vpToken: JsonObject): number {
  return Object.values(vpToken).reduce<number>(
    (sum, value) => sum + (isJsonArray(value) ? value.length : 1),
    0,
  )
}

/** §8.1: one presentation, unless the query allows several. */
function readPresentations(
  queryId: string,
  value: JsonValue,
  query: DcqlQuery,
): Result<readonly string[], ResponseRefusal> {
  const asked = query.credentials.find((credential) => credential.id === queryId)
  if (asked === undefined) return refuse({ code: 'query_id_unknown', queryId: queryId.slice(0, 128) })
  if (!isTexts(value)) return refuse({ code: 'presentations_malformed', queryId })
  if (value.length > 1 && !asked.multiple) return refuse({ code: 'more_than_one_presentation', queryId })
  return ok(value)
}

function isTexts(value: JsonValue): value is readonly string[] {
  return (
    isJsonArray(value) &&
    value.length > 0 &&
    value.every((entry) => typeof entry === 'string' && entry !== '')
  )
}

/** Error codes of §8.5 and RFC 6749 §4.1.2.1 that a wallet answers with. */
export type WalletErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'access_denied'
  | 'vp_formats_not_supported'
  | 'invalid_transaction_data'
  | 'wallet_unavailable'

/** Of the request that is answered; absent where it had none. */
export interface RequestState {
  readonly state?: string | undefined
}

/** The parameters of an answer, however they travel. The state goes back as it came (RFC 6749 §4.1.2). */
export interface AnswerParameters {
  readonly vp_token?: Readonly<Record<string, readonly string[]>>
  readonly error?: WalletErrorCode
  readonly error_description?: string
  readonly state?: string
}

/** Throws on an empty token: a partial or empty answer must not be sent. */
export function answerWith({ state }: RequestState, vpToken: VpToken): AnswerParameters {
  const isWhole = vpToken.size > 0 && [...vpToken.values()].every((presentations) => presentations.length > 0)
  if (!isWhole) throw new Error('a vp_token has no empty entries')
  return { vp_token: Object.fromEntries(vpToken), ...(state !== undefined && { state }) }
}

export function errorAnswer(
  { state }: RequestState,
  error: WalletErrorCode,
  description?: string,
): AnswerParameters {
  return defined({ error, error_description: description, state })
}
