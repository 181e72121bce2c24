/** How far a walk has come when the bad request arrives, and the honest rest of the walk, which must still succeed. */
import assert from 'node:assert/strict'
import type { Signer } from '@countersign/crypto/engine'
import { claims, identityQuery } from '@countersign/testing/client/flows'
import { call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import {
  answerBody,
  credentialOf,
  type Held,
  identityConfiguration,
  keyProof,
  notificationIdOf,
  offerUri,
  type ParsedOffer,
  type ReceivedRequest,
  readOffer,
  readRequest,
  requestCredential,
  requestNonce,
  requestToken,
  requestUri,
  type Sender,
  sendNotification,
} from '@countersign/testing/client/protocol-wallet'
import { newKey } from '@countersign/testing/people/keys'
import type { Stage } from './case.ts'
import type { World } from './world.ts'

export const order = { credentialConfigurationId: identityConfiguration, credentialData: claims }

export interface Offered {
  readonly id: string
  readonly issuerUrl: string
  readonly offer: ParsedOffer
  readonly sender: Sender
  readonly dpopKey: Signer
  readonly pin?: string
}

export async function offerOfIssuer(issuerUrl: string, more: object = {}): Promise<Offered> {
  const json = { accept: 'application/json' }
  const made = await postJson(`${issuerUrl}/openid4vc/sdjwt/issue`, { ...order, ...more }, json)
  const { id, url } = expectStatus(made, 200).json() as { id: string; url: string }
  const offer = readOffer(expectStatus(await call(offerUri(url)), 200).json())
  const dpopKey = newKey()
  return { id, issuerUrl, offer, dpopKey, sender: { dpopKey } }
}

/** An offer that nobody has taken up. */
export const offered: Stage<Offered> = {
  prepare: ({ issuer }) => offerOfIssuer(issuer.url),
  goOn: async ({ offer, sender }) => void expectStatus(await requestToken(offer, sender), 200),
}

/** The same with a transaction code. */
export const offeredWithPin: Stage<Offered & { readonly pin: string }> = {
  async prepare({ issuer }) {
    const pin = '4711'
    return { ...(await offerOfIssuer(issuer.url, { txCode: { length: 4 }, txCodeValue: pin })), pin }
  },
  goOn: async ({ offer, sender, pin }) => void expectStatus(await requestToken(offer, sender, pin), 200),
}

export interface Granted extends Offered {
  readonly accessToken: string
  readonly nonce: string
  readonly holder: Signer
}

export async function grant(from: Offered, sender: Sender = from.sender): Promise<Granted> {
  const token = expectStatus(await requestToken(from.offer, sender), 200).json()
  const nonce = expectStatus(await requestNonce(from.issuerUrl), 200).json()
  return {
    ...from,
    sender,
    accessToken: String(token['access_token']),
    nonce: String(nonce['c_nonce']),
    holder: newKey(),
  }
}

/** The honest credential request, with the very nonce that the bad request had. */
export async function takeCredential({
  issuerUrl,
  sender,
  accessToken,
  nonce,
  holder,
}: Granted): Promise<string> {
  const proof = await keyProof(issuerUrl, nonce, holder)
  const request = { accessToken, configurationId: identityConfiguration, proof }
  return credentialOf(expectStatus(await requestCredential(issuerUrl, sender, request), 200))
}

export interface Issued extends Granted {
  readonly notificationId: string
}

/** With the credential, and nothing told about it. */
export async function issue(from: Granted): Promise<Issued> {
  const { accessToken, holder, issuerUrl, nonce, sender } = from
  const proof = await keyProof(issuerUrl, nonce, holder)
  const request = { accessToken, configurationId: identityConfiguration, proof }
  const answer = expectStatus(await requestCredential(issuerUrl, sender, request), 200)
  return { ...from, notificationId: notificationIdOf(answer) }
}

export async function tell({ accessToken, issuerUrl, notificationId, sender }: Issued, event: string) {
  const told = { accessToken, notification_id: notificationId, event }
  return expectStatus(await sendNotification(issuerUrl, sender, told), 204)
}

/** A credential of which its issuer has heard nothing; afterwards it is accepted, and that twice. */
export const issued: Stage<Issued> = {
  prepare: async ({ issuer }) => issue(await grant(await offerOfIssuer(issuer.url))),
  async goOn(prepared) {
    for (let time = 0; time < 2; time++) await tell(prepared, 'credential_accepted')
    const session = await call(`${prepared.issuerUrl}/openid4vc/session/${prepared.id}`)
    const { notified } = expectStatus(session, 200).json()
    assert.deepEqual(notified, { [identityConfiguration]: 'accepted' })
  },
}

/** A token bound to a key, and a nonce that nobody has used. */
export const granted: Stage<Granted> = {
  prepare: async ({ issuer }) => grant(await offerOfIssuer(issuer.url)),
  goOn: async (prepared) => void (await takeCredential(prepared)),
}

/** A bearer token, and a nonce that nobody has used. */
export const grantedToBearer: Stage<Granted> = {
  prepare: async ({ issuer }) => grant(await offerOfIssuer(issuer.url), {}),
  goOn: async (prepared) => void (await takeCredential(prepared)),
}

/** No session: after the refusal the issuer makes offers as before. */
export const anyOffer: Stage<undefined> = {
  prepare: async () => undefined,
  goOn: async (_nothing, { issuer }) => void (await offerOfIssuer(issuer.url)),
}

export interface Requested {
  readonly id: string
  readonly verifierUrl: string
  readonly request: ReceivedRequest
}

export async function verificationAt(
  verifierUrl: string,
  query: object = identityQuery,
  headers: Readonly<Record<string, string>> = {},
  more: object = {},
): Promise<Requested> {
  const json = { accept: 'application/json', ...headers }
  const started = await postJson(`${verifierUrl}/openid4vc/verify`, { dcql_query: query, ...more }, json)
  const { id, url } = expectStatus(started, 200).json() as { id: string; url: string }
  const request = readRequest(expectStatus(await call(requestUri(url)), 200).text)
  return { id, verifierUrl, request }
}

export const bothNames = [['given_name'], ['family_name']] as const

export async function answerWell({ id, verifierUrl, request }: Requested, held: Held): Promise<void> {
  expectStatus(await postForm(request.responseUri, await answerBody(request, held, bothNames)), 200)
  assert.equal((await verificationResult(verifierUrl, id))['state'], 'verified')
}

export async function verificationResult(verifierUrl: string, id: string): Promise<Record<string, unknown>> {
  return expectStatus(await call(`${verifierUrl}/openid4vc/session/${id}`), 200).json()
}

/** A verification whose request the wallet has read and not answered. */
export const requested: Stage<Requested> = {
  prepare: ({ verifier }) => verificationAt(verifier.url),
  goOn: (prepared, { held }) => answerWell(prepared, held),
}

/** The same, of a request that wants its answer encrypted. */
export const encryptedRequested: Stage<Requested> = {
  ...requested,
  prepare: ({ verifier }) => verificationAt(verifier.url, identityQuery, { responsemode: 'direct_post.jwt' }),
}

/** No session: after the refusal the verifier starts verifications as before. */
export const anyVerification: Stage<undefined> = {
  prepare: async () => undefined,
  goOn: async (_nothing, { verifier }) => void (await verificationAt(verifier.url)),
}

/** Catalogue and health: afterwards the service answers as before. */
export function anyRequest(url: (world: World) => string): Stage<undefined> {
  return {
    prepare: async () => undefined,
    goOn: async (_nothing, world) => void expectStatus(await call(url(world)), 200),
  }
}
