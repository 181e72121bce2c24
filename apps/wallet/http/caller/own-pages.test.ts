import { describe, expect, it } from 'vitest'
import { ownPages } from './own-pages.ts'

const production = { mode: 'production', webHost: '0.0.0.0' } as const
const development = { mode: 'development', webHost: '127.0.0.1' } as const

const cookies: readonly (readonly [string, string | undefined, string | undefined, string])[] = [
  [
    'http://localhost:7001',
    undefined,
    undefined,
    'login=t; Path=/wallet-api; Max-Age=60; HttpOnly; SameSite=Strict',
  ],
  [
    'https://wallet.example',
    undefined,
    undefined,
    '__Host-login=t; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure',
  ],
  [
    'https://example.org/wallet',
    undefined,
    undefined,
    '__Secure-login=t; Path=/wallet/wallet-api; Max-Age=60; HttpOnly; SameSite=Strict; Secure',
  ],
  [
    'http://wallet.internal:7001',
    'https://wallet.example',
    'https://wallet.example',
    '__Host-login=t; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure',
  ],
]

it.each(cookies)(
  'the cookie of %s with pages at %s, asked from %s',
  (baseUrl, webWalletUrl, origin, expected) => {
    const pages = ownPages({ ...production, baseUrl, webWalletUrl })
    expect(pages.cookies.write(origin === undefined ? {} : { origin }, 't', 60)).toBe(expected)
  },
)

it('where there is TLS, a cookie that came without is nobody’s login', () => {
  const pages = ownPages({ ...production, baseUrl: 'http://i:7001', webWalletUrl: 'https://wallet.example' })
  expect(pages.cookies.read('login=planted; __Host-login=own')).toEqual(['own'])
  expect(pages.cookies.read('login=planted')).toEqual([])
})

describe('a page is ours', () => {
  const pages = ownPages({
    ...production,
    baseUrl: 'https://api.example',
    webWalletUrl: 'https://wallet.example',
  })
  const host = 'api.example'

  it.each<readonly [string, Record<string, string>, boolean, boolean]>([
    [
      'from the web wallet',
      { host, origin: 'https://wallet.example', 'sec-fetch-site': 'same-origin' },
      true,
      true,
    ],
    [
      'from its own address',
      { host, origin: 'https://api.example', 'sec-fetch-site': 'same-origin' },
      true,
      true,
    ],
    ['from the address bar', { host, 'sec-fetch-site': 'none' }, true, false],
    [
      'from a neighbour',
      { host, origin: 'https://other.example', 'sec-fetch-site': 'same-site' },
      false,
      false,
    ],
    [
      'from elsewhere',
      { host, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      false,
      false,
    ],
    ['from elsewhere by a link', { host, 'sec-fetch-site': 'cross-site' }, false, false],
    [
      'from another origin that calls itself the same',
      { host, origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
      false,
      false,
    ],
    ['from a page without an origin', { host, origin: 'null' }, false, false],
    ['from an old browser elsewhere', { host, origin: 'https://evil.example' }, false, false],
    ['from an old browser on its own page', { host, origin: 'https://wallet.example' }, true, true],
    ['from no browser', { host }, true, true],
  ])('%s', (_, headers, asking, acting) => {
    expect(pages.isAsking(headers)).toBe(asking)
    expect(pages.isActing(headers)).toBe(acting)
  })

  it('on any port of this machine in development, and on none in production', () => {
    const origin = 'http://localhost:3999'
    const headers = { host: 'localhost:7001', origin, 'sec-fetch-site': 'same-origin' }
    expect(ownPages({ ...development, baseUrl: 'http://localhost:7001' }).isActing(headers)).toBe(true)
    expect(ownPages({ ...production, baseUrl: 'http://localhost:7001' }).isActing(headers)).toBe(false)
  })
})

it.each([
  [{ ...development, baseUrl: 'http://localhost:7001' }, 'localhost'],
  [{ ...production, baseUrl: 'https://api.example' }, 'api.example'],
  [
    { ...production, baseUrl: 'https://api.example', webWalletUrl: 'https://wallet.example/x' },
    'wallet.example',
  ],
])('passkeys are for the host of the pages', (addresses, host) => {
  expect(ownPages(addresses).relyingPartyId).toBe(host)
})
