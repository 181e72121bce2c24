import { describe, expect, it } from 'vitest'
import { parseAuthorization } from './authorization-header.ts'

describe('an Authorization header', () => {
  it.each([
    ['Bearer abc.def', 'Bearer'],
    ['bearer abc.def', 'Bearer'],
    ['DPoP abc.def', 'DPoP'],
    ['dpop   abc.def', 'DPoP'],
  ])('%s presents a token under %s', (header, scheme) => {
    expect(parseAuthorization(header)).toEqual({ ok: true, value: { scheme, accessToken: 'abc.def' } })
  })

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Basic abc',
    'Bearer a b',
    'Bearer a\tb',
    ' Bearer abc',
    'BearerDPoP abc',
    `Bearer ${'a'.repeat(2001)}`,
  ])('%j presents none', (header) => {
    expect(parseAuthorization(header)).toEqual({ ok: false, error: { code: 'access_token_missing' } })
  })
})
