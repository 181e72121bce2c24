import { describe, expect, it } from 'vitest'
import { keptNameFor } from './worker-rules.ts'

const ORIGIN = 'https://wallet.example'
const SHELL = ['/', '/assets/index-1.js', '/icon.svg']
const answered = (mode: string, path: string, method = 'GET') =>
  keptNameFor({ method, mode, url: new URL(path, ORIGIN).href }, ORIGIN, SHELL)

describe('the service worker', () => {
  it.each(['/', '/scan', '/scan/', '/cards/urn%3Auuid%3A1', '/open?text=a', '/requests/r1', '/?language=de'])(
    'answers who goes to %s with the first page',
    (path) => {
      expect(answered('navigate', path)).toBe('/')
    },
  )

  it.each(['/nowhere', '/cards', '/cards/a/b', '/metrics', '/wallet-api/wallet/w/eventlog/export'])(
    'leaves %s to the server',
    (path) => {
      expect(answered('navigate', path)).toBeUndefined()
    },
  )

  it('answers for files of the shell, by their names', () => {
    expect(answered('no-cors', '/assets/index-1.js')).toBe('/assets/index-1.js')
    expect(answered('cors', '/icon.svg?x')).toBe('/icon.svg')
    expect(answered('no-cors', '/assets/other-2.js')).toBeUndefined()
  })

  it.each([
    ['cors', '/wallet-api/auth/session'],
    ['cors', '/wallet-api/wallet/w/cards'],
    ['same-origin', '/wallet-api/wallet/w/credentials/c/pictures/p'],
    ['cors', '/'],
    ['cors', 'https://other.example/assets/index-1.js'],
  ])('keeps its hands off what a page asks: %s %s', (mode, path) => {
    expect(answered(mode, path)).toBeUndefined()
  })

  it('keeps its hands off what changes something', () => {
    expect(answered('navigate', '/scan', 'POST')).toBeUndefined()
  })
})
