import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAuthorizationRequestUrl } from './request-url.ts'

const uri = 'request_uri=https%3A%2F%2Fverifier.example%2Fr'

const refusals: readonly (readonly [string, string, object])[] = [
  ['no URL', 'client_id=a', { code: 'url_malformed' }],
  ['nothing', '', { code: 'url_malformed' }],
  ['no client', `openid4vp://?${uri}`, { code: 'client_id_missing' }],
  ['an empty client', `openid4vp://?client_id=&${uri}`, { code: 'client_id_missing' }],
  ['no request', 'openid4vp://?client_id=a', { code: 'request_missing' }],
  ['an empty request', 'openid4vp://?client_id=a&request=', { code: 'request_missing' }],
  [
    'a request in plain parameters',
    'openid4vp://?client_id=redirect_uri%3Ahttps%3A%2F%2Fa.example&nonce=n&dcql_query=%7B%7D',
    { code: 'request_missing' },
  ],
  ['a request in two ways', `openid4vp://?client_id=a&request=x&${uri}`, { code: 'request_twice' }],
  [
    'two clients',
    `openid4vp://?client_id=a&client_id=b&${uri}`,
    { code: 'parameter_repeated', parameter: 'client_id' },
  ],
  [
    'two request URIs',
    `openid4vp://?client_id=a&${uri}&${uri}`,
    { code: 'parameter_repeated', parameter: 'request_uri' },
  ],
  [
    'a method in capitals',
    `openid4vp://?client_id=a&${uri}&request_uri_method=POST`,
    { code: 'request_uri_method_unknown' },
  ],
  [
    'a repeated parameter, empty or not',
    `openid4vp://?client_id=a&${uri}&request_uri=`,
    { code: 'parameter_repeated', parameter: 'request_uri' },
  ],
  [
    'plain http',
    'openid4vp://?client_id=a&request_uri=http%3A%2F%2Fverifier.example',
    { code: 'request_uri_not_allowed' },
  ],
  [
    'a relative request URI',
    'openid4vp://?client_id=a&request_uri=%2Fr',
    { code: 'request_uri_not_allowed' },
  ],
  [
    'a request URI that is data',
    'openid4vp://?client_id=a&request_uri=data%3A%2Cx',
    { code: 'request_uri_not_allowed' },
  ],
  [
    'a URL without end',
    `openid4vp://?client_id=${'a'.repeat(100_000)}`,
    { code: 'url_too_long', max: 100_000 },
  ],
]

describe('the URL that opens a wallet', () => {
  it.each(refusals)('is refused with %s', (_, url, error) => {
    expect(parseAuthorizationRequestUrl(url)).toEqual({ ok: false, error })
  })

  it.each([
    'openid4vp://',
    'openid4vp://authorize',
    'haip://',
    'haip-vp:',
    'https://wallet.example/authorize',
  ])('may begin with %s', (base) => {
    expect(parseAuthorizationRequestUrl(`${base}?client_id=a&${uri}&unknown=1&unknown=2`)).toEqual({
      ok: true,
      value: {
        kind: 'by_reference',
        clientId: 'a',
        requestUri: 'https://verifier.example/r',
        requestUriMethod: 'get',
      },
    })
  })

  it.each([
    [`client_id=a&${uri}&request=`, 'by_reference'],
    [`client_id=a&${uri}&request_uri_method=`, 'by_reference'],
    [`client_id=a&${uri}&request&state=&scope=`, 'by_reference'],
    ['client_id=a&request=x.y.z&request_uri=&request_uri_method=', 'by_value'],
  ])('leaves out parameters without a value (RFC 6749 §3.1): %s', (query, kind) => {
    expect(parseAuthorizationRequestUrl(`OPENID4VP://?${query}`)).toMatchObject({ ok: true, value: { kind } })
  })

  it('may carry the request itself', () => {
    expect(parseAuthorizationRequestUrl('openid4vp://?client_id=a&request=x.y.z')).toEqual({
      ok: true,
      value: { kind: 'by_value', clientId: 'a', request: 'x.y.z' },
    })
  })

  it('is a reference or a refusal, whatever it is', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseAuthorizationRequestUrl(text).ok === 'boolean'))
    fc.assert(
      fc.property(fc.string(), (text) => {
        const url = `openid4vp://?client_id=${text}&request_uri=${text}`
        return typeof parseAuthorizationRequestUrl(url).ok === 'boolean'
      }),
    )
  })
})

describe('a request_uri', () => {
  it.each([
    ['https://verifier.example/a?b', true, true],
    ['http://localhost:7003/a', false, true],
    ['http://127.0.0.1:7003/a', false, true],
    ['http://[::1]:7003/a', false, true],
    ['http://verifier1.localhost/a', false, true],
    ['http://localhost.example/a', false, false],
    ['http://127.0.0.1.example/a', false, false],
    ['http://192.168.0.1/a', false, false],
    ['https://user@verifier.example/', false, false],
    ['https://:secret@verifier.example/', false, false],
    ['https://verifier.example/#a', false, false],
    ['https://verifier.example/#', false, false],
    ['javascript:alert(1)', false, false],
    ['verifier.example', false, false],
  ])('%s: %s, with http on loopback: %s', (url, strict, loopback) => {
    const request = `openid4vp://?client_id=x&request_uri=${encodeURIComponent(url)}`
    expect(parseAuthorizationRequestUrl(request).ok).toBe(strict)
    expect(parseAuthorizationRequestUrl(request, 'loopback').ok).toBe(loopback)
  })
})
