/**
 * A login that goes into the browser that asked: a new token each time, and an end to the one that the browser had, so that no
 * login outlives the next and nobody's browser keeps one that somebody else put there.
 */
import type { LoginAnswer } from '@countersign/api/wallet/accounts'
import type { BrowserSession } from '@countersign/api/wallet/passkeys'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { browserSession } from '../../account/browser-session.ts'
import { logout } from '../../account/logout.ts'
import type { Wallet } from '../../wallet.ts'
import { browserSessionView } from '../answers/wire.ts'
import { presentedTokens } from './authenticate-caller.ts'
import type { OwnPages } from './own-pages.ts'

export interface Entering {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly token: string
}

export async function enterBrowser(
  wallet: Wallet,
  pages: OwnPages,
  { reply, request, token }: Entering,
): Promise<void> {
  const before = presentedTokens(pages, request.headers).filter(({ by }) => by === 'cookie')
  await logout(
    wallet,
    before.map((one) => one.token),
  )
  reply.header('set-cookie', pages.cookies.write(request.headers, token, wallet.limits.tokenLifetimeSeconds))
}

/** What the page needs, of a login that was just made. */
export async function browserSessionOf(wallet: Wallet, token: string): Promise<BrowserSession> {
  const session = await browserSession(wallet, token)
  if (session === undefined) throw new Error('a login that was just made is not there')
  return browserSessionView(session)
}

export interface Admitting extends Omit<Entering, 'token'> {
  /** Where the login is to be: in the answer, or in the cookie alone. */
  readonly kind: 'token' | 'cookie'
}

export interface Admitted {
  readonly accountId: string
  readonly email: string
  readonly token: string
}

/** The answer to a log-in. Pages of ours have it in a cookie in each case; one of another site must not leave it in somebody's browser. */
export async function admit(
  wallet: Wallet,
  pages: OwnPages,
  { kind, reply, request }: Admitting,
  { accountId: id, email: username, token }: Admitted,
): Promise<LoginAnswer> {
  if (pages.isAsking(request.headers)) await enterBrowser(wallet, pages, { request, reply, token })
  return kind === 'cookie'
    ? { id, username, session: await browserSessionOf(wallet, token) }
    : { id, token, username }
}
