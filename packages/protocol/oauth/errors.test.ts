import type { JsonObject } from '@countersign/core/json'
import { describe, expect, it } from 'vitest'
import { accessError, credentialError, parseOAuthError, tokenError } from './errors.ts'

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

  it('says what it is told to say, in the body and in the challenge', () => {
    expect(tokenError('invalid_request', 'tx_code is missing').description).toBe('tx_code is missing')
    const access = accessError('invalid_dpop_proof', 'DPoP', 'The DPoP proof is too old')
    expect(access.description).toBe('The DPoP proof is too old')
    expect(access.headers?.['www-authenticate']).toContain('error_description="The DPoP proof is too old"')
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

  it('is read as it was written', () => {
    const error = tokenError('invalid_grant')
    const body = { error: error.error, error_description: error.description }
    expect(parseOAuthError(body)).toEqual({
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
