/**
 * The test issuer with what stands in front of it: credentials that are prepared first (OpenID4VCI 1.0 §9), tokens that end and are
 * exchanged, and messages that are encrypted (§10), well or badly.
 */
import { randomBytes } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import { decodeJws } from '@countersign/crypto/jose/jws'
import type { DecryptionKey, Recipient } from '@countersign/crypto/jwe-engine'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { parseCredentialRequest } from '@countersign/protocol/openid4vci/credential/credential-request'
import { parseDeferredRequest } from '@countersign/protocol/openid4vci/credential/deferred-request'
import type { Answer } from '@countersign/testing/client/faulty-server'
import {
  startTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
  type TestRequest,
} from './issuer.testing.ts'

type Verdict = 'pending' | 'approved' | Answer

export interface LaterOptions extends Omit<TestIssuerOptions, 'around'> {
  /** In seconds; null: it does not say. Absent: credentials come at once. */
  readonly interval?: number | null
  /** Whether tokens can be exchanged; absent: there is nothing to exchange them with. */
  readonly refreshes?: boolean
  readonly encryption?: TestEncryption | undefined
}

interface TestEncryption {
  readonly request?: JsonObject
  readonly response?: JsonObject
  /** What is sent in the place of the answer. */
  readonly sends?: (answer: string, recipient: Recipient) => string | Promise<string>
}

export interface LaterIssuer extends TestIssuer {
  /** Of those who come again; may be changed. */
  verdict: Verdict
  /** Tokens that are good; whoever has another is told so. */
  readonly goodTokens: Set<string>
  /** Every question at the deferred endpoint, by its transaction. */
  readonly questions: string[]
  /** Bodies at the credential endpoints, as they were sent. */
  readonly bodies: string[]
  /** For whom answers were wanted encrypted. */
  readonly recipients: Recipient[]
  /** What was told after a token had been exchanged. */
  readonly told: string[]
  /** A question is answered when this resolves; may be changed. */
  hold: Promise<unknown> | undefined
  readonly requestKey: DecryptionKey
}

interface State extends Pick<LaterIssuer, 'bodies' | 'goodTokens' | 'questions' | 'recipients' | 'told'> {
  readonly options: LaterOptions
  readonly requestKey: DecryptionKey
  /** What was prepared, by transaction. */
  readonly prepared: Map<string, string>
  readonly refreshTokens: Set<string>
  verdict: Verdict
  hold: Promise<unknown> | undefined
}

const secret = () => randomBytes(16).toString('base64url')
const json = (status: number, body: JsonObject): Answer => ({ status, body: JSON.stringify(body) })
const DEFERRED = '/deferred_credential'
export const KID = 'issuer-key'

export async function startLaterIssuer(options: LaterOptions = {}): Promise<LaterIssuer> {
  const state: State = {
    options,
    requestKey: await joseJwe.makeKey(),
    prepared: new Map(),
    refreshTokens: new Set(),
    goodTokens: new Set(),
    questions: [],
    bodies: [],
    recipients: [],
    told: [],
    verdict: 'pending',
    hold: undefined,
  }
  const issuer = await startTestIssuer({
    ...options,
    around: (request, inner) => front(state, request, inner),
  })
  // The state itself, since tests change members of it.
  return Object.assign(state, issuer)
}

/** As an issuer announces it that can do both. */
export function announced({
  request = {},
  response = {},
}: {
  readonly request?: JsonObject
  readonly response?: JsonObject
} = {}) {
  return {
    request: { enc_values_supported: ['A128GCM', 'A256GCM'], encryption_required: true, ...request },
    response: {
      alg_values_supported: ['ECDH-ES'],
      enc_values_supported: ['A128GCM', 'A256GCM'],
      encryption_required: true,
      ...response,
    },
  }
}

type Inner = (request: TestRequest) => Promise<Answer>

async function front(state: State, request: TestRequest, inner: Inner): Promise<Answer> {
  switch (request.path) {
    case '/.well-known/openid-credential-issuer':
      return withEncryption(state, await inner(request))
    case '/token':
      return token(state, request, inner)
    case '/credential':
      return enveloped(state, request, async (asked) => deferring(state, await inner(asked)))
    case DEFERRED:
      return enveloped(state, request, (asked) => deferred(state, asked))
    case '/notification':
      return tokenOf(request) === undefined || state.options.refreshes === undefined
        ? inner(request)
        : heard(state, request)
    default:
      return inner(request)
  }
}

function withEncryption({ options: { encryption }, requestKey }: State, answer: Answer): Answer {
  if (encryption === undefined) return answer
  const { d: _secret, ...key } = requestKey
  const { request, response } = encryption
  const jwks = { keys: [{ ...key, kid: KID, alg: 'ECDH-ES', use: 'enc' }] }
  return json(answer.status, {
    ...JSON.parse(answer.body),
    ...(request && { credential_request_encryption: { jwks, ...request } }),
    ...(response && { credential_response_encryption: response }),
  })
}

async function token(state: State, request: TestRequest, inner: Inner): Promise<Answer> {
  const form = new URLSearchParams(request.body)
  const { refreshes } = state.options
  if (form.get('grant_type') !== 'refresh_token') {
    const answer = await inner(request)
    if (answer.status !== 200) return answer
    const members = JSON.parse(answer.body)
    state.goodTokens.add(members.access_token)
    return refreshes === undefined ? answer : json(200, { ...members, ...nextRefreshToken(state) })
  }
  // A second use is a theft.
  if (refreshes !== true || !state.refreshTokens.delete(form.get('refresh_token') ?? ''))
    return json(400, { error: 'invalid_grant' })
  const access_token = secret()
  state.goodTokens.add(access_token)
  return json(200, { access_token, token_type: 'DPoP', expires_in: 300, ...nextRefreshToken(state) })
}

function nextRefreshToken({ refreshTokens }: State): JsonObject {
  const refresh_token = secret()
  refreshTokens.add(refresh_token)
  return { refresh_token }
}

/** The same transaction for the same answer, however often it is asked for. */
function deferring({ options: { interval }, prepared }: State, answer: Answer): Answer {
  if (interval === undefined || answer.status !== 200) return answer
  const before = [...prepared].find(([, body]) => body === answer.body)?.[0]
  const transaction = before ?? secret()
  prepared.set(transaction, answer.body)
  return json(202, { transaction_id: transaction, ...(interval !== null && { interval }) })
}

async function deferred(state: State, request: TestRequest): Promise<Answer> {
  const parsed = parseDeferredRequest(JSON.parse(request.body))
  const { interval = 30 } = state.options
  const transaction = parsed.ok ? parsed.value.transactionId : ''
  state.questions.push(transaction)
  await state.hold
  const proof = decodeJws(String(request.headers['dpop']))
  const isBound = proof.ok && typeof proof.value.payload['ath'] === 'string'
  if (!isBound || !state.goodTokens.has(tokenOf(request) ?? '')) return json(401, { error: 'invalid_token' })
  const credentials = state.prepared.get(transaction)
  if (credentials === undefined) return json(400, { error: 'invalid_transaction_id' })
  const { verdict } = state
  if (verdict === 'approved') return { status: 200, body: credentials }
  if (verdict !== 'pending') return verdict
  return json(202, { transaction_id: transaction, ...(interval !== null && { interval }) })
}

async function enveloped(state: State, request: TestRequest, inner: Inner): Promise<Answer> {
  const { encryption } = state.options
  state.bodies.push(request.body)
  if (encryption === undefined) return inner(request)
  const isEncrypted = request.headers['content-type'] === 'application/jwt'
  if (!isEncrypted && encryption.request?.['encryption_required'] === true)
    return json(400, { error: 'invalid_encryption_parameters' })
  const opened = isEncrypted
    ? await joseJwe.decrypt(request.body, [{ key: state.requestKey, keyId: KID }])
    : { ok: true as const, value: request.body }
  if (!opened.ok) return json(400, { error: 'invalid_encryption_parameters' })
  const answer = await inner({ ...request, body: opened.value })
  const recipient = recipientOf(JSON.parse(opened.value))
  if (recipient !== undefined) state.recipients.push(recipient)
  if (recipient === undefined || answer.status >= 300) return answer
  const { sends = (body: string, to: Recipient) => joseJwe.encrypt(body, to) } = encryption
  const body = await sends(answer.body, recipient)
  return { status: answer.status, body, headers: { 'content-type': 'application/jwt' } }
}

function recipientOf(body: JsonObject): Recipient | undefined {
  const asked =
    body['transaction_id'] === undefined ? parseCredentialRequest(body) : parseDeferredRequest(body)
  return asked.ok ? asked.value.responseEncryption : undefined
}

function heard({ told }: State, { body }: TestRequest): Answer {
  told.push(JSON.parse(body).event)
  return { status: 204, body: '' }
}

function tokenOf({ headers }: TestRequest): string | undefined {
  return /^DPoP (.+)$/.exec(headers.authorization ?? '')?.[1]
}
