/**
 * Who calls: by a token in a header or, for pages of our own, in a cookie. A token in a header was put there by whoever has it; a
 * cookie comes by itself, so it counts only where the browser says that a page of ours asks, and changes something only with
 * the second secret that such a page has. Either of both would do for browsers of today; together they hold where one is
 * missing: a browser that sends no fetch metadata, a server of our own origin that passes on what it should not.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { CSRF_HEADER } from '@countersign/api/wallet/passkeys'
import { fail } from '@countersign/service/http/answers/wire-errors'
import type { FastifyRequest } from 'fastify'
import { openWallet } from '../../account/accounts.ts'
import { isCsrfOf } from '../../account/browser-session.ts'
import { type OpenSession, openSession } from '../../account/session-token.ts'
import type { OwnedWallet, Wallet } from '../../wallet.ts'
import { valueOr } from '../answers/wire.ts'
import { notFromPage, notLoggedIn, WALLET_ERRORS } from '../answers/wire-account.ts'
import type { OwnPages } from './own-pages.ts'

export interface Caller {
  readonly accountId: string
  readonly login: OpenSession
  readonly token: string
  /** How the token came. */
  readonly by: 'header' | 'cookie'
  readonly wallet?: OwnedWallet | undefined
}

export type PresentedToken = Pick<Caller, 'token' | 'by'>

const callers = new WeakMap<FastifyRequest, Caller>()

/** Before the body is read: 401 for a stranger, 403 for a page that is none of ours, 404 for the wallet of somebody else. */
export async function authenticateCaller(
  wallet: Wallet,
  pages: OwnPages,
  request: FastifyRequest,
): Promise<void> {
  const caller = await callerWith(wallet, pages, request)
  if (caller === undefined) fail(notLoggedIn)
  const walletId = walletIdOf(request.params)
  const owned =
    walletId === undefined
      ? undefined
      : valueOr(WALLET_ERRORS, await openWallet(wallet, caller.accountId, walletId))
  callers.set(request, { ...caller, wallet: owned })
}

/** Undefined for a stranger: for routes that serve both. A cookie that may not act ends the call. */
export async function callerWith(
  wallet: Wallet,
  pages: OwnPages,
  request: FastifyRequest,
): Promise<Caller | undefined> {
  const [presented] = presentedTokens(pages, request.headers)
  if (presented === undefined) return undefined
  const login = await openSession(wallet, presented.token)
  if (login === undefined) return undefined
  if (presented.by === 'cookie') await refuseForeignAct(wallet, pages, { request, token: presented.token })
  return { accountId: login.accountId, login, ...presented }
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
export function presentedTokens(pages: OwnPages, headers: IncomingHttpHeaders): readonly PresentedToken[] {
  const own = headers['waltid-authorization']
  const named = [headers.authorization, typeof own === 'string' ? own : undefined]
    .flatMap(bearerToken)
    .map((token) => ({ token, by: 'header' as const }))
  if (!pages.isAsking(headers)) return named
  return [...named, ...pages.cookies.read(headers.cookie).map((token) => ({ token, by: 'cookie' as const }))]
}

/** RFC 9110 §9.2.1: these change nothing. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

async function refuseForeignAct(
  wallet: Wallet,
  pages: OwnPages,
  { request, token }: { readonly request: FastifyRequest; readonly token: string },
): Promise<void> {
  if (SAFE_METHODS.has(request.method)) return
  const given = request.headers[CSRF_HEADER]
  const isOurs = pages.isActing(request.headers) && typeof given === 'string'
  if (!isOurs || !(await isCsrfOf(wallet, token, given))) fail(notFromPage)
}

function bearerToken(value: string | undefined): readonly string[] {
  const token = /^(?:Bearer +)?([A-Za-z0-9_-]+)$/i.exec(value ?? '')?.[1]
  return token === undefined ? [] : [token]
}

function walletIdOf(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null || !('wallet' in params)) return undefined
  return typeof params.wallet === 'string' ? params.wallet : undefined
}
