/** Refusals of the use cases as HTTP errors: every public text of the verifier is here. */
import type { AuthorizationResponseRefused } from '@countersign/api/verifier/wallet'
import type { JsonRefusal } from '@countersign/core/json'
import { didYouMean } from '@countersign/core/nearest-word'
import { SESSION_ID_RULE } from '@countersign/core/session-id'
import { RECEIVED } from '@countersign/core/size-limits'
import type { Check } from '@countersign/credential/contract/checks'
import type { FormatQueryFault } from '@countersign/protocol/openid4vp/dcql/format-rules'
import { DCQL_LIMITS, type DcqlRefusal } from '@countersign/protocol/openid4vp/dcql/parse'
import { RESPONSE_LIMITS } from '@countersign/protocol/openid4vp/response/authorization-response'
import type { TransactionDataFault } from '@countersign/protocol/openid4vp/transaction-data/transaction-data'
import { CALLBACK_MISTAKES, callbackNotAllowed } from '@countersign/service/callbacks/parse-callback'
import { type WireError, type WireErrors, wireError } from '@countersign/service/http/answers/wire-errors'
import type { DigitalRefusal } from '../request/digital-request.ts'
import type { ProtocolFault } from '../request/exchange-protocols.ts'
import type { ServeRefusal } from '../request/serve-request.ts'
import type { StartRefusal } from '../request/start-verification.ts'
import type { ReceiveRefusal } from '../response/receive-presentation.ts'
import type { TakeReturnRefusal } from '../response/take-return.ts'
import type { StartMistake } from './start-request.ts'

/** Word for word what scripts of the field look for when a session is not to be found. */
export const sessionUnknown: WireError = {
  status: 404,
  message: 'No active verification session found by the given id',
  refusal: 'session_unknown',
  body: {
    exception: true,
    status: 'Not Found',
    code: '404',
    message: 'No active verification session found by the given id',
  },
}

export const notVerified: WireError = {
  status: 409,
  message: 'Nothing is verified: there are presented credentials where verificationResult is true',
}

export const presentationsNotKept: WireError = {
  status: 409,
  message:
    'The presentations were not kept: start the verification with keepPresentations, or ask for viewMode=simple',
}

/** The body and the headers of a call that starts a verification. */
const mistakes: WireErrors<StartMistake> = {
  query_not_exactly_one: () => badRequest('exactly one of dcql_query and request_credentials is required'),
  requested_format_unknown: ({ at, format, known }) =>
    badRequest(`${at}: the format ${format} is not known; only ${known.join(', ')} can be asked for`),
  type_missing: ({ at, member }) => badRequest(`${at}: ${member} is missing, which names the type`),
  type_not_literal: ({ at }) =>
    badRequest(`${at}: the type must be a plain text of at most 500 characters, not a pattern`),
  field_path_not_plain: ({ at }) =>
    badRequest(`${at}: a field path must be plain member names, like $.address.locality`),
  field_paths_differ: ({ at }) =>
    badRequest(`${at}: the paths of a field must lead to one claim: DCQL has no alternatives to it`),
  field_filter_not_values: ({ at, path }) =>
    badRequest(
      `${at}: the filter of ${path.slice(0, 100)} must be const, enum or a pattern like ^text$, which DCQL has as values`,
    ),
  descriptor_formats_not_one: ({ at }) =>
    badRequest(`${at}: the entry and its input_descriptor must name one and the same format`),
  type_not_one: ({ at, member }) =>
    badRequest(`${at}: the type must be named once, by ${member}, which is the format's name for it`),
  link_not_allowed: ({ header }) =>
    badRequest(`${header} must be a URL with scheme and host, without spaces, and no script`),
  session_id_malformed: ({ header }) => badRequest(`${header} must be ${SESSION_ID_RULE}`),
  session_ttl_out_of_range: ({ header, minimum, maximum }) =>
    badRequest(`${header} must be a whole number of seconds from ${minimum} to ${maximum}`),
  setting_unsupported: ({ header, supported }) => badRequest(`${header} can only be ${supported.join(', ')}`),
  callback_malformed: ({ code }) => badRequest(CALLBACK_MISTAKES[code]),
  callback_key_malformed: ({ code }) => badRequest(CALLBACK_MISTAKES[code]),
  callback_key_alone: ({ code }) => badRequest(CALLBACK_MISTAKES[code]),
  expected_origins_missing: () =>
    badRequest('expected_origins is needed for this responseMode: the origins of the page that asks'),
  origin_malformed: ({ origin }) =>
    badRequest(
      `expected_origins: ${origin.slice(0, 100)} must be an origin as browsers write it, like https://shop.example: no path, nothing in capitals, no port that goes without saying; http is for this machine, in development`,
    ),
  exchange_protocol_unknown: ({ known }) => badRequest(`exchange_protocols can only be ${known.join(', ')}`),
  only_for_browsers: ({ member }) => badRequest(`${member} is for responseMode dc_api and dc_api.jwt alone`),
  not_for_browsers: ({ header }) =>
    badRequest(`${header} has no meaning with this responseMode: no link opens the wallet, a browser does`),
}

export function startMistake(mistake: StartMistake): WireError {
  return wireError(mistakes, mistake)
}

const types = {
  object: 'an object',
  list: 'a list',
  text: 'a text',
  boolean: 'true or false',
  value: 'a text, a whole number below 2^53, or true or false',
} as const

const queryRefusals: WireErrors<DcqlRefusal | FormatQueryFault> = {
  missing: ({ at }) => invalidQuery(at, 'it is missing'),
  empty: ({ at }) => invalidQuery(at, 'it must not be empty'),
  wrong_type: ({ at, expected }) => invalidQuery(at, `it must be ${types[expected]}`),
  too_many: ({ at, max }) => invalidQuery(at, `it may have at most ${max} entries`),
  too_many_claims: ({ at, max }) => invalidQuery(at, `they may ask for at most ${max} claims in all`),
  too_long: ({ at, max }) => invalidQuery(at, `it may have at most ${max} characters`),
  malformed_id: ({ at }) => invalidQuery(at, 'an id consists of A-Z a-z 0-9 _ -'),
  duplicate_id: ({ at }) => invalidQuery(at, 'another entry has the same id'),
  unknown_id: ({ at }) => invalidQuery(at, 'nothing in the query has this id'),
  claim_sets_without_claims: ({ at }) => invalidQuery(at, 'claim_sets needs claims to choose from'),
  claim_without_id: ({ at }) => invalidQuery(at, 'with claim_sets every claim needs an id'),
  malformed_path: ({ at }) =>
    invalidQuery(at, 'a path consists of member names, whole numbers from 0, and null'),
  duplicate_claim: ({ at }) => invalidQuery(at, 'another claim has the same path'),
  malformed_meta: ({ at }) =>
    invalidQuery(
      at,
      `it may be nested ${DCQL_LIMITS.metaDepth} deep, with ${DCQL_LIMITS.metaNodes} values and texts of ${DCQL_LIMITS.textLength} characters`,
    ),
  meta_not_of_format: ({ at, format }) =>
    invalidQuery(
      at,
      `it does not name a type as ${format} does: vct_values is a list of texts, type_values a list of lists of texts, doctype_value a text`,
    ),
  path_not_of_format: ({ at, format }) =>
    invalidQuery(at, `${format} has no claim there: a path in an mdoc is a namespace and a data element`),
}

const kinds: Readonly<Record<Extract<TransactionDataFault, { code: 'member_wrong' }>['expected'], string>> = {
  text: 'a text of at most 2000 characters',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date like 2027-12-31',
  currency: 'a currency like EUR',
  amount: 'a text with an amount like 23.58',
  value: 'a text, a number, or true or false',
  object: 'an object',
  list: 'a list of 1 to 50 objects',
}

const transactionFaults: WireErrors<TransactionDataFault> = {
  entries_wrong: ({ at, max }) => badRequest(`${at} must be a list of 1 to ${max} objects`),
  entries_too_large: ({ at, max }) => badRequest(`${at} is too large: encoded, at most ${max} characters`),
  entry_unreadable: ({ at }) => badRequest(`${at} cannot be carried as JSON`),
  entry_repeated: ({ at }) => badRequest(`${at} is there twice`),
  type_unknown: ({ at, type }) =>
    badRequest(
      `${at}: the type ${type} is not known; GET /openid4vc/transaction-data-profiles lists those that are, and transactionDataProfiles adds others`,
    ),
  member_missing: ({ at }) => badRequest(`${at} is missing`),
  member_unknown: ({ at }) => badRequest(`${at} is not known to its type: holders would not be shown it`),
  member_wrong: ({ at, expected }) => badRequest(`${at} must be ${kinds[expected]}`),
  credential_ids_wrong: ({ at }) =>
    badRequest(`${at} must be a list of ids of credential queries, each once`),
  credential_unknown: ({ at }) => badRequest(`${at} names a credential query that the query does not have`),
  credential_unbound: ({ at }) =>
    badRequest(`${at} names a credential whose holder binding is waived: nobody would sign for it`),
  format_cannot_confirm: ({ at, format }) =>
    badRequest(`${at} names a credential of the format ${format}, which cannot carry transaction data`),
  hash_unsupported: ({ at }) =>
    badRequest(
      `${at}: transaction_data_hashes_alg must have sha-256, sha-384 or sha-512, and all entries for one credential one of them in common`,
    ),
  avoidable: ({ at }) =>
    badRequest(`${at}: a wallet can answer the query without any of these credentials; ask for one of them`),
}

const PROTOCOL_FAULTS: Readonly<Record<ProtocolFault, string>> = {
  not_signed: 'under clientIdPrefix redirect_uri nobody signs',
  several_origins: 'what it binds answers to is one origin, so there can be one of expected_origins alone',
  not_encrypted: 'it has no answer in the clear, and needs responseMode dc_api.jwt',
  other_format: 'it asks for mdocs alone',
  no_claims: 'it asks for elements, so every credential query needs claims',
  alternatives: 'it has no claim_sets and no credential_sets',
  values: 'it does not ask for values of claims',
  trusted_authorities: 'it does not say whom you trust',
  several_of_one: 'it has no multiple',
  same_type_twice: 'it asks for a type of document once',
}

const startRefusals: WireErrors<StartRefusal> = {
  ...queryRefusals,
  unknown_member: ({ at, name, nearest }) =>
    invalidQuery(at, `${name.slice(0, 60)} is not known to DCQL there${didYouMean(nearest)}`),
  authority_type_unknown: ({ at, known, type }) =>
    invalidQuery(at, `${type.slice(0, 60)} is not known here; known: ${known.join(', ')}`),
  trust_list_unknown: ({ at, url }) =>
    invalidQuery(at, `${url.slice(0, 200)} is not the listUrl of any entry of trustedIssuers`),
  client_id_prefix_unproven: ({ prefix, supported }) =>
    badRequest(
      `This verifier has nothing to show for clientIdPrefix ${prefix}; it can be ${supported.join(', ')}`,
    ),
  callback_not_allowed: ({ reason }) => badRequest(callbackNotAllowed(reason)),
  transaction_data_invalid: ({ fault }) => wireError(transactionFaults, fault),
  exchange_protocol_unavailable: ({ protocol, reason }) =>
    badRequest(`The request cannot be offered by ${protocol}: ${PROTOCOL_FAULTS[reason]}`),
  session_exists: ({ id }) => conflict(`A session with the id ${id} exists already`),
  session_id_guessable: ({ minimumLength }) =>
    badRequest(`Without holder binding stateId must have at least ${minimumLength} random characters`),
  return_without_address: () =>
    badRequest(
      'sameDevice required needs successRedirectUri: the browser comes back there with its response code',
    ),
  format_not_supported: ({ format, supported }) =>
    badRequest(`The format ${format} is not supported; supported: ${supported.join(', ')}`),
  policy_unknown: ({ policy, known }) => badRequest(`Unknown policy ${policy}; known: ${known.join(', ')}`),
  policy_refused: ({ policy, reason }) => badRequest(`The policy ${policy} is not supported: ${reason}`),
  policy_arguments: ({ policy, expected }) => badRequest(`The policy ${policy} takes ${expected} as args`),
}

export function startError(refusal: StartRefusal): WireError {
  return wireError(startRefusals, refusal)
}

const returnRefusals: WireErrors<TakeReturnRefusal> = {
  session_unknown: () => sessionUnknown,
  response_code_wrong: () => badRequest('responseCode is no response code of this session'),
  already_returned: () =>
    conflict('A response code of this session has been exchanged already: read the session'),
  attempt_outranked: () => conflict('An answer was taken, and this response code is of another attempt'),
  returned_too_late: () => conflict('The session was decided before the browser came back'),
}

export function returnError(refusal: TakeReturnRefusal): WireError {
  return wireError(returnRefusals, refusal)
}

function conflict(message: string): WireError {
  return { status: 409, message }
}

function invalidQuery(at: DcqlRefusal['at'], expected: string): WireError {
  return badRequest(`dcql_query is not valid at ${at}: ${expected}`)
}

function badRequest(message: string): WireError {
  return { status: 400, message }
}

const json: Readonly<Record<JsonRefusal['code'], string>> = {
  json_invalid: 'it is not valid JSON',
  json_too_large: `it is too large, limit ${RESPONSE_LIMITS.vpTokenBytes} bytes and ${RESPONSE_LIMITS.vpTokenValues} values`,
  json_too_deep: 'it is nested more deeply than lists in an object',
  json_not_object: 'it is no object',
  json_duplicate_member: 'it has a member twice',
  json_number_unsafe: 'it has a number that cannot be carried',
}

const encryption: Readonly<
  Record<Extract<ReceiveRefusal, { readonly code: 'response_undecryptable' }>['reason'], string>
> = {
  jwe_malformed: 'must be an encrypted message (JWE) in compact serialization',
  jwe_algorithm_unsupported: 'must be encrypted by ECDH-ES with A128GCM or A256GCM, without extensions',
  jwe_key_unknown: 'must be encrypted for the key in client_metadata of this request',
  jwe_undecryptable: 'cannot be decrypted by the key of this request',
}

const notJudged: WireError = {
  status: 503,
  message: 'The presentation cannot be judged at the moment; try again',
  headers: { 'retry-after': '5' },
}

/** What a wallet is told (OpenID4VP 1.0 §8.2): enough to repair an honest mistake, nothing that helps an attacker. */
const receiveRefusals: WireErrors<ReceiveRefusal> = {
  session_unknown: () => sessionUnknown,
  session_expired: () => invalidRequest('This request has expired'),
  already_answered: () => invalidRequest('This request has been answered already'),
  presentation_unbound: ({ checks }) =>
    invalidRequest(`The presentation cannot be accepted: ${reasons(checks)}${clockHint(checks)}`),
  answers_too_many: ({ retryAfterSeconds }) => ({
    status: 429,
    message: 'Too many answers to this request; try again later',
    headers: { 'retry-after': String(retryAfterSeconds) },
  }),
  issuer_key_unavailable: () => notJudged,
  trust_list_unavailable: () => notJudged,
  answer_through_browser: () =>
    invalidRequest(
      'This request was made through a browser: its page brings the answer, as JSON with protocol and data',
    ),
  answer_by_post: () => invalidRequest('This request is answered by a form that the wallet posts'),
  exchange_protocol_not_asked: ({ asked }) =>
    unreadable(`protocol must be one that the request was offered in: ${asked.join(', ')}`),
  origin_missing: () =>
    unreadable('origin is needed, of the page that asked: several are expected for this request'),
  device_response_unreadable: ({ reason }) =>
    unreadable(
      reason === 'malformed'
        ? 'response must be an EncryptedResponse with a DeviceResponse (ISO/IEC TS 18013-7 annex C)'
        : 'response cannot be decrypted by the key of this request, for this origin',
    ),
  document_not_asked: ({ docType }) => unreadable(`nobody asked for a document of the type ${docType}`),
  origin_not_expected: () => unreadable('origin is none of the expected origins of this request'),
  response_not_encrypted: () =>
    unreadable('this request wants an encrypted answer: response, and no vp_token in the clear'),
  response_undecryptable: ({ reason }) => unreadable(`response ${encryption[reason]}`),
  response_malformed: ({ reason }) =>
    unreadable(`response must contain the parameters as a JSON object: ${json[reason]}`),
  state_differs: () => unreadable('state must be the state of this request'),
  neither_token_nor_error: () => unreadable('vp_token or error is needed'),
  both_token_and_error: () => unreadable('vp_token and error exclude each other'),
  error_malformed: () =>
    unreadable(
      `error must be 1 to ${RESPONSE_LIMITS.errorLength} printable ASCII characters without quote and backslash`,
    ),
  vp_token_malformed: ({ reason }) =>
    unreadable(`vp_token must be a JSON object of lists of texts: ${json[reason]}`),
  vp_token_empty: () => unreadable('vp_token has no presentation'),
  too_many_presentations: ({ max }) => unreadable(`vp_token may have at most ${max} presentations`),
  query_id_unknown: ({ queryId }) =>
    unreadable(`vp_token answers ${queryId}, and no credential query has that id`),
  presentations_malformed: ({ queryId }) =>
    unreadable(`the entry ${queryId} of vp_token must be a list of at least one non-empty text`),
  more_than_one_presentation: ({ queryId }) =>
    unreadable(`the entry ${queryId} of vp_token may have one presentation only`),
}

export function receiveError(refusal: ReceiveRefusal): WireError {
  return wireError(receiveRefusals, refusal)
}

/** JSON, but not the one that a browser's credential is. */
export const credentialMalformed = unreadable('as JSON it has protocol, a text, and data, an object')

const serveRefusals: WireErrors<ServeRefusal> = {
  ...receiveRefusals,
  wallet_metadata_malformed: ({ reason }) =>
    invalidRequest(
      reason === 'wrong_type'
        ? 'wallet_metadata: client_id_prefixes_supported must be a list of texts, issuer a URL, jwks a JWK Set, and request_object_encryption_alg_values_supported and request_object_encryption_enc_values_supported lists'
        : `wallet_metadata must be a JSON object: ${json[reason]}`,
    ),
  request_through_browser: () =>
    invalidRequest('This request is not fetched: the page that asks hands it to its browser'),
  request_not_by_reference: () =>
    invalidRequest('This request is not fetched: it stands in the URL that opens the wallet'),
  request_encryption_unsupported: ({ parameter }) =>
    invalidRequest(
      `wallet_metadata asks for an encrypted request, and nothing in its ${parameter} can be used: a key on P-256 for ECDH-ES and A128GCM or A256GCM are needed`,
    ),
  client_id_prefix_not_taken: ({ prefix }) =>
    invalidRequest(
      `client_id_prefixes_supported of wallet_metadata is without ${prefix}, the prefix of this request`,
    ),
}

export function serveError(refusal: ServeRefusal): WireError {
  return wireError(serveRefusals, refusal)
}

const digitalRefusals: WireErrors<DigitalRefusal> = {
  session_unknown: () => sessionUnknown,
  answered_by_post: () => conflict('This session has a URL that opens a wallet, and no request for browsers'),
  request_expired: () => conflict('This request has expired'),
}

export function digitalError(refusal: DigitalRefusal): WireError {
  return wireError(digitalRefusals, refusal)
}

function reasonOf({ detail, name }: Check): string {
  return detail === 'credential_too_large' ? `${detail} (${CREDENTIAL_SIZES})` : (detail ?? name)
}

const CREDENTIAL_SIZES = `limit ${RECEIVED.credential} characters, with its presentation ${RECEIVED.presentation}`

function reasons(checks: readonly Check[]): string {
  return [...new Set(checks.map(reasonOf))].slice(0, 5).join(', ')
}

/** Where a time was the reason the wallet's clock may be the cause; ours stands in the `Date` of every answer. */
function clockHint(checks: readonly Check[]): string {
  return checks.some(({ detail = '' }) => /^(kb|vp)_(too_old|from_future|expired)/.test(detail))
    ? '; a clock may be wrong, the one here is in the Date header'
    : ''
}

function unreadable(expected: string): WireError {
  return invalidRequest(`The response cannot be read: ${expected}`)
}

function invalidRequest(message: string): WireError {
  return { status: 400, code: 'invalid_request', message }
}

/**
 * OpenID4VP 1.0 §8.2. A refused presentation is a 400 for the wallet, with the way on for its user where the relying
 * party gave one. The wallet is not told why: the relying party is.
 */
export function presentationRefused(next: string | undefined): WireError {
  const body = { error: 'access_denied', error_description: 'The presentation was not accepted' }
  const told: AuthorizationResponseRefused =
    next === undefined ? body : { ...body, redirect_uri: next, error_uri: next }
  return { status: 400, message: body.error_description, refusal: 'presentation_refused', body: told }
}
