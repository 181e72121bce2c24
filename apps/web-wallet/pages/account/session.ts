/**
 * Who is logged in, and the calls that need it. The log-in itself is in a cookie that no script reads; what a page holds is
 * the token that goes with calls that change something, and the name to show.
 */
import type { SessionAnswer, WalletsAnswer } from '@countersign/api/wallet/accounts'
import type { BrowserSession } from '@countersign/api/wallet/passkeys'
import { ok } from '@countersign/core/result'
import { type ApiClient, apiClient } from '@countersign/ui/http/api-client'
import type { Answer, CallFailure } from '@countersign/ui/http/fetch-json'
import { formatTag } from '@countersign/ui/text/texts'
import { type Signal, signal } from '@preact/signals'
import { wipeKept } from '../offline/kept-database.ts'
import { isLeaving, rememberedWallet, rememberLeaving, rememberWallet } from './remembered.ts'

export type OwnWallet = WalletsAnswer['wallets'][number]

export interface LoggedIn {
  readonly session: BrowserSession
  readonly wallets: readonly OwnWallet[]
  /** Of the one that is open. */
  readonly walletId: string
}

/** `asking`: not known yet; `out`: nobody, `deleted` where somebody has just deleted everything. */
export type Visitor =
  | { readonly state: 'asking' }
  | { readonly state: 'out'; readonly deleted?: boolean }
  | ({ readonly state: 'in' } & LoggedIn)

export const visitor: Signal<Visitor> = signal({ state: 'asking' })

let csrf: string | undefined

/** Calls of the wallet API, at this page's own origin. */
export const api: ApiClient = withLogOut(apiClient('/wallet-api', () => csrf, formatTag))

/** Why it is not known who is there. */
export const visitorFailure: Signal<CallFailure | undefined> = signal(undefined)

/** At the start, and again where that did not work. */
export async function findVisitor(): Promise<void> {
  const found = await askWhoIsThere()
  visitorFailure.value = found.ok ? undefined : found.error
}

async function askWhoIsThere(): Promise<Answer<void>> {
  if (isLeaving() && (await endLogIn()).ok) rememberLeaving(false)
  if (rememberedWallet() === null) {
    visitor.value = { state: 'out' }
    return ok(undefined)
  }
  const answer = await api.get<SessionAnswer>('/auth/session')
  if (!answer.ok) return answer.error.status === 401 ? ok(logOutHere()) : answer
  return answer.value.session === undefined ? ok(logOutHere()) : welcome(answer.value.session)
}

/** After a log-in: finds the wallets, and shows the page that was asked for. After a change of the wallets as well. */
export async function welcome(session: BrowserSession): Promise<Answer<void>> {
  holdSession(session)
  const answer = await api.get<WalletsAnswer>('/wallet/accounts/wallets')
  if (!answer.ok) return answer
  const { wallets } = answer.value
  const last = rememberedWallet()
  const walletId = (wallets.find(({ id }) => id === last) ?? wallets[0])?.id
  if (walletId === undefined) return ok(logOutHere())
  rememberWallet(walletId)
  rememberLeaving(false)
  visitor.value = { state: 'in', session, wallets, walletId }
  return ok(undefined)
}

/** For calls before the wallet is shown: there is something to be read first. */
export function holdSession(session: BrowserSession): void {
  csrf = session.csrf
}

/** Begins anew at this address, where the log-in that was made is found. */
export function enterAt(path: string): void {
  rememberWallet('')
  location.replace(path)
}

/** Shows another wallet of the account, on this page and on the next visit. */
export function openWallet(walletId: string): void {
  const who = visitor.peek()
  if (who.state !== 'in') return
  rememberWallet(walletId)
  visitor.value = { ...who, walletId }
}

export async function logOut(): Promise<void> {
  const left = await endLogIn()
  logOutHere()
  rememberLeaving(!left.ok)
}

async function endLogIn(): Promise<Answer<void>> {
  if (csrf === undefined) {
    const asked = await api.get<SessionAnswer>('/auth/session')
    if (!asked.ok) return asked.error.status === 401 ? ok(undefined) : asked
    if (asked.value.session === undefined) return ok(undefined)
    holdSession(asked.value.session)
  }
  const answer = await api.send('POST', '/auth/logout')
  return answer.ok || answer.error.status === 401 ? ok(undefined) : answer
}

/** The account is gone, and every log-in with it. */
export function forgetVisitor(): void {
  logOutHere()
  visitor.value = { state: 'out', deleted: true }
}

function logOutHere(): void {
  csrf = undefined
  rememberWallet(null)
  void wipeKept()
  visitor.value = { state: 'out' }
}

/** A log-in that ended meanwhile shows the welcome page, whose log-in leads back to the same address. */
function withLogOut(client: ApiClient): ApiClient {
  const seen = <T>(answer: Answer<T>): Answer<T> => {
    if (!answer.ok && answer.error.status === 401 && visitor.value.state === 'in') logOutHere()
    return answer
  }
  return {
    get: async (path, options) => seen(await client.get(path, options)),
    send: async (method, path, body) => seen(await client.send(method, path, body)),
  }
}
