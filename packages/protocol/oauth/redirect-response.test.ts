import { describe, expect, it } from 'vitest'
import { authorizationResponseUrl, parseAuthorizationResponse } from './redirect-response.ts'

const ISSUER = 'https://issuer.example/tenant'

describe('the address that a browser is sent back to', () => {
  it.each([
    [
      'https://w.example/back',
      'https://w.example/back?code=c&state=s+%26&iss=https%3A%2F%2Fissuer.example%2Ftenant',
    ],
    [
      'https://w.example/back?a=%20b',
      'https://w.example/back?a=%20b&code=c&state=s+%26&iss=https%3A%2F%2Fissuer.example%2Ftenant',
    ],
    ['wallet://back?', 'wallet://back?code=c&state=s+%26&iss=https%3A%2F%2Fissuer.example%2Ftenant'],
  ])('%s has code, state and issuer in its query', (redirectUri, expected) => {
    expect(authorizationResponseUrl({ code: 'c' }, { redirectUri, state: 's &', issuer: ISSUER })).toBe(
      expected,
    )
  })

  it('says what went wrong, and whose answer it is', () => {
    const url = authorizationResponseUrl(
      { error: 'access_denied', description: 'No' },
      { redirectUri: 'https://w.example/', issuer: ISSUER },
    )
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'No',
      iss: ISSUER,
    })
  })
})

describe('what came back', () => {
  it.each<[string, string, boolean, string]>([
    ['a code', `code=c&iss=${ISSUER}`, true, 'c'],
    ['a code of a server that does not say who it is', 'code=c', false, 'c'],
    ['a code that should say whose it is', 'code=c', true, 'issuer_missing'],
    ['a code of another server', 'code=c&iss=https://other.example', true, 'issuer_wrong'],
    [
      'a code of another server, from one that need not say it',
      'code=c&iss=https://other.example',
      false,
      'issuer_wrong',
    ],
    ['a code of an issuer with a slash more', `code=c&iss=${ISSUER}/`, true, 'issuer_wrong'],
    ['two codes', `code=c&code=d&iss=${ISSUER}`, true, 'parameter_repeated'],
    ['two issuers', `code=c&iss=${ISSUER}&iss=x`, true, 'parameter_repeated'],
    ['no code', `iss=${ISSUER}`, true, 'code_missing'],
    ['an empty code', `code=&iss=${ISSUER}`, true, 'code_missing'],
    ['an error', `error=access_denied&iss=${ISSUER}`, true, 'authorization_refused'],
    ['an error beside a code', `error=access_denied&code=c&iss=${ISSUER}`, true, 'authorization_refused'],
    ['an error of another server', 'error=access_denied&iss=https://other.example', true, 'issuer_wrong'],
  ])('%s', (_name, query, saysIssuer, expected) => {
    const result = parseAuthorizationResponse(new URLSearchParams(query), { issuer: ISSUER, saysIssuer })
    expect(result.ok ? result.value : result.error.code).toBe(expected)
  })
})
