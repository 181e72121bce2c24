/** A user of the wallet API, as a script of the field would be: log in, receive, present. */
import { randomUUID } from 'node:crypto'
import { type Answer, call, expectStatus, postJson } from './http.ts'

export interface WalletUser {
  readonly url: string
  readonly token: string
  readonly wallet: string
}

/** Sends a call again that was cut or that the balancer could not pass on; every other answer is final. */
export type Send = (call: () => Promise<Answer>) => Promise<Answer>

const once: Send = (send) => send()

/** A new account with its wallet. */
export async function newWalletUser(url: string): Promise<WalletUser> {
  const email = `user-${randomUUID()}@example.org`
  const account = { type: 'email', name: 'Ada Example', email, password: 'correct-horse' }
  expectStatus(await postJson(`${url}/wallet-api/auth/register`, account), 201)
  return logIn(url, email, 'correct-horse')
}

export async function logIn(url: string, email: string, password: string): Promise<WalletUser> {
  const login = expectStatus(
    await postJson(`${url}/wallet-api/auth/login`, { type: 'email', email, password }),
    200,
  )
  const token = String(login.json()['token'])
  const headers = { authorization: `Bearer ${token}` }
  const listed = expectStatus(await call(`${url}/wallet-api/wallet/accounts/wallets`, { headers }), 200)
  const { wallets } = listed.json() as { wallets: { id: string }[] }
  const wallet = wallets[0]?.id
  if (wallet === undefined) throw new Error(`no wallet in: ${listed.text}`)
  return { url, token, wallet }
}

export interface WalletCredential {
  readonly id: string
  readonly document: string
}

/** `useOfferRequest`; the credentials that the wallet now holds from this offer. */
export async function receive(
  user: WalletUser,
  offerUrl: string,
  send: Send = once,
): Promise<readonly WalletCredential[]> {
  const url = `${user.url}/wallet-api/wallet/${user.wallet}/exchange/useOfferRequest`
  const headers = { authorization: `Bearer ${user.token}`, 'content-type': 'text/plain' }
  const answer = await send(() => call(url, { method: 'POST', headers, body: offerUrl }))
  return JSON.parse(expectStatus(answer, 200).text) as WalletCredential[]
}

/** What the wallet holds. */
export async function heldBy({ token, url, wallet }: WalletUser): Promise<readonly WalletCredential[]> {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await call(`${url}/wallet-api/wallet/${wallet}/credentials`, { headers })
  return JSON.parse(expectStatus(answer, 200).text) as WalletCredential[]
}

/** `usePresentationRequest`; what the verifier said where to go on, or null. */
export async function present(
  user: WalletUser,
  presentationRequest: string,
  selectedCredentials: readonly string[],
  send: Send = once,
): Promise<string | null> {
  const answer = await send(() => tryToPresent(user, presentationRequest, selectedCredentials))
  return (expectStatus(answer, 200).json() as { redirectUri: string | null }).redirectUri
}

/** `usePresentationRequest`, whatever the verifier thinks of it. */
export async function tryToPresent(
  user: WalletUser,
  presentationRequest: string,
  selectedCredentials: readonly string[],
): Promise<Answer> {
  const url = `${user.url}/wallet-api/wallet/${user.wallet}/exchange/usePresentationRequest`
  const headers = { authorization: `Bearer ${user.token}` }
  return postJson(url, { presentationRequest, selectedCredentials }, headers)
}

export async function credentialsOf(user: WalletUser): Promise<readonly WalletCredential[]> {
  const headers = { authorization: `Bearer ${user.token}` }
  const listed = await call(`${user.url}/wallet-api/wallet/${user.wallet}/credentials`, { headers })
  return JSON.parse(expectStatus(listed, 200).text) as WalletCredential[]
}

/** The id under which the wallet keeps what it was shown. */
export async function openedAt(
  { token, url, wallet }: WalletUser,
  kind: 'offers' | 'requests',
  body: object,
): Promise<string> {
  const address = `${url}/wallet-api/wallet/${wallet}/exchange/${kind}`
  const opened = await postJson(address, body, { authorization: `Bearer ${token}` })
  const { id } = expectStatus(opened, 201).json()
  return String(id)
}
