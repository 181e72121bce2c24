/**
 * What no example can know, made for it: an issuance and a verification that came to their end, new ones for those who need
 * one that is open, and a wallet with a key, a DID and credentials.
 */
import { openAskingPage, press, queryOf } from '@countersign/testing/client/browser-authorization'
import { identityQuery, issue } from '@countersign/testing/client/flows'
import { call, expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import {
  answerBody,
  identityConfiguration,
  keyProof,
  notificationIdOf,
  offerUri,
  readOffer,
  readRequest,
  requestCredential,
  requestNonce,
  requestToken,
  requestUri,
} from '@countersign/testing/client/protocol-wallet'
import { logIn, openedAt, receive, type WalletUser } from '@countersign/testing/client/wallet-api'
import { newKey } from '@countersign/testing/people/keys'
import type { Stack } from './stack.ts'

export interface RealThings {
  readonly user: WalletUser
  /** Two: one is presented; the issuer suspends the other, and the wallet deletes and restores it. */
  readonly credentials: readonly [string, string]
  /** Of the second one, at the issuer: its session, its record and its place in a list. */
  readonly issuance: { readonly sessionId: string; readonly credentialId: string; readonly place: Place }
}

interface Place {
  readonly statusListUri: string
  readonly statusListIndex: number
}

const order = {
  credentialConfigurationId: identityConfiguration,
  credentialData: { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' },
}

/** URL and id of a new offer, or of a new request. */
interface Begun {
  readonly id: string
  readonly url: string
}

export async function newOffer(
  { urls }: Stack,
  headers: Readonly<Record<string, string>> = {},
): Promise<Begun> {
  const accept = { accept: 'application/json', ...headers }
  const answer = await postJson(`${urls.issuer}/openid4vc/sdjwt/issue`, order, accept)
  return expectStatus(answer, 200).json() as unknown as Begun
}

/** What a browser brings back from the issuer's page, for an offer that the wallet was sent there with. */
export async function newAuthorized(
  { urls }: Stack,
  user: WalletUser,
): Promise<{ readonly exchange: string; readonly query: string }> {
  const asked = { ...order, authenticationMethod: 'NONE' }
  const offered = expectStatus(await postJson(`${urls.issuer}/openid4vc/sdjwt/issue`, asked), 200)
  const exchange = await openedAt(user, 'offers', { offer: offered.text })
  const at = `${user.url}/wallet-api/wallet/${user.wallet}/exchange/offers/${exchange}/use`
  const away = await postJson(at, {}, { authorization: `Bearer ${user.token}` })
  const { url } = expectStatus(away, 200).json()['authorization'] as { url: string }
  return { exchange, query: queryOf(expectStatus(await press(await openAskingPage(url), 'approve'), 303)) }
}

export async function newRequest(
  { urls }: Stack,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Begun> {
  const accept = { accept: 'application/json', ...headers }
  const query = { dcql_query: identityQuery, ...more }
  const answer = await postJson(`${urls.verifier}/openid4vc/verify`, query, accept)
  return expectStatus(answer, 200).json() as unknown as Begun
}

/** Of the page that the examples are of. */
export function newBrowserRequest(stack: Stack): Promise<Begun> {
  return newRequest(stack, { expected_origins: ['https://shop.example'] }, { responsemode: 'dc_api' })
}

export interface SentBack {
  readonly id: string
  readonly code: string
}

/** A verification that was answered, and the code that the wallet's user brings back. */
export async function sentBack(stack: Stack): Promise<SentBack> {
  const headers = { successredirecturi: 'https://shop.example/done/$id' }
  const { id, url } = await newRequest(stack, { sameDevice: 'required' }, headers)
  const request = readRequest((await call(requestUri(url))).text)
  const body = await answerBody(request, await issue(stack.urls.issuer), [['given_name'], ['family_name']])
  const taken = expectStatus(await postForm(request.responseUri, body), 200).json()
  const address = new URL(String(taken['redirect_uri']))
  return { id, code: address.searchParams.get('response_code') ?? '' }
}

export async function newCode(stack: Stack): Promise<string> {
  const { url } = await newOffer(stack)
  return readOffer((await call(offerUri(url))).json()).code
}

/** Of an offer that is taken up in a browser, what a request for it names it by. */
export async function newIssuerState({ urls }: Stack): Promise<string> {
  const answer = await postJson(
    `${urls.issuer}/openid4vc/sdjwt/issue`,
    { ...order, authenticationMethod: 'NONE' },
    { accept: 'application/json' },
  )
  const { url } = expectStatus(answer, 200).json() as unknown as Begun
  const offer = JSON.parse((await call(offerUri(url))).text) as {
    grants: { authorization_code: { issuer_state: string } }
  }
  return offer.grants.authorization_code.issuer_state
}

/** An access token for an identity credential, and a proof that goes with it. */
export async function newGrant(stack: Stack): Promise<{ readonly token: string; readonly proof: string }> {
  const issuer = stack.urls.issuer
  const { url } = await newOffer(stack)
  const offer = readOffer((await call(offerUri(url))).json())
  const token = expectStatus(await requestToken(offer, {}), 200).json()['access_token']
  const nonce = (await requestNonce(issuer)).json()['c_nonce']
  return { token: String(token), proof: await keyProof(issuer, String(nonce), newKey()) }
}

/** A wallet that was told to come again, and somebody who agreed since. */
export async function newDeferred(
  stack: Stack,
): Promise<{ readonly token: string; readonly transactionId: string }> {
  const { issuer } = stack.urls
  const begun = await newDeferredOffer(stack)
  const offer = readOffer((await call(offerUri(begun.url))).json())
  const token = expectStatus(await requestToken(offer, {}), 200).json()['access_token']
  const nonce = (await requestNonce(issuer)).json()['c_nonce']
  const proof = await keyProof(issuer, String(nonce), newKey())
  const request = { accessToken: String(token), configurationId: identityConfiguration, proof }
  const waits = expectStatus(await requestCredential(issuer, {}, request), 202).json()
  const decision = { credentialConfigurationId: identityConfiguration, decision: 'approve' }
  expectStatus(await postJson(`${issuer}/openid4vc/session/${begun.id}/deferred`, decision), 200)
  return { token: String(token), transactionId: String(waits['transaction_id']) }
}

export async function newDeferredOffer({ urls }: Stack): Promise<Begun> {
  const accept = { accept: 'application/json' }
  const answer = await postJson(
    `${urls.issuer}/openid4vc/sdjwt/issue`,
    { ...order, issuanceType: 'DEFERRED' },
    accept,
  )
  return expectStatus(answer, 200).json() as unknown as Begun
}

/** The same, with the credential: what its notification needs. */
export async function newIssued(
  stack: Stack,
): Promise<{ readonly token: string; readonly notificationId: string }> {
  const { token: accessToken, proof } = await newGrant(stack)
  const request = { accessToken, configurationId: identityConfiguration, proof }
  const answer = expectStatus(await requestCredential(stack.urls.issuer, {}, request), 200)
  return { token: accessToken, notificationId: notificationIdOf(answer) }
}

export async function makeRealThings(stack: Stack): Promise<RealThings> {
  const user = await logIn(stack.urls.wallet, 'user@email.com', 'password')
  const [first] = await receive(user, (await newOffer(stack)).url)
  const { id: sessionId, url } = await newOffer(stack)
  const [second] = await receive(user, url)
  const listed = await call(`${stack.urls.issuer}/openid4vc/credentials?sessionId=${sessionId}`)
  const [issued] = JSON.parse(expectStatus(listed, 200).text) as {
    id: string
    statusLists: { uri: string; index: number }[]
  }[]
  const [place] = issued?.statusLists ?? []
  if (first === undefined || second === undefined || issued === undefined || place === undefined) {
    throw new Error(`nothing was issued: ${listed.text}`)
  }
  return {
    user,
    credentials: [first.id, second.id],
    issuance: {
      sessionId,
      credentialId: issued.id,
      place: { statusListUri: place.uri, statusListIndex: place.index },
    },
  }
}
