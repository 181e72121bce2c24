import type { JsonObject } from '@countersign/core/json'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseClient } from '../oauth/client-authentication/methods.ts'
import { ANONYMOUS_CLIENT } from '../oauth/client-authentication/none.ts'
import { parseGrantRequest } from '../oauth/grants/grants.ts'
import { PRE_AUTHORIZED_CODE } from '../oauth/grants/pre-authorized-code.ts'
import {
  parseAskedToken,
  parseTokenResponse,
  type TokenRequest,
  writeTokenRequest,
  writeTokenResponse,
} from './token.ts'

const form = { grant_type: PRE_AUTHORIZED_CODE, 'pre-authorized_code': 'session.secret' }

const asked = { grantType: PRE_AUTHORIZED_CODE, preAuthorizedCode: 'session.secret' } as const
const plain: TokenRequest = { ...asked, client: ANONYMOUS_CLIENT }

describe('a token request', () => {
  it('is written as a form, whatever characters it has, with what the client adds', () => {
    const request: TokenRequest = {
      grantType: PRE_AUTHORIZED_CODE,
      preAuthorizedCode: 'a+b/c=&%',
      txCode: '12 ä',
      client: { method: 'none', clientId: 'wallet' },
    }
    const body = Object.fromEntries(new URLSearchParams(writeTokenRequest(request)))
    const { client, ...grant } = request
    expect(parseGrantRequest(body)).toEqual({ ok: true, value: grant })
    expect(parseClient({ form: body, headers: {} })).toEqual({ ok: true, value: client })
    expect(writeTokenRequest({ ...plain, preAuthorizedCode: 'c' })).toBe(
      'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code&pre-authorized_code=c',
    )
  })

  it('may have parameters that nobody knows', () => {
    expect(parseGrantRequest({ ...form, resource: 'x', __proto__x: 'y' })).toEqual({ ok: true, value: asked })
  })

  it('may name credentials of an issuer, and is read as it was written', () => {
    const issuer = 'https://issuer.example'
    const request: TokenRequest = {
      ...plain,
      requested: [{ configurationId: 'pid' }, { configurationId: 'b' }],
    }
    const body = Object.fromEntries(new URLSearchParams(writeTokenRequest(request)))
    const { client: _client, ...askedFor } = request
    expect(parseAskedToken(body, issuer)).toEqual({ ok: true, value: askedFor })
    expect(parseAskedToken({ ...form, authorization_details: '' }, issuer)).toEqual({
      ok: true,
      value: asked,
    })
    const at = (details: string) => {
      const read = parseAskedToken({ ...form, authorization_details: details }, issuer)
      return read.ok ? read.value : read.error
    }
    const entry = { type: 'openid_credential', credential_configuration_id: 'pid' }
    expect(at(JSON.stringify([{ ...entry, locations: [issuer] }]))).toMatchObject({
      requested: [{ configurationId: 'pid' }],
    })
    for (const wrong of ['x', '[]', '{}', '[{}]', JSON.stringify([entry, { type: 'other' }])])
      expect(at(wrong)).toMatchObject({ code: 'authorization_details_invalid' })
    expect(at(JSON.stringify([{ ...entry, locations: ['https://other.example'] }]))).toMatchObject({
      code: 'authorization_details_invalid',
      at: 'authorization_details[0].locations',
    })
  })

  it('with a parameter without value is one without that parameter', () => {
    expect(parseGrantRequest({ ...form, tx_code: '' })).toEqual({ ok: true, value: asked })
  })

  it.each<[string, Record<string, string>, string]>([
    ['without grant type', { grant_type: '' }, 'invalid_request'],
    ['for another grant', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['for a refresh token that is not there', { grant_type: 'refresh_token' }, 'invalid_request'],
    ['for a code that is not there', { grant_type: 'authorization_code' }, 'invalid_request'],
    ['for a password', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['without code', { 'pre-authorized_code': '' }, 'invalid_request'],
    ['with a huge code', { 'pre-authorized_code': 'x'.repeat(1025) }, 'invalid_request'],
    ['with a huge transaction code', { tx_code: '1'.repeat(129) }, 'invalid_request'],
  ])('%s is refused', (_name, change, code) => {
    expect(parseGrantRequest({ ...form, ...change })).toMatchObject({ ok: false, error: { code } })
  })

  it.each(['toString', '__proto__', 'constructor'])(
    'for the grant type %s is for none that we speak',
    (type) => {
      expect(parseGrantRequest({ ...form, grant_type: type })).toMatchObject({
        error: { code: 'unsupported_grant_type' },
      })
    },
  )

  it('takes nothing from the prototype of the form', () => {
    const inherited: Record<string, string> = Object.create(form)
    expect(parseGrantRequest(inherited)).toMatchObject({ ok: false, error: { parameter: 'grant_type' } })
  })
})

describe('a token response', () => {
  const response = writeTokenResponse({ accessToken: 't', tokenType: 'DPoP', expiresIn: 300 })

  it('is read as it was written', () => {
    expect(response).toEqual({ access_token: 't', token_type: 'DPoP', expires_in: 300 })
    expect(parseTokenResponse(response)).toEqual({
      ok: true,
      value: { accessToken: 't', tokenType: 'DPoP', expiresInSeconds: 300 },
    })
  })

  it('may bring a token to ask for the next one with', () => {
    const again = writeTokenResponse({
      accessToken: 't',
      tokenType: 'DPoP',
      expiresIn: 300,
      refreshToken: 'r',
    })
    expect(parseTokenResponse(again)).toMatchObject({ value: { refreshToken: 'r' } })
  })

  it.each([
    ['dpop', 'DPoP'],
    ['DPOP', 'DPoP'],
    ['bearer', 'Bearer'],
    ['BEARER', 'Bearer'],
  ])('of type %s is one of %s', (token_type, tokenType) => {
    expect(parseTokenResponse({ ...response, token_type })).toMatchObject({ value: { tokenType } })
  })

  it('need not say how long the token lives', () => {
    expect(parseTokenResponse({ access_token: 't', token_type: 'Bearer' })).toEqual({
      ok: true,
      value: { accessToken: 't', tokenType: 'Bearer' },
    })
  })

  it('may come with a token for another one', () => {
    const written = writeTokenResponse({
      accessToken: 't',
      tokenType: 'DPoP',
      expiresIn: 300,
      refreshToken: 'r',
    })
    expect(parseTokenResponse(written)).toMatchObject({ value: { refreshToken: 'r' } })
  })

  it('keeps the credential identifiers of its authorization details', () => {
    const detail = {
      type: 'openid_credential',
      credential_configuration_id: 'pid',
      credential_identifiers: ['a', 'b'],
      extra: 1,
    }
    const authorization_details = [{ type: 'payment' }, detail]
    expect(parseTokenResponse({ ...response, authorization_details })).toMatchObject({
      value: { authorizationDetails: [{ configurationId: 'pid', credentialIdentifiers: ['a', 'b'] }] },
    })
  })

  const detail = { type: 'openid_credential', credential_configuration_id: 'pid' }
  it.each<[string, JsonObject]>([
    ['a lifetime as text', { expires_in: '300' }],
    ['a lifetime that is null', { expires_in: null }],
    ['a negative lifetime', { expires_in: -1 }],
    ['a refresh token that is null', { refresh_token: null }],
    ['a refresh token that is empty', { refresh_token: '' }],
    ['a refresh token that is no text', { refresh_token: 7 }],
    ['a refresh token with what no form carries as it is', { refresh_token: 'r\n' }],
    ['a refresh token that is too long', { refresh_token: 'r'.repeat(16_385) }],
    ['details that are null', { authorization_details: null }],
    ['details that are no list', { authorization_details: {} }],
    ['details of text', { authorization_details: ['x', null] }],
    ['details without identifiers', { authorization_details: [detail] }],
    [
      'details with identifiers that are none',
      { authorization_details: [{ ...detail, credential_identifiers: [7, ''] }] },
    ],
    ['a refresh token that is none', { refresh_token: 7 }],
    ['a refresh token that cannot be sent', { refresh_token: 'a\nb' }],
    ['members that are null', { scope: null, refresh_token: null, c_nonce: null, c_nonce_expires_in: null }],
  ])('with %s is as good as without: the code is spent', (_name, change) => {
    const bare = { access_token: 't', token_type: 'DPoP' }
    expect(parseTokenResponse({ ...bare, ...change })).toEqual(parseTokenResponse(bare))
  })

  it('keeps those of its details that can be used', () => {
    const authorization_details = [7, detail, { ...detail, credential_identifiers: ['a', 7, 'a', 'b'] }]
    expect(parseTokenResponse({ ...response, authorization_details })).toMatchObject({
      value: { authorizationDetails: [{ configurationId: 'pid', credentialIdentifiers: ['a', 'b'] }] },
    })
  })

  it.each<[string, JsonObject, string]>([
    ['no token', { access_token: null }, 'token_response_malformed'],
    ['an empty token', { access_token: '' }, 'token_response_malformed'],
    ['a token that would split a header', { access_token: 'a\r\nx: y' }, 'token_response_malformed'],
    ['a token with a space', { access_token: 'a b' }, 'token_response_malformed'],
    ['no type', { token_type: null }, 'token_response_malformed'],
    ['another type', { token_type: 'mac' }, 'token_type_unsupported'],
  ])('with %s is refused', (_name, change, code) => {
    expect(parseTokenResponse({ ...response, ...change })).toMatchObject({ ok: false, error: { code } })
  })
})

it('anything at all is answered with a value or a refusal', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.string()),
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.jsonValue(),
      (fields, object, details) => {
        expect(parseGrantRequest({ ...form, ...fields })).toHaveProperty('ok')
        const response = { access_token: 't', token_type: 'DPoP', ...object, authorization_details: details }
        expect(parseTokenResponse(response as JsonObject)).toHaveProperty('ok')
      },
    ),
  )
})
