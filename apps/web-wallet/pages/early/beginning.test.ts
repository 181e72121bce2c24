import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { PAGE_ROUTES } from '../../routes.ts'
import { asksAt, partsAt } from './beginning.ts'

const isThere = (part: string) => existsSync(fileURLToPath(new URL(`../${part}`, import.meta.url)))

describe('with what a page begins', () => {
  it.each(PAGE_ROUTES)('%s needs parts that are there', (route) => {
    const [english, german] = [partsAt(route, 'en', false), partsAt(route, 'de', false)]
    expect(english).toHaveLength(route === '/' ? 0 : 1)
    expect(german.length).toBeGreaterThan(english.length)
    expect([...english, ...german].filter((part) => !isThere(part))).toEqual([])
  })

  it.each([
    ['/', 'account/welcome-page.tsx'],
    ['/offers/x', 'account/welcome-page.tsx'],
    ['/nowhere', 'account/welcome-page.tsx'],
    ['/recover', 'account/recover-page.tsx'],
    ['/reset', 'account/reset-page.tsx'],
    ['/help', 'help-page.tsx'],
  ])('%s needs %s for a stranger', (path, part) => {
    expect(partsAt(path, 'en', true)).toEqual([part])
    expect(isThere(part)).toBe(true)
  })

  it.each([
    ['/', 'w', ['/auth/session', '/wallet/w/cards', '/wallet/accounts/wallets']],
    ['/scan', 'w', ['/auth/session', '/wallet/accounts/wallets']],
    ['/', '', ['/auth/session']],
    ['/cards/x', '', ['/auth/session']],
    ['/nowhere', 'w', ['/auth/session', '/wallet/accounts/wallets']],
    [
      '/cards/urn:uuid:1',
      'w',
      ['/auth/session', '/wallet/w/cards/urn%3Auuid%3A1', '/wallet/w/categories', '/wallet/accounts/wallets'],
    ],
    ['/offers/a%2Fb', 'w', ['/auth/session', '/wallet/w/exchange/offers/a%2Fb', '/wallet/accounts/wallets']],
    ['/requests/%', 'w', ['/auth/session', '/wallet/w/exchange/requests/%', '/wallet/accounts/wallets']],
  ])('%s asks in wallet %j for %j', (path, walletId, paths) => {
    expect(asksAt(path, walletId)).toEqual(paths)
  })
})
