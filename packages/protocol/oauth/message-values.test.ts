import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundedTexts, endpointUrl } from './message-values.ts'

describe('an endpoint URL', () => {
  it.each([
    'https://a.example',
    'https://a.example/',
    'https://a.example:8443/p/q?x=1',
    'https://xn--bcher-kva.example/a@b',
  ])('%s is kept as it is', (text) => {
    expect(endpointUrl(text, 'https_only')).toBe(text)
  })

  it.each<[unknown]>([
    ['http://a.example/'],
    ['http://localhost/'],
    ['https://user@a.example/'],
    ['https://user:pw@a.example/'],
    ['https://@a.example/'],
    ['https://a.example/#f'],
    ['https://a.example\\@b.example/'],
    ['https://a.example/ x'],
    ['https://a.example/\n'],
    ['https://büch.example/'],
    ['https:a.example'],
    ['https://'],
    ['javascript:alert(1)'],
    ['file:///etc/passwd'],
    ['//a.example'],
    [''],
    [7],
    [null],
    [['https://a.example']],
    [`https://a.example/${'x'.repeat(2048)}`],
  ])('%j is refused', (value) => {
    expect(endpointUrl(value, 'https_only')).toBeUndefined()
  })

  it.each([
    ['http://localhost:7002/x', true],
    ['http://issuer.localhost/', true],
    ['http://127.0.0.1:7002/', true],
    ['http://127.1/', true],
    ['http://[::1]:7002/', true],
    ['http://127.0.0.1.evil.example/', false],
    ['http://localhost.evil.example/', false],
    ['http://128.0.0.1/', false],
    ['http://a.example/', false],
  ])('%s without TLS is of this machine: %s', (text, loopback) => {
    expect(endpointUrl(text, 'loopback') !== undefined).toBe(loopback)
    expect(endpointUrl(text, 'any')).toBe(text)
  })

  it.each(['HTTPS://a.example/x', 'Https://a.example/x'])(
    '%s is https, whatever the case of its scheme (RFC 3986 §3.1)',
    (text) => expect(endpointUrl(text, 'https_only')).toBe(text),
  )

  it.each(['HTTP://a.example/x', 'HTTPS://user@a.example/x', 'HTTPS://@a.example/x', 'HTTP://a.example'])(
    '%s is no more acceptable in capitals',
    (text) => expect(endpointUrl(text, 'loopback')).toBeUndefined(),
  )

  it('is looked for in any text without throwing', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.string()),
        (text) => {
          const url = endpointUrl(text, 'any')
          expect(url === undefined || url === text).toBe(true)
        },
      ),
    )
  })
})

it('a list of texts is taken whole or not at all', () => {
  const limits = { maxItems: 2, maxLength: 3 }
  expect(boundedTexts(['a', 'bcd'], limits)).toEqual(['a', 'bcd'])
  for (const value of [
    [],
    ['a', 'b', 'c'],
    ['abcd'],
    [''],
    ['a', 1],
    'a',
    { 0: 'a', length: 1 },
    undefined,
  ]) {
    expect(boundedTexts(value, limits)).toBeUndefined()
  }
})
