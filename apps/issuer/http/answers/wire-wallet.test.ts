import type { NotificationRequestRefusal } from '@countersign/protocol/openid4vci/notification'
import type { IssuanceRefusal } from '@countersign/protocol/openid4vci/session/message'
import { wireError } from '@countersign/service/http/answers/wire-errors'
import { describe, expect, it } from 'vitest'
import type { CredentialRefusal } from '../../credential/issue-credential.ts'
import {
  CREDENTIAL_ERRORS,
  CREDENTIAL_REQUEST_ERRORS,
  NOTIFICATION_ERRORS,
  NOTIFICATION_REQUEST_ERRORS,
  TOKEN_ERRORS,
  TOKEN_REQUEST_ERRORS,
} from './wire-wallet.ts'

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
  { code: 'notification_unknown' },
  { code: 'notification_impossible', event: 'credential_failure', after: 'credential_accepted' },
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
    ['not_offered', 'invalid_authorization_details', 'insufficient_scope', 403],
    ['already_issued', 'invalid_grant', 'credential_request_denied', 400],
  ])('%s is %s at the token and %s at the credential endpoint', (code, token, credential, status) => {
    const refusal = refusals.find((entry) => entry.code === code)
    if (refusal === undefined) throw new Error(code)
    expect(wireError(TOKEN_ERRORS, refusal)).toMatchObject({ code: token, status: 400, refusal: code })
    expect(wireError(CREDENTIAL_ERRORS.DPoP, refusal)).toMatchObject({
      code: credential,
      status,
      refusal: code,
    })
  })

  it('tells no fact of the refusal and not which secret check failed', () => {
    for (const [table, secret] of [
      [TOKEN_ERRORS, 'invalid_grant'],
      [CREDENTIAL_ERRORS.Bearer, 'invalid_token'],
    ] as const) {
      const told = refusals.map((refusal) => ({ ...wireError(table, refusal), refusal: undefined }))
      expect(JSON.stringify(told)).not.toMatch(/secret-name|expiresAt/)
      const same = told.filter(({ code }) => code === secret)
      expect(same.length).toBeGreaterThan(5)
      expect(new Set(same.map((error) => JSON.stringify(error))).size).toBe(1)
    }
  })
})

it('a refused token request names the detail that is not understood (RFC 9396 §5)', () => {
  const refusal = { code: 'authorization_details_invalid', at: 'authorization_details[1].type' } as const
  expect(wireError(TOKEN_REQUEST_ERRORS, refusal)).toMatchObject({
    status: 400,
    code: 'invalid_authorization_details',
    message: 'authorization_details[1].type is malformed, or of a type that is not known here',
  })
})

describe('a refused credential request', () => {
  it.each<[CredentialRefusal, string, RegExp]>([
    [{ code: 'certificate_not_valid_now' }, 'credential_request_denied', /not issued/],
    [{ code: 'validity_over' }, 'credential_request_denied', /time that it was to be good for/],
    [{ code: 'status_not_valid' }, 'credential_request_denied', /revoked or suspended/],
    [{ code: 'already_issued', configurationId: 'x' }, 'credential_request_denied', /not issued again/],
    [{ code: 'proof_key_repeated' }, 'invalid_proof', /one key/],
    [{ code: 'nonces_differ' }, 'invalid_nonce', /one nonce; get a new one/],
    [{ code: 'attesters_unknown' }, 'invalid_proof', /attestation are not supported here/],
    [{ code: 'key_attestation_missing' }, 'invalid_proof', /key attestation is needed/],
    [{ code: 'key_attestation_time', reason: 'exp_missing' }, 'invalid_proof', /needs an exp/],
    [{ code: 'key_attestation_time', reason: 'expired' }, 'invalid_proof', /exp has passed/],
    [{ code: 'key_attestation_keys', reason: 'jwk_private' }, 'invalid_proof', /attested_keys .*jwk_private/],
    [{ code: 'key_attestation_untrusted', reason: 'anchor_unknown' }, 'invalid_proof', /anchor_unknown/],
    [
      { code: 'key_attestation_level', member: 'key_storage', accepted: ['high'] },
      'invalid_proof',
      /key_storage .* key_attestations_required/,
    ],
    [{ code: 'key_attestation_level', member: 'key_storage' }, 'invalid_proof', /array of texts/],
    [{ code: 'proof_key_not_attested' }, 'invalid_proof', /not among the attested_keys/],
    [{ code: 'proof_wrong_audience' }, 'invalid_proof', /aud .* Credential Issuer Identifier/],
    [
      { code: 'proof_outside_window', reason: 'too_old', iat: 100, now: 1000, maxAgeSeconds: 300 },
      'invalid_proof',
      /900 seconds ago; it may be 300/,
    ],
    [
      { code: 'proof_outside_window', reason: 'from_future', iat: 1100, now: 1000, skewSeconds: 60 },
      'invalid_proof',
      /100 seconds ahead .* 60/,
    ],
    [{ code: 'identifier_unknown' }, 'unknown_credential_identifier', /identifier/],
    [{ code: 'identifier_needed' }, 'invalid_credential_request', /credential_identifier is needed/],
    [{ code: 'nonce_missing' }, 'invalid_proof', /nonce endpoint/],
    [{ code: 'nonce_spent' }, 'invalid_nonce', /get a new one/],
    [{ code: 'dpop_wrong_url' }, 'invalid_dpop_proof', /htu/],
  ])('says which rule of the proof is broken: %j', (refusal, code, message) => {
    const error = wireError(CREDENTIAL_ERRORS.DPoP, refusal)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it.each([
    ['identifier_missing', 'invalid_credential_request'],
    ['identifier_ambiguous', 'invalid_credential_request'],
    ['identifier_malformed', 'invalid_credential_request'],
    ['proof_of_draft', 'invalid_proof'],
    ['proofs_malformed', 'invalid_proof'],
    ['proof_repeated', 'invalid_proof'],
    ['request_not_encrypted', 'invalid_encryption_parameters'],
    ['request_content_malformed', 'invalid_credential_request'],
    ['response_encryption_in_clear', 'invalid_encryption_parameters'],
    ['response_encryption_missing', 'invalid_encryption_parameters'],
  ] as const)('%s is %s (OpenID4VCI §8.3.1.2)', (code, error) => {
    expect(wireError(CREDENTIAL_REQUEST_ERRORS, { code })).toMatchObject({ code: error, status: 400 })
  })

  it('names what of the encryption is wrong', () => {
    const texts = (
      ['jwe_malformed', 'jwe_algorithm_unsupported', 'jwe_key_unknown', 'jwe_undecryptable'] as const
    )
      .map((reason) => wireError(CREDENTIAL_REQUEST_ERRORS, { code: 'request_undecryptable', reason }))
      .concat(
        (['object', 'jwk', 'enc', 'zip'] as const).map((at) =>
          wireError(CREDENTIAL_REQUEST_ERRORS, { code: 'response_encryption_malformed', at }),
        ),
      )
    expect(new Set(texts.map(({ message }) => message)).size).toBe(8)
    for (const { code, message, status } of texts) {
      expect([code, status]).toEqual(['invalid_encryption_parameters', 400])
      expect(message).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    }
  })

  it('names the type of proof that is not taken, where it can be told', () => {
    const told = (type: string) =>
      wireError(CREDENTIAL_REQUEST_ERRORS, { code: 'proof_type_unsupported', type })
    expect(told('di_vp')).toMatchObject({
      code: 'invalid_proof',
      message: 'A key proof of the type di_vp is not supported; supported: jwt, attestation',
    })
    expect(told('"\u00e4').message).toBe(
      'A key proof of this type is not supported; supported: jwt, attestation',
    )
  })

  it('tells how many proofs a request may have', () => {
    const refusal = { code: 'proofs_too_many', count: 3, batchSize: 1 } as const
    expect(wireError(CREDENTIAL_REQUEST_ERRORS, refusal)).toMatchObject({
      code: 'invalid_credential_request',
      message: 'proofs has 3 key proofs; one request takes 1 at most',
    })
  })

  it('has texts that fit a header field, and the challenge of the scheme that was used', () => {
    const refusal = { code: 'dpop_signature_invalid', reason: 'x' } as const
    for (const scheme of ['DPoP', 'Bearer'] as const) {
      const { message, headers } = wireError(CREDENTIAL_ERRORS[scheme], refusal)
      expect(message).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
      expect(headers?.['www-authenticate']).toMatch(new RegExp(`^${scheme} error="invalid_dpop_proof"`))
    }
  })
})

describe('a refused notification', () => {
  it.each([
    ['token_expired', 'invalid_token', 401],
    ['wrong_sender_key', 'invalid_token', 401],
    ['session_closed', 'invalid_token', 401],
    ['notification_unknown', 'invalid_notification_id', 400],
    ['notification_impossible', 'invalid_notification_request', 400],
  ])('%s is %s (OpenID4VCI §11.3)', (code, error, status) => {
    const refusal = refusals.find((entry) => entry.code === code)
    if (refusal === undefined) throw new Error(code)
    expect(wireError(NOTIFICATION_ERRORS.Bearer, refusal)).toMatchObject({ code: error, status })
  })

  it('says what cannot follow what', () => {
    const refusal = refusals.find(({ code }) => code === 'notification_impossible')
    if (refusal === undefined) throw new Error('no such refusal')
    expect(wireError(NOTIFICATION_ERRORS.DPoP, refusal).message).toBe(
      'credential_failure cannot follow credential_accepted',
    )
  })

  it('names the member that is wrong', () => {
    const told = (refusal: NotificationRequestRefusal) => wireError(NOTIFICATION_REQUEST_ERRORS, refusal)
    expect(told({ code: 'notification_id_missing' }).message).toContain('notification_id')
    expect(told({ code: 'notification_event_unknown' }).message).toContain('credential_deleted')
    const { message } = told({ code: 'notification_description_malformed', maxLength: 1000 })
    expect(message).toMatch(/event_description .* 1000/)
    expect(told({ code: 'notification_unknown' })).toMatchObject({ code: 'invalid_notification_id' })
  })
})
