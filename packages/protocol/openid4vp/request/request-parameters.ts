/**
 * What a request object asks of a wallet (OpenID4VP 1.0 §5), read from a payload whose signature was checked
 * elsewhere. Unknown parameters are ignored, with the exception the specification makes: transaction data that is
 * not understood would let the holder agree to something unseen. `iss` is ignored (§5). Parameters without a value are
 * left out, here as in a URL (docs/decisions/027).
 */
import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  presentParameters,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { HttpPolicy } from '../../oauth/message-values.ts'
import { type DcqlRefusal, parseDcqlQuery } from '../dcql/parse.ts'
import type { DcqlQuery } from '../dcql/query.ts'
import type { AnswerPorts, ResponseModeRefusal } from '../response/response-mode.ts'
import { type AskedPostedMode, isPostedModeName, postedModeNamed } from '../response/response-modes.ts'
import {
  readTransactionData,
  type TransactionDataFault,
  type TransactionEntry,
  type TransactionRules,
} from '../transaction-data/transaction-data.ts'
import type { ClientId } from './client-id.ts'
import { STATIC_DISCOVERY_AUDIENCE } from './request-object.ts'
import { type StatedPurpose, statedPurposes } from './stated-purpose.ts'

export interface RequestParameters {
  /** How the answer travels, and where it goes. */
  readonly answerMode: AskedPostedMode
  readonly nonce: string
  readonly state?: string | undefined
  readonly query: DcqlQuery
  readonly clientMetadata?: JsonObject | undefined
  /** Why it asks, in the verifier's words, one entry a language; empty where it does not say. */
  readonly purposes: readonly StatedPurpose[]
  /** What the holder is to authorise; absent: nothing. */
  readonly transactionData?: readonly TransactionEntry[] | undefined
  /** Epoch seconds; absent where the verifier set no end. */
  readonly expiresAt?: number | undefined
}

export type ParameterRefusal =
  | ResponseModeRefusal
  /** §8.2: the verifier is told, by `answer`; absent: nobody knows whether it is the verifier that would be told. */
  | { readonly code: 'redirect_uri_with_direct_post'; readonly answer?: AskedAnswer }
  | { readonly code: 'transaction_data_unsupported' }
  /** §8.5: the verifier is told, by `answer`. */
  | {
      readonly code: 'transaction_data_invalid'
      readonly fault: TransactionDataFault
      readonly answer: AskedAnswer
    }
  | { readonly code: 'query_not_exactly_one' }
  | { readonly code: 'query_invalid'; readonly reason: DcqlRefusal['code']; readonly at: string }
  | { readonly code: 'state_missing' }
  | { readonly code: 'wallet_nonce_differs' }
  | { readonly code: 'request_expired'; readonly exp: number; readonly now: number }
  | { readonly code: 'request_not_yet_valid'; readonly from: number; readonly now: number }

/** What is needed to say no. */
export type AskedAnswer = Pick<RequestParameters, 'answerMode' | 'state'>

export interface ParameterRules extends Pick<AnswerPorts, 'crypto'> {
  /** Epoch seconds. */
  readonly now: number
  /** Clock difference tolerated, in seconds. */
  readonly skewSeconds: number
  /** The nonce that was sent to `request_uri` by POST; absent: none was. */
  readonly walletNonce?: string | undefined
  /** The client signed it; absent: nobody did. */
  readonly isSigned?: boolean | undefined
  /** Where answers of this client may go, and nowhere else; absent: nobody says. */
  readonly responseUris?: readonly string[] | undefined
  /** Which transaction data is understood; absent: none is. */
  readonly transactions?: TransactionRules | undefined
  /** Where plain http may stand for https; default `https_only`. */
  readonly httpPolicy?: HttpPolicy | undefined
}

type Read<T> = Result<T, ParameterRefusal>

export async function readRequestParameters(
  requestObject: JsonObject,
  client: ClientId,
  rules: ParameterRules,
): Promise<Read<RequestParameters>> {
  const payload = presentParameters(requestObject)
  const refusal = findRefusal(payload, rules)
  if (refusal !== undefined) return refuse(refusal)
  const answerMode = await readAnswerMode(payload, client, rules)
  if (payload['redirect_uri'] !== undefined) return refuse(withRedirectUri(payload, answerMode, rules))
  if (!answerMode.ok) return answerMode
  const query = readQuery(payload)
  if (!query.ok) return query
  const state = readState(payload, query.value)
  if (!state.ok) return state
  const { nonce, client_metadata: clientMetadata, exp } = payload
  if (!isUrlSafe(nonce)) return invalid('nonce')
  const answer = { answerMode: answerMode.value, state: state.value }
  const transactionData = readTransactions(payload, query.value, answer, rules)
  if (!transactionData.ok) return transactionData
  return ok({
    ...answer,
    nonce,
    query: query.value,
    transactionData: transactionData.value,
    clientMetadata: isJsonObject(clientMetadata) ? clientMetadata : undefined,
    purposes: statedPurposes(payload['verifier_info']),
    expiresAt: typeof exp === 'number' ? exp : undefined,
  })
}

function findRefusal(payload: JsonObject, rules: ParameterRules): ParameterRefusal | undefined {
  return (
    findUnsupported(payload) ??
    findTimeRefusal(payload, rules) ??
    findAudienceRefusal(payload) ??
    findNonceRefusal(payload, rules)
  )
}

function findUnsupported(payload: JsonObject): ParameterRefusal | undefined {
  // RFC 9101 §4: a request object holds no other request.
  const nested = ['request', 'request_uri'].find((name) => payload[name] !== undefined)
  if (nested !== undefined) return { code: 'parameter_invalid', parameter: nested }
  if (payload['response_type'] !== 'vp_token') return unsupported(payload, 'response_type')
  if (!isPostedModeName(payload['response_mode'])) return unsupported(payload, 'response_mode')
  const { client_metadata: metadata } = payload
  const isReadable = metadata === undefined || isJsonObject(metadata)
  return isReadable ? undefined : { code: 'parameter_invalid', parameter: 'client_metadata' }
}

function unsupported(payload: JsonObject, parameter: string): ParameterRefusal {
  const code = typeof payload[parameter] === 'string' ? 'parameter_unsupported' : 'parameter_invalid'
  return { code, parameter }
}

/** Times are optional in a request object, but where they stand they hold. */
function findTimeRefusal(payload: JsonObject, rules: ParameterRules): ParameterRefusal | undefined {
  const { now, skewSeconds } = rules
  for (const parameter of ['exp', 'iat', 'nbf']) {
    const time = payload[parameter]
    if (time !== undefined && typeof time !== 'number') return { code: 'parameter_invalid', parameter }
  }
  const { exp, iat, nbf } = payload
  if (typeof exp === 'number' && now >= exp + skewSeconds) return { code: 'request_expired', exp, now }
  const from = [iat, nbf].find((time) => typeof time === 'number' && time > now + skewSeconds)
  return typeof from === 'number' ? { code: 'request_not_yet_valid', from, now } : undefined
}

/** §5.8. A request object for somebody else is refused; one that names nobody is taken. */
function findAudienceRefusal(payload: JsonObject): ParameterRefusal | undefined {
  const { aud } = payload
  if (aud === undefined) return undefined
  const audiences = isJsonArray(aud) ? aud : [aud]
  if (audiences.includes(STATIC_DISCOVERY_AUDIENCE)) return undefined
  return { code: 'parameter_invalid', parameter: 'aud' }
}

/** §5.10.1: who sent a nonce must see it again; who sent none is not shown one. */
function findNonceRefusal(payload: JsonObject, rules: ParameterRules): ParameterRefusal | undefined {
  return payload['wallet_nonce'] === rules.walletNonce ? undefined : { code: 'wallet_nonce_differs' }
}

/** What the mode wants, and what the client's prefix says of the address that the answer goes to (§5.9.3). */
async function readAnswerMode(
  payload: JsonObject,
  client: ClientId,
  rules: ParameterRules,
): Promise<Read<AskedPostedMode>> {
  const { response_mode: name } = payload
  if (!isPostedModeName(name)) return refuse(unsupported(payload, 'response_mode'))
  const mode = postedModeNamed(name)
  const answerMode = await mode.readRequest(payload, rules.httpPolicy ?? 'https_only', rules)
  if (!answerMode.ok) return answerMode
  const { responseUri } = mode.bindingOf(answerMode.value)
  const isAllowed =
    responseUri === undefined ||
    (client.prefix.acceptsResponseUri?.(client.original, responseUri) !== false &&
      rules.responseUris?.includes(responseUri) !== false)
  return isAllowed ? answerMode : refuse({ code: 'response_uri_not_allowed' })
}

/** §8.2: an answer cannot go to both. Who did not sign, or may not be answered there, may be anybody and hears nothing. */
function withRedirectUri(
  { state }: JsonObject,
  answerMode: Read<AskedPostedMode>,
  { isSigned = false }: ParameterRules,
): ParameterRefusal {
  const code = 'redirect_uri_with_direct_post'
  if (!answerMode.ok || !isSigned || (state !== undefined && !isState(state))) return { code }
  return { code, answer: { answerMode: answerMode.value, state } }
}

/** §5.1: exactly one of both. A `scope` stands for a query agreed beforehand, and none is. */
function readQuery(payload: JsonObject): Read<DcqlQuery> {
  const { dcql_query: dcqlQuery, scope } = payload
  if ((dcqlQuery === undefined) === (scope === undefined)) return refuse({ code: 'query_not_exactly_one' })
  if (dcqlQuery === undefined) return refuse({ code: 'parameter_unsupported', parameter: 'scope' })
  const query = parseDcqlQuery(dcqlQuery)
  if (query.ok) return query
  return refuse({ code: 'query_invalid', reason: query.error.code, at: query.error.at })
}

/** §5.3: without holder binding the state is all that ties an answer to its request. */
function readState(payload: JsonObject, query: DcqlQuery): Read<string | undefined> {
  const { state } = payload
  if (state === undefined) {
    const isNeeded = query.credentials.some((credential) => !credential.requireHolderBinding)
    return isNeeded ? refuse({ code: 'state_missing' }) : ok(undefined)
  }
  return isState(state) ? ok(state) : invalid('state')
}

function isState(state: JsonValue): state is string {
  return typeof state === 'string' && state.length <= MAX_STATE_LENGTH
}

const MAX_STATE_LENGTH = 2_048

/** All of it is understood, or none of the request is answered: the holder would agree to something unseen. */
function readTransactions(
  { transaction_data: value }: JsonObject,
  query: DcqlQuery,
  answer: AskedAnswer,
  { transactions }: ParameterRules,
): Read<readonly TransactionEntry[] | undefined> {
  if (value === undefined) return ok(undefined)
  if (transactions === undefined) return refuse({ code: 'transaction_data_unsupported' })
  const read = readTransactionData(value, query, transactions)
  return read.ok ? read : refuse({ code: 'transaction_data_invalid', fault: read.error, answer })
}

/** §5.2: ASCII URL-safe characters. */
function isUrlSafe(nonce: unknown): nonce is string {
  return typeof nonce === 'string' && /^[A-Za-z0-9._~-]{1,512}$/.test(nonce)
}

function invalid(parameter: string): Result<never, ParameterRefusal> {
  return refuse({ code: 'parameter_invalid', parameter })
}
