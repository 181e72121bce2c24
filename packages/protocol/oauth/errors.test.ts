import type { JsonObject } from '@countersign/core/json'
import { describe, expect, it } from 'vitest'
import type { IssuanceRefusal } from '../openid4vci/session/session.ts'
import {
  accessError,
  credentialError,
  issuanceOAuthError,
  parseOAuthError,
  tokenError,
  withDpopNonce,
  writeOAuthError,
} from './errors.ts'

const refusals: readonly IssuanceRefusal[] = [
  { code: 'offer_expired', expiresAt: 1, now: 2 },
  { code: 'code_spent' },
  { code: 'tx_code_missing' },
  { code: 'tx_code_unexpected' },
  { code: 'session_closed' },
  { code: 'no_grant' },
  { code: 'token_expired', expiresAt: 1, now: 2 },
  { code: 'wrong_sender_key' },
  { code: 'not_offered', configurationId: 'secret-name' },
  { code: 'already_issued', configurationId: 'secret-name' },
]

describe('a refused issuance step', () => {
  it.each([
    ['offer_expired', 'invalid_grant', 'invalid_token', 401],
    ['code_spent', 'invalid_grant', 'invalid_token', 401],
    ['tx_code_missing', 'invalid_request', 'invalid_token', 401],
    ['tx_code_unexpected', 'invalid_request', 'invalid_token', 401],
    ['session_closed', 'invalid_grant', 'invalid_token', 401],
    ['no_grant', 'invalid_grant', 'invalid_token', 401],
    ['token_expired', 'invalid_grant', 'invalid_token', 401],
    ['wrong_sender_key', 'invalid_grant', 'invalid_token', 401],
    ['not_offered', 'invalid_grant', 'insufficient_scope', 403],
    ['already_issued', 'invalid_grant', 'credential_request_denied', 400],
  ])('%s is %s at the token and %s at the credential endpoint', (code, token, credential, status) => {
    const refusal = refusals.find((entry) => entry.code === code)
    if (refusal === undefined) throw new Error(code)
    expect(issuanceOAuthError(refusal, 'token')).toMatchObject({ error: token, status: 400 })
    expect(issuanceOAuthError(refusal, 'credential')).toMatchObject({ error: credential, status })
  })

  it('tells no fact of the refusal and not which secret check failed', () => {
    for (const where of ['token', 'credential'] as const) {
      const texts = refusals.map((refusal) => issuanceOAuthError(refusal, where))
      expect(JSON.stringify(texts)).not.toMatch(/secret-name|expiresAt/)
      for (const error of new Set(texts.map((text) => text.error))) {
        const same = texts.filter((text) => text.error === error)
        expect(new Set(same.map((text) => JSON.stringify(text))).size).toBe(1)
      }
    }
  })
})

describe('an error', () => {
  it('has a description that fits a header field and is not to be cached', () => {
    const errors = [
      tokenError('invalid_grant'),
      credentialError('invalid_nonce'),
      accessError('invalid_token'),
    ]
    for (const error of errors) {
      expect(error.description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
      expect(error.headers?.['cache-control']).toBe('no-store')
    }
  })

  it('at a protected resource stands with the scheme that was used, beside the other one', () => {
    const dpop = accessError('invalid_token', 'DPoP').headers?.['www-authenticate']
    expect(dpop).toMatch(/^DPoP error="invalid_token", .*algs="ES256 ES384 ES512 EdDSA", Bearer$/)
    const bearer = accessError('invalid_token', 'Bearer').headers?.['www-authenticate']
    expect(bearer).toMatch(/^Bearer error="invalid_token", .*DPoP algs="ES256 ES384 ES512 EdDSA"$/)
  })

  it('without any token is a challenge without an error code', () => {
    const missing = accessError('missing_token')
    expect(missing.status).toBe(401)
    expect(missing.headers?.['www-authenticate']).toBe('DPoP algs="ES256 ES384 ES512 EdDSA", Bearer')
  })

  it('can carry a DPoP nonce and keeps its other headers', () => {
    const error = withDpopNonce(accessError('use_dpop_nonce'), 'n')
    expect(error.headers).toMatchObject({ 'dpop-nonce': 'n', 'cache-control': 'no-store' })
    expect(error.headers?.['www-authenticate']).toContain('error="use_dpop_nonce"')
  })

  it('is read as it was written', () => {
    const error = tokenError('invalid_grant')
    expect(parseOAuthError(writeOAuthError(error))).toEqual({
      ok: true,
      value: { error: 'invalid_grant', description: error.description },
    })
  })

  it.each<JsonObject>([{}, { error: 1 }, { error: '' }, { error: 'a"b' }, { error: 'x'.repeat(200) }])(
    'is not read from %j',
    (json) => {
      expect(parseOAuthError(json).ok).toBe(false)
    },
  )
})
