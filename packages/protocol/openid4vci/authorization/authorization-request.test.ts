import { describe, expect, it } from 'vitest'
import type { Form } from '../../oauth/form-parameters.ts'
import { parseAuthorizationRequest, writeAuthorizationRequest } from './authorization-request.ts'

const ISSUER = 'https://issuer.example'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const plain: Form = {
  response_type: 'code',
  client_id: 'wallet',
  redirect_uri: 'https://wallet.example/back?keep=1',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

function parsed(change: Readonly<Record<string, string | undefined>>) {
  const form = Object.fromEntries(
    Object.entries({ ...plain, ...change }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  )
  return parseAuthorizationRequest(form, ISSUER)
}

function outcome(change: Readonly<Record<string, string | undefined>>): string {
  const result = parsed(change)
  if (result.ok) return 'read'
  const { error } = result
  if (error.code === 'invalid_request') return `invalid_request ${error.parameter}`
  return error.code
}

describe('an authorization request', () => {
  it('is read with all that it can say, and written the same', () => {
    const request = {
      clientId: 'wallet',
      redirectUri: 'https://wallet.example/back?keep=1',
      state: 'a state',
      codeChallenge: CHALLENGE,
      scope: ['pid', 'badge'],
      details: [{ configurationId: 'pid_sd' }],
      issuerState: 'from-the-offer',
      senderKey: CHALLENGE,
    }
    expect(parseAuthorizationRequest(writeAuthorizationRequest(request), ISSUER)).toEqual({
      ok: true,
      value: request,
    })
  })

  it.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['without scope and details', {}, 'read'],
    ['with parameters that nobody knows', { nonsense: '1', resource: 'https://x.example' }, 'read'],
    ['with its response mode', { response_mode: 'query' }, 'read'],
    ['with a long state', { state: 's'.repeat(8192) }, 'read'],
    ['with a state without end', { state: 's'.repeat(8193) }, 'invalid_request state'],
    ['with an empty state', { state: '' }, 'read'],
    ['without response type', { response_type: undefined }, 'invalid_request response_type'],
    ['for a token', { response_type: 'token' }, 'response_type_unsupported'],
    ['for a code and a token', { response_type: 'code id_token' }, 'response_type_unsupported'],
    ['in a fragment', { response_mode: 'fragment' }, 'response_mode_unsupported'],
    ['as a request object', { request: 'e30.e30.' }, 'request_object_unsupported'],
    ['without client', { client_id: undefined }, 'invalid_request client_id'],
    ['without a challenge', { code_challenge: undefined }, 'invalid_request code_challenge'],
    [
      'with a challenge without a method',
      { code_challenge_method: undefined },
      'code_challenge_method_unsupported',
    ],
    ['with a plain challenge', { code_challenge_method: 'plain' }, 'code_challenge_method_unsupported'],
    [
      'with a challenge that is no hash',
      { code_challenge: 'x'.repeat(44) },
      'invalid_request code_challenge',
    ],
    ['with details that are none', { authorization_details: '{}' }, 'authorization_details_invalid'],
    ['with a thumbprint that is none', { dpop_jkt: 'x' }, 'invalid_request dpop_jkt'],
    ['with an endless issuer state', { issuer_state: 'x'.repeat(1025) }, 'invalid_request issuer_state'],
  ])('%s: %#', (_name, change, expected) => {
    expect(outcome(change)).toBe(expected)
  })

  it.each<[string, boolean]>([
    ['https://wallet.example/back', true],
    ['https://wallet.example:8443/back?a=b&c=', true],
    ['http://127.0.0.1:7001/back', true],
    ['http://localhost/back', true],
    ['http://[::1]:80/', true],
    ['com.example.wallet:/back', true],
    ['eudi-openid4ci://authorize', true],
    ['http://wallet.example/back', false],
    ['http://127.0.0.1.wallet.example/', false],
    ['https://user:secret@wallet.example/', false],
    ['https://wallet.example/#fragment', false],
    ['/back', false],
    ['javascript:alert(1)', false],
    ['JavaScript:alert(1)', false],
    ['data:text/html,hello', false],
    ['file:///etc/passwd', false],
    ['blob:https://wallet.example/1', false],
    ['https://wallet.example/a b', false],
    ['https://wallet.example/\u00e9', false],
    ['https://wallet.example/"><script>', false],
    [`https://wallet.example/${'x'.repeat(2048)}`, false],
    ['', false],
  ])('may send its browser back to %s: %s', (address, may) => {
    expect(outcome({ redirect_uri: address })).toBe(may ? 'read' : 'invalid_request redirect_uri')
  })
})
