/**
 * One flow from the offer to the relying party's result, by an honest wallet that sends again what got lost; before and
 * after it, what a stranger and a thief would send.
 */
import type { KnownVerifiers } from '@countersign/testing/client/browser-wallet'
import { type Answer, call, postForm, postJson } from '@countersign/testing/client/http'
import type { Started } from '@countersign/testing/client/presenters'
import {
  credentialOf,
  type Held,
  keyProof,
  notificationIdOf,
  offerUri,
  type ParsedOffer,
  readOffer,
  requestCredential,
  requestNonce,
  requestToken,
  type Sender,
  sendNotification,
} from '@countersign/testing/client/protocol-wallet'
import { present, receive, type WalletUser } from '@countersign/testing/client/wallet-api'
import { newKey } from '@countersign/testing/people/keys'
import { answeredByCode, askedBy, type Way } from '../presentation/ways.ts'
import { Lost, persistently, successfully, untilSeen } from './honest.ts'
import { type Ledger, type Place, placeOf } from './ledger.ts'

export interface FlowSetting {
  readonly urls: { readonly issuer: string; readonly verifier: string }
  /** Of wallets that were told of the verifier beforehand. */
  readonly known: KnownVerifiers
  readonly ledger: Ledger
}

export interface Flow extends FlowSetting {
  readonly name: string
  /** In which the credential is asked for and shown. */
  readonly way: Way
}

/** Issued and presented, with a stranger in between and a thief afterwards. */
export async function presentedFlow(flow: Flow): Promise<void> {
  const { held } = await issued(flow)
  const begun = await started(flow)
  const answer = await answering(flow, begun, held)
  await strangersDecline(flow, begun)
  await successfully('answer', await answer())
  await decided(flow, begun, true)
  await answeredOnce(flow, await answer())
}

/** Revoked before it is presented: a verifier sees it as soon as it has the new list. */
export async function revokedFlow(flow: Flow): Promise<void> {
  const { held, place } = await issued(flow)
  const change = { statusListUri: place.uri, statusListIndex: place.index, status: 'revoked' }
  await successfully('revoke', () => postJson(`${flow.urls.issuer}/openid4vc/credentials/status`, change))
  await untilSeen('the revocation', async () => {
    const begun = await started(flow)
    const answer = await answering(flow, begun, held)
    await persistently('answer', await answer())
    return (await decided(flow, begun)) ? undefined : 'refused'
  })
}

/** The same through the wallet service, which asks issuer and verifier by itself. */
export async function walletFlow(flow: Flow, user: WalletUser): Promise<void> {
  const { ledger, name, way } = flow
  const offered = await offer(flow)
  const [credential] = await receive(user, offered.text, (send) => persistently('receive', send))
  if (credential === undefined) throw new Lost('receive: no credential')
  const { format } = way.one
  // The API of the wallet tells the disclosures of an SD-JWT apart.
  const whole = format.endsWith('sd-jwt') ? `${credential.document}~` : credential.document
  ledger.takePlace(await placeOf(format, whole), name)
  const begun = await started(flow)
  await present(user, begun.url, [credential.id], (send) => persistently('present', send))
  await decided(flow, begun, true)
}

function offer({ urls, way: { one } }: Flow): Promise<Answer> {
  return successfully('offer', () => postJson(`${urls.issuer}/openid4vc/${one.family}/issue`, one.order))
}

async function issued(flow: Flow): Promise<{ readonly held: Held; readonly place: Place }> {
  const { ledger, name, way } = flow
  const offered = await offer(flow)
  const fetched = await successfully('fetch offer', () => call(offerUri(offered.text)))
  const read = readOffer(fetched.json())
  const sender: Sender = { dpopKey: newKey() }
  const token = await successfully('token', () => requestToken(read, sender))
  const accessToken = String(token.json()['access_token'])
  const holder = newKey()
  const answer = await requestedCredential(read, sender, accessToken, holder)
  const credential = credentialOf(answer)
  const told = { accessToken, notification_id: notificationIdOf(answer), event: 'credential_accepted' }
  await successfully('notification', () => sendNotification(read.issuer, sender, told))
  const place = await placeOf(way.one.format, credential)
  ledger.takePlace(place, name)
  await codeSpent(flow, read)
  return { held: { credential, holder }, place }
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
    const [configurationId = ''] = offer.configurationIds
    const order = { accessToken, configurationId, proof }
    const answer = await persistently('credential', () => requestCredential(offer.issuer, sender, order))
    if (answer.status === 200) return answer
    if (!answer.text.includes('"invalid_nonce"')) throw new Lost(`credential: ${answer.text.slice(0, 300)}`)
  }
  throw new Lost('credential: no nonce is good')
}

/** A thief who has the code comes too late. */
async function codeSpent({ ledger, name }: Flow, offer: ParsedOffer): Promise<void> {
  const answer = await persistently('stolen code', () => requestToken(offer, { dpopKey: newKey() }))
  if (answer.status < 300) ledger.doubled.push(`${name}: the code was taken twice`)
}

async function started({ urls, way }: Flow): Promise<Started> {
  const { clientIdPrefix, more, responseMode } = askedBy(way)
  const headers = {
    accept: 'application/json',
    clientidprefix: clientIdPrefix,
    responsemode: responseMode,
  }
  const answer = await successfully('start', () =>
    postJson(`${urls.verifier}/openid4vc/verify`, more, headers),
  )
  return answer.json() as unknown as Started
}

type Send = () => Promise<Answer>

/** Gets the request; each answer that is made to it is another one. */
async function answering(
  { known, urls, way }: Flow,
  begun: Started,
  held: Held,
): Promise<() => Promise<Send>> {
  const { answer, request } = answeredByCode(way, held, { verifier: urls.verifier, known })
  const requested = request && (await successfully('request', () => request(begun)))
  return () => answer(begun, requested)
}

/** Whoever saw the request can say no; that must end nothing. */
async function strangersDecline({ urls, way: { protocol } }: Flow, { id }: Started): Promise<void> {
  const url = `${urls.verifier}/openid4vc/verify/${id}`
  const error = 'access_denied'
  await persistently('decline of a stranger', () =>
    protocol === undefined
      ? postForm(url, new URLSearchParams({ state: id, error }).toString())
      : postJson(url, { protocol, data: { error } }),
  )
}

/** The result that the relying party reads in the end. */
async function decided({ urls }: Flow, { id }: Started, wanted?: boolean): Promise<boolean> {
  const result = await untilSeen(`the result of ${id}`, async () => {
    const answer = await successfully('result', () => call(`${urls.verifier}/openid4vc/session/${id}`))
    const view = answer.json()
    return typeof view['verificationResult'] === 'boolean' ? view : undefined
  })
  if (wanted !== undefined && result['verificationResult'] !== wanted) {
    throw new Lost(`result of ${id}: ${JSON.stringify(result).slice(0, 2000)}`)
  }
  return result['verificationResult'] === true
}

/** Another answer after the decision, however good, is refused. */
async function answeredOnce({ ledger, name }: Flow, sendAnother: Send): Promise<void> {
  const answer = await persistently('second answer', sendAnother)
  if (answer.status < 300) ledger.doubled.push(`${name}: a second answer was taken`)
}
