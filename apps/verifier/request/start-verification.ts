/** Makes a verification session (OpenID4VP 1.0 §5): one store operation, from which any instance can go on. */
import { encodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { findUnknownAuthority, type UnknownAuthority } from '@countersign/protocol/openid4vp/dcql/authorities'
import { type FormatQueryFault, findFormatFault } from '@countersign/protocol/openid4vp/dcql/format-rules'
import { type DcqlRefusal, parseDcqlQuery } from '@countersign/protocol/openid4vp/dcql/parse'
import type { DcqlQuery } from '@countersign/protocol/openid4vp/dcql/query'
import { findUnknownMember, type UnknownMember } from '@countersign/protocol/openid4vp/dcql/unknown-members'
import type { ProvablePrefixName, VerifierClient } from '@countersign/protocol/openid4vp/request/client-id'
import type { BrowserPlaces } from '@countersign/protocol/openid4vp/response/exchange-protocol'
import {
  isBrowserMode,
  type ResponseModeName,
  responseModeNamed,
} from '@countersign/protocol/openid4vp/response/response-modes'
import type { RequestedPolicy, VerificationSession } from '@countersign/protocol/openid4vp/session'
import {
  readTransactionData,
  type TransactionDataFault,
  writeTransactionEntry,
} from '@countersign/protocol/openid4vp/transaction-data/transaction-data'
import { TOLD_WITHIN_SECONDS } from '@countersign/protocol/session-callback'
import { appendEvent } from '@countersign/protocol/session-event'
import {
  type CallbackAddress,
  type CallbackNotAllowed,
  callbackFor,
  findCallbackRefusal,
} from '@countersign/service/callbacks/parse-callback'
import { findPolicyMistake, type PolicyMistake } from '../policies/judge-policies.ts'
import type { Verifier } from '../verifier.ts'
import { type DigitalRequests, digitalRequests } from './digital-request.ts'
import { type BrowserRequest, chooseProtocols, type ProtocolUnavailable } from './exchange-protocols.ts'
import { type AskingVerifier, type RequestPassing, requestUrl } from './write-request.ts'

export interface StartVerification {
  readonly dcqlQuery: JsonObject
  /** Why it is asked, for the wallet's owner. */
  readonly purpose?: string | undefined
  /** What the holder is to authorise beside; absent: nothing. */
  readonly transactionData?: readonly JsonObject[] | undefined
  readonly policies: readonly RequestedPolicy[]
  /** Chosen by the caller; a session under this id must not exist. */
  readonly id?: string | undefined
  /** The wallet's authorization endpoint, custom scheme or https. */
  readonly authorizeBaseUrl: string
  /** Who the verifier is to the wallet; as it is configured when absent. */
  readonly clientIdPrefix?: ProvablePrefixName | undefined
  /** Whether the wallet fetches the request, or has it in the URL; `by_reference` when absent, where it is signed. */
  readonly passing?: RequestPassing | undefined
  /** How the wallet answers; as the verifier is configured when absent. */
  readonly responseMode?: ResponseModeName | undefined
  /** For the response modes in which a page brings the answer from its browser. */
  readonly browser?: BrowserRequest | undefined
  /** `$id` stands for the session id. */
  readonly successRedirectUri?: string | undefined
  readonly errorRedirectUri?: string | undefined
  /** `required`: no result before the browser that began comes back; `allowed` when absent. */
  readonly sameDevice?: 'required' | 'allowed' | undefined
  readonly ttlSeconds?: number | undefined
  /** Who is told of every event; nobody when absent. */
  readonly callback?: CallbackAddress | undefined
  readonly keepPresentations?: boolean | undefined
}

export type StartRefusal =
  | DcqlRefusal
  | FormatQueryFault
  | UnknownMember
  | UnknownAuthority
  | PolicyMistake
  | TransactionMistake
  | ProtocolUnavailable
  | { readonly code: 'format_not_supported'; readonly format: string; readonly supported: readonly string[] }
  | {
      readonly code: 'client_id_prefix_unproven'
      readonly prefix: ProvablePrefixName
      readonly supported: readonly ProvablePrefixName[]
    }
  | { readonly code: 'session_exists'; readonly id: string }
  | { readonly code: 'session_id_guessable'; readonly minimumLength: number }
  /** The browser would have nowhere to come back to. */
  | { readonly code: 'return_without_address' }
  | CallbackNotAllowed

interface TransactionMistake {
  readonly code: 'transaction_data_invalid'
  readonly fault: TransactionDataFault
}

export interface StartedVerification {
  readonly id: string
  /** Opens a wallet; absent where a browser does. */
  readonly url?: string
  /** For `navigator.credentials.get`, where a browser opens the wallet. */
  readonly digital?: DigitalRequests
  readonly expiresAt: number
}

type StartingVerifier = AskingVerifier &
  Pick<
    Verifier,
    | 'sessions'
    | 'trustLists'
    | 'due'
    | 'callbacks'
    | 'policies'
    | 'transactionTypes'
    | 'crypto'
    | 'hpke'
    | 'jwe'
    | 'responseMode'
    | 'baseUrl'
    | 'limits'
  >

export async function startVerification(
  verifier: StartingVerifier,
  request: StartVerification,
): Promise<Result<StartedVerification, StartRefusal>> {
  const query = parseDcqlQuery(request.dcqlQuery, { duplicateClaims: 'refuse' })
  if (!query.ok) return query
  const mistake =
    unsupportedFormat(verifier, query.value) ??
    findFormatFault(query.value.credentials, verifier.formats) ??
    findUnknownMember(request.dcqlQuery, verifier.formats) ??
    findUnknownAuthority(query.value, (url) => verifier.trustLists?.(url) !== undefined) ??
    guessableId(request, query.value) ??
    returnWithoutAddress(request) ??
    findCallbackRefusal(verifier.callbacks, request.callback) ??
    (await findPolicyMistake(verifier.policies, request.policies)) ??
    findTransactionMistake(verifier, request, query.value)
  if (mistake !== undefined) return refuse(mistake)

  const { clientIdPrefix: prefix = verifier.clientIdPrefix } = request
  const client = verifier.clients.get(prefix)
  if (client === undefined) {
    return refuse({ code: 'client_id_prefix_unproven', prefix, supported: [...verifier.clients.keys()] })
  }
  const browser = browserPlaces(request, client, query.value)
  if (!browser.ok) return browser
  const session = await newSession(verifier, request, client, browser.value)
  const { id, expiresAt } = session
  const created = await verifier.sessions.create(id, session, keptForSeconds(verifier, session))
  // Also where it exists: its maker may have died in between, and this is his caller who comes again (docs/decisions/065).
  if (session.callback !== undefined) await verifier.due.put(id, (expiresAt - session.createdAt) * 1000)
  if (!created) return refuse({ code: 'session_exists', id })

  const { authorizeBaseUrl: base, passing = 'by_reference' } = request
  const { answerMode } = session
  if (isBrowserMode(answerMode))
    return ok({ id, digital: await digitalRequests(verifier, session, answerMode), expiresAt })
  return ok({ id, url: await requestUrl(verifier, session, { base, passing }), expiresAt })
}

/** Who wants to be told is told for a day, also of the last event. */
function keptForSeconds({ limits }: StartingVerifier, session: VerificationSession): number {
  const { callback, createdAt, expiresAt } = session
  const told = callback === undefined ? 0 : TOLD_WITHIN_SECONDS
  return expiresAt - createdAt + limits.resultRetentionSeconds + told
}

async function newSession(
  verifier: StartingVerifier,
  request: StartVerification,
  client: VerifierClient,
  browser: BrowserPlaces | undefined,
): Promise<VerificationSession> {
  const id = request.id ?? encodeBase64url(verifier.crypto.randomBytes(16))
  const now = verifier.now()
  const withId = (uri: string | undefined) => uri?.replaceAll('$id', id)
  const { callback } = request
  const responseUri = `${verifier.baseUrl}/openid4vc/verify/${id}`
  const mode = responseModeNamed(request.responseMode ?? verifier.responseMode)
  // What nobody signs has no other place than the link.
  const isByValue = browser === undefined && (request.passing === 'by_value' || client.header === undefined)
  return {
    state: 'created',
    id,
    createdAt: now,
    expiresAt: now + (request.ttlSeconds ?? verifier.limits.sessionTtlSeconds),
    dcqlQuery: request.dcqlQuery,
    purpose: request.purpose,
    transactionData: request.transactionData?.map(writeTransactionEntry),
    nonce: encodeBase64url(verifier.crypto.randomBytes(24)),
    clientId: client.clientIdFor(responseUri),
    requestPassing: isByValue ? 'by_value' : undefined,
    answerMode: await mode.begin({ responseUri, browser }, verifier),
    policies: request.policies,
    successRedirectUri: withId(request.successRedirectUri),
    errorRedirectUri: withId(request.errorRedirectUri),
    sameDevice: request.sameDevice === 'required' ? 'required' : undefined,
    attempts: [],
    events: appendEvent([], 'created', now),
    callback: callback && callbackFor(callback, id),
    keepPresentations: request.keepPresentations === true ? true : undefined,
  }
}

function browserPlaces(
  { browser, responseMode }: StartVerification,
  client: VerifierClient,
  query: DcqlQuery,
): Result<BrowserPlaces | undefined, ProtocolUnavailable> {
  if (browser === undefined) return ok(undefined)
  const protocols = chooseProtocols(browser, { client, query, responseMode })
  return protocols.ok ? ok({ origins: browser.expectedOrigins, protocols: protocols.value }) : protocols
}

function unsupportedFormat({ formats }: StartingVerifier, query: DcqlQuery): StartRefusal | undefined {
  const stranger = query.credentials.find(({ format }) => formats.get(format) === undefined)
  if (stranger === undefined) return undefined
  return { code: 'format_not_supported', format: stranger.format, supported: formats.ids }
}

/** As the wallet will read it, so that none is asked what none can confirm. */
function findTransactionMistake(
  { formats, transactionTypes: types }: StartingVerifier,
  { transactionData }: StartVerification,
  query: DcqlQuery,
): TransactionMistake | undefined {
  if (transactionData === undefined) return undefined
  const read = readTransactionData(transactionData.map(writeTransactionEntry), query, { types, formats })
  return read.ok ? undefined : { code: 'transaction_data_invalid', fault: read.error }
}

/** Base64url characters of 128 bits. */
const UNGUESSABLE_LENGTH = 22

/** OpenID4VP §5.3: without holder binding the state is all that binds an answer to its request, and it is the id. */
function guessableId(request: StartVerification, query: DcqlQuery): StartRefusal | undefined {
  const waived = query.credentials.some((credential) => !credential.requireHolderBinding)
  const short = request.id !== undefined && request.id.length < UNGUESSABLE_LENGTH
  return waived && short ? { code: 'session_id_guessable', minimumLength: UNGUESSABLE_LENGTH } : undefined
}

function returnWithoutAddress({
  sameDevice,
  successRedirectUri,
}: StartVerification): StartRefusal | undefined {
  if (sameDevice !== 'required' || successRedirectUri !== undefined) return undefined
  return { code: 'return_without_address' }
}
