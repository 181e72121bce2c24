/**
 * Who calls: by a token in a header or, for pages of our own, in a cookie. A browser sends the cookie by itself, and to it
 * every port of a host is one site, so a cookie counts only where the browser says that a page of this very origin asks.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { fail } from '@countersign/service/http/answers/wire-errors'
import { basePathOf } from '@countersign/service/http/base-path'
import type { FastifyRequest } from 'fastify'
import { openWallet } from '../account/accounts.ts'
import { accountOfToken } from '../account/session-token.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { valueOr } from './wire.ts'
import { notLoggedIn, WALLET_ERRORS } from './wire-account.ts'

const COOKIE = 'login'

interface Caller {
  readonly accountId: string
  readonly token: string
  readonly wallet?: OwnedWallet | undefined
}

const callers = new WeakMap<FastifyRequest, Caller>()

/** Before the body is read: 401 for a stranger, 404 for the wallet of somebody else. */
export async function authenticateCaller(wallet: Wallet, request: FastifyRequest): Promise<void> {
  const [token] = presentedTokens(request.headers)
  const accountId = token === undefined ? undefined : await accountOfToken(wallet, token)
  if (token === undefined || accountId === undefined) fail(notLoggedIn)
  const walletId = walletIdOf(request.params)
  const owned =
    walletId === undefined ? undefined : valueOr(WALLET_ERRORS, await openWallet(wallet, accountId, walletId))
  callers.set(request, { accountId, token, wallet: owned })
}

export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request)
  return caller ?? fail(notLoggedIn)
}

/** The wallet in the address, which is the caller's. */
export function walletOf(request: FastifyRequest): OwnedWallet {
  const { wallet } = callerOf(request)
  if (wallet === undefined) throw new Error('a route without a wallet asked for one')
  return wallet
}

/** Every token that came with the request, the header's first. */
export function presentedTokens(headers: IncomingHttpHeaders): readonly string[] {
  const own = headers['waltid-authorization']
  const named = [headers.authorization, typeof own === 'string' ? own : undefined].flatMap(bearerToken)
  return isOwnPage(headers) ? [...named, ...cookieToken(headers.cookie)] : named
}

/** Sent back by the browser to the API alone, never by a script and never from another site. */
export function loginCookie(token: string, maxAgeSeconds: number, baseUrl: string): string {
  const secure = URL.parse(baseUrl)?.protocol === 'https:' ? '; Secure' : ''
  return `${COOKIE}=${token}; Path=${basePathOf(baseUrl)}/wallet-api; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`
}

function bearerToken(value: string | undefined): readonly string[] {
  const token = /^(?:Bearer +)?([A-Za-z0-9_-]+)$/i.exec(value ?? '')?.[1]
  return token === undefined ? [] : [token]
}

function cookieToken(header: string | undefined): readonly string[] {
  const cookies = (header ?? '').split(';').map((cookie) => cookie.trim())
  const value = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1)
  return value === undefined || value === '' ? [] : [value]
}

/** `none` is the address bar. What sends neither header is no browser of today, and has no cookie by accident. */
function isOwnPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const { origin, host } = headers
  return origin === undefined || URL.parse(origin)?.host === host
}

function walletIdOf(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null || !('wallet' in params)) return undefined
  return typeof params.wallet === 'string' ? params.wallet : undefined
}
