/**
 * The parameters of an Authorization Response (OpenID4VP 1.0 §8.1, §8.5), however they travel: what the verifier reads and
 * the wallet writes. Reading is strict about structure and bounded in size, and ignores parameters that it does not know.
 * What the presentations are worth is for the formats and for `dcql/evaluate.ts`.
 */
import {
  defined,
  isJsonArray,
  type JsonObject,
  type JsonRefusal,
  type JsonValue,
  parseJsonObject,
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

/** The request that an answer is for: its id is the `state` that was sent. */
export interface AskedRequest {
  readonly id: string
  readonly query: DcqlQuery
}

export function parseAuthorizationResponse(
  form: Form,
  asked: AskedRequest,
): Result<AuthorizationResponse, ResponseRefusal> {
  if (parameter(form, 'state') !== asked.id) return refuse({ code: 'state_differs' })
  const vpToken = parameter(form, 'vp_token')
  const error = parameter(form, 'error')
  if (vpToken !== undefined && error !== undefined) return refuse({ code: 'both_token_and_error' })
  if (error !== undefined) return readError(error, parameter(form, 'error_description'))
  return vpToken === undefined
    ? refuse({ code: 'neither_token_nor_error' })
    : readVpToken(vpToken, asked.query)
}

/** RFC 6749 §4.1.2.1: the characters of an error code. The description is for people, cut and cleaned. */
function readError(
  error: string,
  description: string | undefined,
): Result<AuthorizationResponse, ResponseRefusal> {
  const isCode = error.length <= RESPONSE_LIMITS.errorLength && /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(error)
  if (!isCode) return refuse({ code: 'error_malformed' })
  const printable = description?.slice(0, RESPONSE_LIMITS.descriptionLength).replace(/[^\x20-\x7e]/g, '?')
  return ok({ kind: 'error', error, description: printable })
}

function readVpToken(text: string, query: DcqlQuery): Result<AuthorizationResponse, ResponseRefusal> {
  const parsed = parseJsonObject(text, {
    maxBytes: RESPONSE_LIMITS.vpTokenBytes,
    maxValues: RESPONSE_LIMITS.vpTokenValues,
    maxDepth: 2,
  })
  if (!parsed.ok) return refuse({ code: 'vp_token_malformed', reason: parsed.error.code })
  const entries = Object.entries(parsed.value)
  if (entries.length === 0) return refuse({ code: 'vp_token_empty' })
  if (countPresentations(parsed.value) > RESPONSE_LIMITS.presentations) {
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

/** The form body that carries presentations. Throws on an empty token: a partial or empty answer must not be sent. */
export function writeAuthorizationResponse(request: RequestState, vpToken: VpToken): string {
  const isWhole = vpToken.size > 0 && [...vpToken.values()].every((presentations) => presentations.length > 0)
  if (!isWhole) throw new Error('a vp_token has no empty entries')
  return writeForm({ vp_token: JSON.stringify(Object.fromEntries(vpToken)) }, request)
}

export function writeErrorResponse(
  request: RequestState,
  error: WalletErrorCode,
  description?: string,
): string {
  return writeForm(defined({ error, error_description: description }), request)
}

/** The state goes back as it came (RFC 6749 §4.1.2). */
function writeForm(parameters: Readonly<Record<string, string>>, request: RequestState): string {
  const form = new URLSearchParams(parameters)
  if (request.state !== undefined) form.set('state', request.state)
  return form.toString()
}
