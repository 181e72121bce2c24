/**
 * The login of a browser: the token is in a cookie that no script reads, and beside it goes a second secret that pages send
 * with whatever changes something. It is derived from the token, so nothing of it is stored, it ends with the login, and every
 * instance knows it; a page of another site can make a browser send the cookie and cannot read this.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Wallet } from '../wallet.ts'
import { openSession } from './session-token.ts'
import { userInfo } from './user-info.ts'

export interface BrowserSession {
  readonly csrf: string
  readonly account: { readonly id: string; readonly name: string; readonly email?: string | undefined }
  /** Epoch seconds. */
  readonly expiresAt: number
}

/** Undefined for a token that is unknown, expired or revoked. */
export async function browserSession(wallet: Wallet, token: string): Promise<BrowserSession | undefined> {
  const session = await openSession(wallet, token)
  if (session === undefined) return undefined
  const { email, id, name } = await userInfo(wallet, session.accountId)
  return {
    csrf: await csrfOf(wallet, token),
    account: { id, name, email: email === '' ? undefined : email },
    expiresAt: session.expiresAt,
  }
}

/** In constant time. */
export async function isCsrfOf(wallet: Wallet, token: string, presented: string): Promise<boolean> {
  const expected = Buffer.from(await csrfOf(wallet, token))
  const given = Buffer.from(presented)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function csrfOf({ columns }: Wallet, token: string): Promise<string> {
  return columns.hash('csrf', token)
}
