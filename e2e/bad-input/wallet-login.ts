/** An account at a wallet, ready to be used and misused. */
import { randomUUID } from 'node:crypto'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import type { Service } from './service.ts'
import { type Sending, send, type TimedAnswer } from './wire.ts'

export interface Login {
  readonly email: string
  readonly password: string
  readonly token: string
  readonly walletId: string
}

/** A new account at this wallet. */
export async function register({ url }: { readonly url: string }): Promise<Login> {
  const email = `${randomUUID()}@example.org`
  const password = 'correct-horse'
  const account = { type: 'email', email, password }
  expectStatus(await postJson(`${url}/wallet-api/auth/register`, { ...account, name: 'Ada' }), 201)
  const { token } = expectStatus(await postJson(`${url}/wallet-api/auth/login`, account), 200).json()
  const listed = expectStatus(
    await call(`${url}/wallet-api/wallet/accounts/wallets`, bearer(String(token))),
    200,
  )
  const { wallets } = listed.json() as { wallets: { id: string }[] }
  return { email, password, token: String(token), walletId: wallets[0]?.id ?? '' }
}

export function bearer(token: string): { readonly headers: Readonly<Record<string, string>> } {
  return { headers: { authorization: `Bearer ${token}` } }
}

export function at(
  { url }: Service,
  path: string,
  headers: Sending['headers'] = {},
  method = 'GET',
): Promise<TimedAnswer> {
  return send(`${url}/wallet-api/${path}`, { method, headers })
}

export const authorization = (token: string) => ({ authorization: `Bearer ${token}` })
