/** With what a page of the wallet begins: the parts of the program that it needs, and what it asks the wallet. */
import type { LanguageId } from '@countersign/ui/text/languages'

interface Beginning {
  /** A module of the pages that is loaded by itself. */
  readonly part?: string
  /** With texts of its own. */
  readonly own?: boolean
  /** Paths below the wallet, word for word as the page asks. `id`: what follows in the page's address. */
  readonly asks?: (id: string) => readonly string[]
  /** Paths below the API. */
  readonly account?: readonly string[]
}

/** By the first part of the address. */
const PAGES: Readonly<Record<string, Beginning>> = {
  '': { asks: () => ['cards'] },
  cards: { part: 'cards/card-page.tsx', asks: (id) => [`cards/${id}`, 'categories'] },
  scan: { part: 'scan/scan-page.tsx' },
  open: { part: 'scan/open-page.tsx' },
  api: { part: 'scan/open-page.tsx' },
  offers: { part: 'receive/offer-page.tsx', asks: (id) => [`exchange/offers/${id}`] },
  authorized: { part: 'receive/authorized-page.tsx' },
  requests: { part: 'present/request-page.tsx', asks: (id) => [`exchange/requests/${id}`] },
  history: { part: 'history/history-page.tsx', own: true },
  settings: {
    part: 'settings/settings-page.tsx',
    own: true,
    asks: () => ['categories'],
    account: ['/auth/passkeys', '/auth/recovery-codes', '/auth/logins'],
  },
  keys: { part: 'keys/keys-page.tsx', own: true, asks: () => ['keys', 'dids'] },
  recover: { part: 'account/recover-page.tsx' },
  reset: { part: 'account/reset-page.tsx', own: true },
  help: { part: 'help-page.tsx' },
}

const WELCOME: Beginning = { part: 'account/welcome-page.tsx' }
const FOR_STRANGERS = new Set(['help', 'recover', 'reset'])

/** `walletId`: the one that was open last; empty where none is known, and who is there has to be found out first. */
export function asksAt(path: string, walletId: string): readonly string[] {
  if (walletId === '') return [SESSION]
  const [, first = '', id = ''] = path.split('/')
  const { account = [], asks } = PAGES[first] ?? {}
  const own = (asks?.(encoded(id)) ?? []).map((rest) => `/wallet/${walletId}/${rest}`)
  return [SESSION, ...own, '/wallet/accounts/wallets', ...account]
}

const SESSION = '/auth/session'

/** `isStranger`: nobody logged in here before, and whoever is asked to sees that page at every address but a few. */
export function partsAt(path: string, language: LanguageId, isStranger: boolean): readonly string[] {
  const [, first = ''] = path.split('/')
  const { own = false, part } = isStranger && !FOR_STRANGERS.has(first) ? WELCOME : (PAGES[first] ?? {})
  const texts = language === 'de' ? ['texts/de.ts', ...(own ? ['texts/own/de.ts'] : []), UI_GERMAN] : []
  return [...(part === undefined ? [] : [part]), ...texts]
}

/** As a page writes what it read in its address, however it stood there. */
function encoded(part: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(part))
  } catch {
    return part
  }
}

const UI_GERMAN = '../../../packages/ui/text/de.ts'
