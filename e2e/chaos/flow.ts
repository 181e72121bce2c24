/**
 * One flow from the offer to the relying party's result, by an honest wallet that sends again what got lost; before and
 * after it, what a stranger and a thief would send.
 */
import { claims, identityQuery } from '@countersign/testing/client/flows'
import { type Answer, call, postForm, postJson } from '@countersign/testing/client/http'
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
import { present, receive, type WalletUser } from '@countersign/testing/client/wallet-api'
import { newKey } from '@countersign/testing/people/keys'
import { Lost, persistently, successfully, untilSeen } from './honest.ts'
import { type Ledger, statusOf } from './ledger.ts'

export interface FlowUrls {
  readonly issuer: string
  readonly verifier: string
}

const order = { credentialConfigurationId: identityConfiguration, credentialData: claims }
const disclosed = [['given_name'], ['family_name']]

/** Issued and presented, with a stranger in between and a thief afterwards. */
export async function presentedFlow(name: string, urls: FlowUrls, ledger: Ledger): Promise<void> {
  const { held } = await issued(name, urls, ledger)
  const request = await requested(urls)
  await strangersDecline(request)
  const body = await answerBody(request, held, disclosed)
  await successfully('answer', () => postForm(request.responseUri, body))
  await decided(urls, request, true)
  await answeredOnce(name, request, held, ledger)
}

/** Revoked before it is presented: a verifier sees it as soon as it has the new list. */
export async function revokedFlow(name: string, urls: FlowUrls, ledger: Ledger): Promise<void> {
  const { held } = await issued(name, urls, ledger)
  const { uri, idx } = statusOf(held.credential)
  const change = { statusListUri: uri, statusListIndex: idx, status: 'revoked' }
  await successfully('revoke', () => postJson(`${urls.issuer}/openid4vc/credentials/status`, change))
  await untilSeen('the revocation', async () => {
    const request = await requested(urls)
    const body = await answerBody(request, held, disclosed)
    await persistently('answer', () => postForm(request.responseUri, body))
    return (await decided(urls, request)) ? undefined : 'refused'
  })
}

/** The same through the wallet service, which asks issuer and verifier by itself. */
export async function walletFlow(
  name: string,
  urls: FlowUrls,
  ledger: Ledger,
  user: WalletUser,
): Promise<void> {
  const offered = await successfully('offer', () => postJson(`${urls.issuer}/openid4vc/sdjwt/issue`, order))
  const [credential] = await receive(user, offered.text, (send) => persistently('receive', send))
  if (credential === undefined) throw new Lost('receive: no credential')
  ledger.takePlace(credential.document, name)
  const request = await started(urls)
  await present(user, request.url, [credential.id], (send) => persistently('present', send))
  await decided(urls, request, true)
}

async function issued(name: string, { issuer }: FlowUrls, ledger: Ledger): Promise<{ readonly held: Held }> {
  const offered = await successfully('offer', () => postJson(`${issuer}/openid4vc/sdjwt/issue`, order))
  const fetched = await successfully('fetch offer', () => call(offerUri(offered.text)))
  const offer = readOffer(fetched.json())
  const sender: Sender = { dpopKey: newKey() }
  const token = await successfully('token', () => requestToken(offer, sender))
  const accessToken = String(token.json()['access_token'])
  const holder = newKey()
  const answer = await requestedCredential(offer, sender, accessToken, holder)
  const credential = credentialOf(answer)
  const told = { accessToken, notification_id: notificationIdOf(answer), event: 'credential_accepted' }
  await successfully('notification', () => sendNotification(offer.issuer, sender, told))
  ledger.takePlace(credential, name)
  await codeSpent(name, offer, ledger)
  return { held: { credential, holder } }
}

/** A nonce that ran out, or that was spent by a request of which nothing came, is followed by another. */
async function requestedCredential(
  offer: ParsedOffer,
  sender: Sender,
  accessToken: string,
  holder: Held['holder'],
): Promise<Answer> {
  for (let tries = 0; tries < 5; tries++) {
    const nonce = await successfully('nonce', () => requestNonce(offer.issuer))
    const proof = await keyProof(offer.issuer, String(nonce.json()['c_nonce']), holder)
    const order = { accessToken, configurationId: identityConfiguration, proof }
    const answer = await persistently('credential', () => requestCredential(offer.issuer, sender, order))
    if (answer.status === 200) return answer
    if (!answer.text.includes('"invalid_nonce"')) throw new Lost(`credential: ${answer.text.slice(0, 300)}`)
  }
  throw new Lost('credential: no nonce is good')
}

/** A thief who has the code comes too late. */
async function codeSpent(name: string, offer: ParsedOffer, ledger: Ledger): Promise<void> {
  const answer = await persistently('stolen code', () => requestToken(offer, { dpopKey: newKey() }))
  if (answer.status < 300) ledger.doubled.push(`${name}: the code was taken twice`)
}

interface Started {
  readonly id: string
  readonly url: string
}

async function started({ verifier }: FlowUrls): Promise<Started> {
  const wish = { dcql_query: identityQuery }
  const json = { accept: 'application/json' }
  const answer = await successfully('start', () => postJson(`${verifier}/openid4vc/verify`, wish, json))
  return answer.json() as unknown as Started
}

type Requested = ReceivedRequest & Started

async function requested(urls: FlowUrls): Promise<Requested> {
  const begun = await started(urls)
  const fetched = await successfully('request', () => call(requestUri(begun.url)))
  return { ...begun, ...readRequest(fetched.text) }
}

/** Whoever saw the QR code can say no; that must end nothing. */
async function strangersDecline({ responseUri, state }: Requested): Promise<void> {
  const form = new URLSearchParams({ state, error: 'access_denied' }).toString()
  await persistently('decline of a stranger', () => postForm(responseUri, form))
}

/** The result that the relying party reads in the end. */
async function decided({ verifier }: FlowUrls, { id }: Started, wanted?: boolean): Promise<boolean> {
  const result = await untilSeen(`the result of ${id}`, async () => {
    const answer = await successfully('result', () => call(`${verifier}/openid4vc/session/${id}`))
    const view = answer.json()
    return typeof view['verificationResult'] === 'boolean' ? view : undefined
  })
  if (wanted !== undefined && result['verificationResult'] !== wanted) {
    throw new Lost(`result of ${id}: ${JSON.stringify(result).slice(0, 2000)}`)
  }
  return result['verificationResult'] === true
}

/** Another answer after the decision, however good, is refused. */
async function answeredOnce(name: string, request: Requested, held: Held, ledger: Ledger): Promise<void> {
  const other = await answerBody(request, held, [['given_name'], ['family_name'], ['birthdate']])
  const answer = await persistently('second answer', () => postForm(request.responseUri, other))
  if (answer.status < 300) ledger.doubled.push(`${name}: a second answer was taken`)
}
