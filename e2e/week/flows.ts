/**
 * The walks as the stories take them: by the wallet's own API, with whatever issuer, verifier and key. Where a service is to
 * say that it cannot sign it is asked itself: our wallet comes back when it is told, and waits for that in real seconds.
 */

import type { FormatId } from '@countersign/credential/contract/format-id'
import { type FormatCase, formatCases } from '@countersign/testing/client/formats'
import { type Answer, call, expectStatus, postJson } from '@countersign/testing/client/http'
import {
  identityConfiguration,
  keyProof,
  offerUri,
  readOffer,
  requestCredential,
  requestNonce,
  requestToken,
  requestUri,
} from '@countersign/testing/client/protocol-wallet'
import { logIn, receive, tryToPresent, type WalletUser } from '@countersign/testing/client/wallet-api'
import { newKey } from '@countersign/testing/people/keys'
import type { Running, Week } from './week.ts'

export function formatOf(format: FormatId): FormatCase {
  const found = formatCases.find((one) => one.format === format)
  if (found === undefined) throw new Error(`no case for ${format}`)
  return found
}

export const sdJwt = formatOf('dc+sd-jwt')
export const mdoc = formatOf('mso_mdoc')

/** `ttlSeconds`: how long the offer can be taken up. */
export function offer(
  { url }: Running,
  { family, order }: FormatCase,
  more: object = {},
  ttlSeconds = 300,
): Promise<Answer> {
  const headers = { accept: 'application/json', sessionTtl: String(ttlSeconds) }
  return postJson(`${url}/openid4vc/${family}/issue`, { ...order, ...more }, headers)
}

export interface Offered {
  readonly id: string
  readonly url: string
}

export async function offered(...order: Parameters<typeof offer>): Promise<Offered> {
  return expectStatus(await offer(...order), 200).json() as unknown as Offered
}

/** The pre-registered account, logged in anew: a log-in lasts for some days only. */
export function user({ wallet }: Week): Promise<WalletUser> {
  return logIn(wallet.url, 'user@email.com', 'password')
}

/** Id of the credential in the user's wallet. */
export async function issued(week: Week, ...order: Parameters<typeof offer>): Promise<string> {
  const { url } = await offered(...order)
  const [credential] = await receive(await user(week), url)
  if (credential === undefined) throw new Error('nothing was received')
  return credential.id
}

/** What the issuer says to a good request for the credential of an offer, whatever it is. */
export async function askedForCredential({ url }: Offered): Promise<Answer> {
  const offer = readOffer(expectStatus(await call(offerUri(url)), 200).json())
  const sender = { dpopKey: newKey() }
  const token = expectStatus(await requestToken(offer, sender), 200).json()
  const nonce = expectStatus(await requestNonce(offer.issuer), 200).json()
  const proof = await keyProof(offer.issuer, String(nonce['c_nonce']), newKey())
  const accessToken = String(token['access_token'])
  return requestCredential(offer.issuer, sender, {
    accessToken,
    configurationId: identityConfiguration,
    proof,
  })
}

export interface AskedForRequest {
  readonly answer: Answer
  /** Of the verification afterwards. */
  readonly state: string
}

/** What the verifier says to a wallet that fetches its request, whatever it is. */
export async function askedForRequest(
  { url: verifier }: Running,
  { query }: FormatCase,
): Promise<AskedForRequest> {
  const { id, url } = await verification(verifier, query)
  const answer = await call(requestUri(url))
  const session = expectStatus(await call(`${verifier}/openid4vc/session/${id}`), 200)
  return { answer, state: String(session.json()['state']) }
}

async function verification(verifier: string, query: FormatCase['query']): Promise<Offered> {
  const body = { dcql_query: { credentials: [query] } }
  const json = { accept: 'application/json' }
  const started = await postJson(`${verifier}/openid4vc/verify`, body, json)
  return expectStatus(started, 200).json() as unknown as Offered
}

export interface Shown {
  readonly state: string
  /** The whole of what the relying party is told, as text: why it is not verified stands in it. */
  readonly told: string
}

/** What the verifier says in the end, whether the wallet was answered well or not. */
export async function shown(
  week: Week,
  { url: verifier }: Running,
  { query }: FormatCase,
  credentialId: string,
): Promise<Shown> {
  const { id, url } = await verification(verifier, query)
  const answer = await tryToPresent(await user(week), url, [credentialId])
  const session = expectStatus(await call(`${verifier}/openid4vc/session/${id}`), 200)
  return { state: String(session.json()['state']), told: `${session.text} ${answer.status} ${answer.text}` }
}

/** What `/readyz` says of one thing that it looks at; the service is ready in any case. */
export async function noteOf({ url }: Running, check: 'certificates' | 'trust'): Promise<string> {
  const { checks } = expectStatus(await call(`${url}/readyz`), 200).json() as {
    checks: readonly { readonly name: string; readonly note?: string }[]
  }
  return checks.find(({ name }) => name === check)?.note ?? ''
}
