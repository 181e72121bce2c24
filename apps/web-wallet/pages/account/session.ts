/**
 * Who is logged in, and the calls that need it. The log-in itself is in a cookie that no script reads; what a page holds is
 * the token that goes with calls that change something, and the name to show.
 */
import type { WalletsAnswer } from '@countersign/api/wallet/accounts'
import type { BrowserSession } from '@countersign/api/wallet/passkeys'
import { ok } from '@countersign/core/result'
import { type ApiClient, apiClient } from '@countersign/ui/http/api-client'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { formatTag } from '@countersign/ui/text/texts'
import { type Signal, signal } from '@preact/signals'

export interface LoggedIn {
  readonly session: BrowserSession
  readonly walletId: string
}

/** `asking`: not known yet; `out`: nobody. */
export type Visitor =
  | { readonly state: 'asking' }
  | { readonly state: 'out' }
  | ({ readonly state: 'in' } & LoggedIn)

export const visitor: Signal<Visitor> = signal({ state: 'asking' })

let csrf: string | undefined

/** Calls of the wallet API, at this page's own origin. */
export const api: ApiClient = withLogOut(apiClient('/wallet-api', () => csrf, formatTag))

/** Remembers that somebody was logged in, so that a stranger's first page asks nothing in vain. No secret, and no proof. */
const HINT = 'countersign.wallet'

/** Once, at the start. */
export async function findVisitor(): Promise<Answer<void>> {
  if (!hinted()) {
    visitor.value = { state: 'out' }
    return ok(undefined)
  }
  const answer = await api.get<{ session?: BrowserSession }>('/auth/session')
  if (!answer.ok) return answer.error.status === 401 ? ok(logOutHere()) : answer
  return answer.value.session === undefined ? ok(logOutHere()) : welcome(answer.value.session)
}

/** After a log-in: finds the wallet, and shows the page that was asked for. */
export async function welcome(session: BrowserSession): Promise<Answer<void>> {
  csrf = session.csrf
  const answer = await api.get<WalletsAnswer>('/wallet/accounts/wallets')
  if (!answer.ok) return answer
  const walletId = answer.value.wallets[0]?.id
  if (walletId === undefined) return ok(logOutHere())
  remember(true)
  visitor.value = { state: 'in', session, walletId }
  return ok(undefined)
}

export async function logOut(): Promise<void> {
  await api.send('POST', '/auth/logout')
  logOutHere()
}

/** The account is gone, and every log-in with it. */
export function forgetVisitor(): void {
  logOutHere()
}

function logOutHere(): void {
  csrf = undefined
  remember(false)
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

function hinted(): boolean {
  try {
    return localStorage.getItem(HINT) !== null
  } catch {
    // Without storage nobody can know: ask.
    return true
  }
}

function remember(loggedIn: boolean): void {
  try {
    if (loggedIn) localStorage.setItem(HINT, '1')
    else localStorage.removeItem(HINT)
  } catch {
    // The next visit asks.
  }
}
