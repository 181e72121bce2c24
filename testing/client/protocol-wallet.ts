/**
 * A wallet that takes one protocol step at a time, for tests and benchmarks that look between the steps. It holds what
 * a real wallet holds (keys, codes, tokens) and leaves every decision, when to go on and when to try again, to the test.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath, CredentialFormat, RequestBinding } from '@countersign/credential/contract/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import type { Signer } from '@countersign/crypto/engine'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { ANONYMOUS_CLIENT } from '@countersign/protocol/oauth/client-authentication/none'
import { createDpopProof } from '@countersign/protocol/oauth/dpop'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { parseCredentialOffer, parseOfferUrl } from '@countersign/protocol/openid4vci/offer'
import { createKeyProof } from '@countersign/protocol/openid4vci/proof/jwt-proof'
import { writeTokenRequest } from '@countersign/protocol/openid4vci/token'
import { parseAuthorizationRequestUrl } from '@countersign/protocol/openid4vp/request/request-url'
import { answerWith } from '@countersign/protocol/openid4vp/response/authorization-response'
import {
  isResponseModeName,
  responseModeNamed,
} from '@countersign/protocol/openid4vp/response/response-modes'
import { now } from '../people/keys.ts'
import { type Answer, call, postForm, postJson } from './http.ts'

export const identityType = 'urn:countersign:identity-credential:1'
export const identityConfiguration = 'identity_credential_dc+sd-jwt'

export interface ParsedOffer {
  readonly issuer: string
  readonly code: string
  readonly configurationIds: readonly string[]
}

/** Where an offer by reference is fetched. */
export function offerUri(offerUrl: string): string {
  const parsed = parseOfferUrl(offerUrl, 'loopback')
  if (!parsed.ok || parsed.value.kind !== 'reference')
    throw new Error(`not an offer by reference: ${offerUrl}`)
  return parsed.value.uri
}

export function readOffer(json: Record<string, unknown>): ParsedOffer {
  const parsed = parseCredentialOffer(json as never, 'loopback')
  if (!parsed.ok) throw new Error(`not an offer: ${JSON.stringify(parsed.error)}`)
  const { issuer, configurationIds, grants } = parsed.value
  return { issuer, configurationIds, code: grants[PRE_AUTHORIZED_CODE]?.code ?? '' }
}

export interface Sender {
  /** Absent: a bearer client. */
  readonly dpopKey?: Signer
}

/** Every call makes a fresh proof, as RFC 9449 asks. */
export async function senderHeaders(
  sender: Sender,
  url: string,
  accessToken?: string,
): Promise<Record<string, string>> {
  if (sender.dpopKey === undefined) {
    return accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }
  }
  const bound = accessToken === undefined ? {} : { accessToken }
  const proof = await createDpopProof(
    { signer: sender.dpopKey, method: 'POST', url, now: now(), jti: randomUUID(), ...bound },
    nodeCrypto,
  )
  return { dpop: proof, ...(accessToken !== undefined && { authorization: `DPoP ${accessToken}` }) }
}

export async function requestToken(offer: ParsedOffer, sender: Sender, txCode?: string): Promise<Answer> {
  const url = `${offer.issuer}/token`
  const form = writeTokenRequest({
    grantType: PRE_AUTHORIZED_CODE,
    preAuthorizedCode: offer.code,
    txCode,
    client: ANONYMOUS_CLIENT,
  })
  return postForm(url, form, await senderHeaders(sender, url))
}

export async function requestNonce(issuer: string): Promise<Answer> {
  return call(`${issuer}/nonce`, { method: 'POST' })
}

export function keyProof(issuer: string, nonce: string, holder: Signer): Promise<string> {
  return createKeyProof({ signer: holder, issuer, nonce, now: now(), keyReference: 'jwk' })
}

export interface CredentialCall {
  readonly accessToken: string
  readonly configurationId: string
  readonly proof: string
}

export async function requestCredential(
  issuer: string,
  sender: Sender,
  request: CredentialCall,
): Promise<Answer> {
  const url = `${issuer}/credential`
  const body = { credential_configuration_id: request.configurationId, proofs: { jwt: [request.proof] } }
  return postJson(url, body, await senderHeaders(sender, url, request.accessToken))
}

/** Comes again for what it was told to wait for. */
export async function requestDeferred(
  issuer: string,
  sender: Sender,
  { accessToken, transactionId }: { readonly accessToken: string; readonly transactionId: string },
): Promise<Answer> {
  const url = `${issuer}/deferred_credential`
  return postJson(url, { transaction_id: transactionId }, await senderHeaders(sender, url, accessToken))
}

export function credentialOf(answer: Answer): string {
  const { credentials } = answer.json() as { credentials?: { credential: string }[] }
  const credential = credentials?.[0]?.credential
  if (credential === undefined) throw new Error(`no credential in: ${answer.text}`)
  return credential
}

/** By which the issuer of a credential response hears what became of it. */
export function notificationIdOf(answer: Answer): string {
  const { notification_id: id } = answer.json()
  if (typeof id !== 'string') throw new Error(`no notification_id in: ${answer.text}`)
  return id
}

export async function sendNotification(
  issuer: string,
  sender: Sender,
  { accessToken, ...body }: { accessToken: string; notification_id: string; event: string },
): Promise<Answer> {
  const url = `${issuer}/notification`
  return postJson(url, body, await senderHeaders(sender, url, accessToken))
}

export interface ReceivedRequest {
  readonly clientId: string
  readonly responseUri: string
  readonly nonce: string
  readonly state: string
  readonly queryIds: readonly string[]
  /** All that the verifier signed. */
  readonly payload: JsonObject
}

/** Where a request by reference is fetched. */
export function requestUri(requestUrl: string): string {
  const parsed = parseAuthorizationRequestUrl(requestUrl, 'loopback')
  if (!parsed.ok || parsed.value.kind !== 'by_reference') throw new Error(`not a request: ${requestUrl}`)
  return parsed.value.requestUri
}

/** Reads the request object without judging who sent it: the tests look at the verifier, not at the wallet. */
export function readRequest(jwt: string): ReceivedRequest {
  const decoded = decodeJws(jwt, { maxLength: 65_536 })
  if (!decoded.ok) throw new Error(`not a request object: ${decoded.error.code}`)
  return receivedRequest(decoded.value.payload)
}

/** The same of a request that nobody signed: it stands in the link. */
export function readUnsignedRequest(requestUrl: string): ReceivedRequest {
  const parsed = parseAuthorizationRequestUrl(requestUrl, 'loopback')
  if (!parsed.ok || parsed.value.kind !== 'unsigned')
    throw new Error(`not an unsigned request: ${requestUrl}`)
  const { clientId, parameters } = parsed.value
  return receivedRequest({ ...parameters, client_id: clientId })
}

function receivedRequest(payload: JsonObject): ReceivedRequest {
  const text = (name: string) => String(payload[name] as string)
  const query = payload['dcql_query'] as unknown as { credentials: { id: string }[] }
  return {
    clientId: text('client_id'),
    responseUri: text('response_uri'),
    nonce: text('nonce'),
    state: text('state'),
    queryIds: query.credentials.map(({ id }) => id),
    payload,
  }
}

export interface Held {
  readonly credential: string
  readonly holder: Signer
}

export async function presentation(
  request: Pick<ReceivedRequest, 'clientId' | 'nonce'>,
  held: Held,
  disclose: readonly ClaimPath[],
  issuedAt: number = now(),
  transactionData: readonly string[] = [],
): Promise<string> {
  const { clientId: audience, nonce } = request
  const binding = { signer: held.holder, audience, nonce, issuedAt, transactionData }
  const made = await sdJwtVc.present({ credential: held.credential, disclose, binding }, nodeCrypto)
  if (!made.ok) throw new Error(`cannot present: ${made.error.code}`)
  return made.value
}

/** A credential in its format, and what of it is shown. */
export interface Shown {
  readonly codec: CredentialFormat
  readonly held: Held
  readonly disclose: readonly ClaimPath[]
}

/** For a request by which it is bound to more than to client and nonce. */
export async function presentationFor(
  { codec, disclose, held }: Shown,
  asked: RequestBinding,
): Promise<string> {
  const binding = { signer: held.holder, issuedAt: now(), ...asked }
  const made = await codec.present({ credential: held.credential, disclose, binding }, nodeCrypto)
  if (!made.ok) throw new Error(`cannot present: ${made.error.code}`)
  return made.value
}

/** The form body of the answer, in the mode that the request asks for: one presentation for each credential query. */
export function answerBody(
  request: ReceivedRequest,
  held: Held,
  disclose: readonly ClaimPath[],
): Promise<string> {
  return answerBodyOf(request, { codec: sdJwtVc, held, disclose })
}

/** The same for a credential in any format. */
export async function answerBodyOf(request: ReceivedRequest, shown: Shown): Promise<string> {
  const { clientId: audience, nonce, payload, state } = request
  const { response_mode: name } = payload
  if (!isResponseModeName(name)) throw new Error('the request names no response mode that is spoken')
  const mode = responseModeNamed(name)
  const ports = { crypto: nodeCrypto, jwe: joseJwe }
  const asked = await mode.readRequest(payload, 'loopback', ports)
  if (!asked.ok) throw new Error(`cannot answer: ${asked.error.code}`)
  const binding = { audience, nonce, ...mode.bindingOf(asked.value) }
  const entries: [string, string[]][] = []
  for (const id of request.queryIds) entries.push([id, [await presentationFor(shown, binding)]])
  const answer = answerWith({ state }, new Map(entries))
  return new URLSearchParams(await mode.writeAnswer(answer, asked.value, ports)).toString()
}

/** A session id nobody has. */
export function unknownId(): string {
  return randomBytes(16).toString('base64url')
}
