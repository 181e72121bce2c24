import type { JsonObject } from '@countersign/core/json'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  parseCredentialRequest,
  parseCredentialResponse,
  writeCredentialRequest,
  writeCredentialResponse,
} from './credential-request.ts'

const request = { credential_configuration_id: 'pid', proofs: { jwt: ['a.b.c'] } }

/** The example of RFC 7517 appendix A.1, for encryption. */
const KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  use: 'enc',
  kid: 'one',
  alg: 'ECDH-ES',
}

const proofs = { type: 'jwt', values: ['a.b.c'] } as const

describe('a credential request', () => {
  it('is read as it was written, by configuration or by identifier', () => {
    for (const asked of [
      { configurationId: 'pid', proofs },
      { credentialIdentifier: 'pid-1', proofs },
    ]) {
      expect(parseCredentialRequest(writeCredentialRequest(asked))).toEqual({ ok: true, value: asked })
    }
    expect(writeCredentialRequest({ configurationId: 'pid', proofs })).toEqual(request)
  })

  it('without proofs has no such member', () => {
    const bare = { credential_configuration_id: 'ticket' }
    expect(writeCredentialRequest({ configurationId: 'ticket' })).toEqual(bare)
    expect(parseCredentialRequest(bare)).toEqual({
      ok: true,
      value: { configurationId: 'ticket' },
    })
  })

  it('may have members that nobody knows, a proof of a draft beside proofs too', () => {
    const more = { ...request, format: 'vc+sd-jwt', proof: { proof_type: 'jwt', jwt: 'x' } }
    expect(parseCredentialRequest(more).ok).toBe(true)
  })

  it('may have as many proofs as a batch is large', () => {
    const batch = { ...request, proofs: { jwt: ['a', 'b', 'c'] } }
    expect(parseCredentialRequest(batch, { batchSize: 3 }).ok).toBe(true)
    expect(parseCredentialRequest(batch, { batchSize: 2 })).toEqual({
      ok: false,
      error: { code: 'proofs_too_many', count: 3, batchSize: 2 },
    })
  })

  it.each<[string, object, string]>([
    ['no identifier', { credential_configuration_id: undefined }, 'identifier_missing'],
    ['both identifiers', { credential_identifier: 'x' }, 'identifier_ambiguous'],
    ['an empty identifier', { credential_configuration_id: '' }, 'identifier_malformed'],
    ['a number as identifier', { credential_configuration_id: 1 }, 'identifier_malformed'],
    ['a huge identifier', { credential_configuration_id: 'x'.repeat(1025) }, 'identifier_malformed'],
    ['the proof of a draft', { proofs: undefined, proof: { jwt: 'x' } }, 'proof_of_draft'],
    ['proofs as a list', { proofs: ['x'] }, 'proofs_malformed'],
    ['proofs of a type that is null', { proofs: { jwt: null } }, 'proofs_malformed'],
    ['no proof type', { proofs: {} }, 'proofs_malformed'],
    ['two proof types', { proofs: { jwt: ['x'], attestation: ['y'] } }, 'proofs_malformed'],
    ['another proof type', { proofs: { di_vp: [{}] } }, 'proof_type_unsupported'],
    ['two attestations', { proofs: { attestation: ['x', 'y'] } }, 'proofs_too_many'],
    ['a huge attestation', { proofs: { attestation: ['x'.repeat(49_153)] } }, 'proofs_malformed'],
    ['a proof type that every object inherits', { proofs: { toString: ['y'] } }, 'proof_type_unsupported'],
    ['an empty list of proofs', { proofs: { jwt: [] } }, 'proofs_malformed'],
    ['one proof that is no list', { proofs: { jwt: 'x' } }, 'proofs_malformed'],
    ['an empty proof', { proofs: { jwt: [''] } }, 'proofs_malformed'],
    ['a proof that is no text', { proofs: { jwt: [{}] } }, 'proofs_malformed'],
    ['a huge proof', { proofs: { jwt: ['x'.repeat(65_537)] } }, 'proofs_malformed'],
    ['two proofs without a batch', { proofs: { jwt: ['x', 'y'] } }, 'proofs_too_many'],
  ])('with %s is refused', (_name, change, code) => {
    const result = parseCredentialRequest(present({ ...request, ...change }))
    if (result.ok) throw new Error('accepted')
    expect(result.error.code).toBe(code)
  })

  it.each<[string, JsonObject]>([
    ['the other identifier', { credential_identifier: null }],
    ['the wish for encryption', { credential_response_encryption: null }],
    ['another proof type', { proofs: { jwt: ['a.b.c'], ldp_vp: null } }],
    ['the proof of a draft', { proof: null }],
  ])('may have %s as null, which is not there', (_name, change) => {
    expect(parseCredentialRequest({ ...request, ...change })).toEqual(parseCredentialRequest(request))
    const bare = { credential_configuration_id: 'ticket' }
    expect(parseCredentialRequest({ ...bare, proofs: null })).toEqual(parseCredentialRequest(bare))
  })

  it('may ask for an encrypted answer, and is read as it was written', () => {
    const key = { kty: 'EC', crv: 'P-256', x: KEY.x, y: KEY.y } as const
    for (const [content, packed] of [
      ['A128GCM', false],
      ['A256GCM', true],
    ] as const) {
      const asked = {
        configurationId: 'pid',
        proofs,
        responseEncryption: { key, keyId: 'one', content, packed },
      }
      expect(parseCredentialRequest(writeCredentialRequest(asked))).toEqual({ ok: true, value: asked })
    }
    expect(
      parseCredentialRequest({
        ...request,
        credential_response_encryption: { jwk: { ...KEY, kid: undefined }, enc: 'A128GCM', more: 1 },
      } as unknown as JsonObject),
    ).toMatchObject({ value: { responseEncryption: { key, keyId: undefined, packed: false } } })
  })

  it.each<[string, unknown, string]>([
    ['a text', 'x', 'object'],
    ['a list', [], 'object'],
    ['no key', { enc: 'A128GCM' }, 'jwk'],
    ['a key without alg', { jwk: { ...KEY, alg: null }, enc: 'A128GCM' }, 'jwk'],
    ['a key for another alg', { jwk: { ...KEY, alg: 'ECDH-ES+A256KW' }, enc: 'A128GCM' }, 'jwk'],
    ['a key for signatures', { jwk: { ...KEY, use: 'sig' }, enc: 'A128GCM' }, 'jwk'],
    ['a private key', { jwk: { ...KEY, d: KEY.x }, enc: 'A128GCM' }, 'jwk'],
    ['a point off the curve', { jwk: { ...KEY, y: KEY.x }, enc: 'A128GCM' }, 'jwk'],
    ['no enc', { jwk: KEY }, 'enc'],
    ['an enc that is not known', { jwk: KEY, enc: 'A128CBC-HS256' }, 'enc'],
    ['an enc that every object inherits', { jwk: KEY, enc: 'toString' }, 'enc'],
    ['a zip that is not known', { jwk: KEY, enc: 'A128GCM', zip: 'GZ' }, 'zip'],
  ])('that asks for encryption by %s is refused', (_name, credential_response_encryption, at) => {
    const asked = JSON.parse(JSON.stringify({ ...request, credential_response_encryption }))
    expect(parseCredentialRequest(asked)).toEqual({
      ok: false,
      error: { code: 'response_encryption_malformed', at },
    })
  })

  it('may have one attestation, and no more in a batch', () => {
    const attested = (values: string[]) =>
      parseCredentialRequest({ ...request, proofs: { attestation: values } }, { batchSize: 5 })
    expect(attested(['a.b.c'])).toMatchObject({ value: { proofs: { type: 'attestation' } } })
    expect(attested(['a.b.c', 'd.e.f'])).toEqual({
      ok: false,
      error: { code: 'proofs_too_many', count: 2, batchSize: 1 },
    })
  })

  it('with one proof twice is refused: it would be one key twice', () => {
    const twice = { ...request, proofs: { jwt: ['x', 'x'] } }
    expect(parseCredentialRequest(twice, { batchSize: 5 })).toMatchObject({
      error: { code: 'proof_repeated' },
    })
  })
})

describe('a credential response', () => {
  it('is read as it was written', () => {
    const response = writeCredentialResponse(['a~', 'b~'])
    expect(response).toEqual({ credentials: [{ credential: 'a~' }, { credential: 'b~' }] })
    expect(parseCredentialResponse(response)).toEqual({
      ok: true,
      value: { kind: 'issued', credentials: ['a~', 'b~'] },
    })
  })

  it('may ask for a notification, or to come again later', () => {
    const credentials = [{ credential: 'a~' }]
    expect(parseCredentialResponse({ credentials, notification_id: 'n' })).toMatchObject({
      value: { notificationId: 'n' },
    })
    expect(parseCredentialResponse({ transaction_id: 't', interval: 5 })).toEqual({
      ok: true,
      value: { kind: 'deferred', deferredId: 't', intervalSeconds: 5 },
    })
  })

  it.each<[string, JsonObject]>([
    ['a transaction that is null', { transaction_id: null }],
    ['a transaction', { transaction_id: 't', interval: 5 }],
    ['a notification that is null', { notification_id: null }],
    ['a notification that is no text', { notification_id: 7 }],
    ['an empty notification', { notification_id: '' }],
    ['an interval that is null', { interval: null }],
    ['the nonce of a draft', { c_nonce: null, c_nonce_expires_in: 'x' }],
    ['an entry that is none', { credentials: [null, {}, { credential: 'a~' }, 7] }],
  ])('loses no credential over %s', (_name, change) => {
    expect(parseCredentialResponse({ credentials: [{ credential: 'a~' }], ...change })).toEqual({
      ok: true,
      value: { kind: 'issued', credentials: ['a~'] },
    })
  })

  it.each<[string, JsonObject]>([
    ['no interval', {}],
    ['an interval that is null', { interval: null }],
    ['an interval of zero', { interval: 0 }],
    ['no credentials beside it', { credentials: [] }],
    ['credentials that are null', { credentials: null }],
    ['an interval as text', { interval: '5' }],
  ])('is to come later with %s, and nobody says when', (_name, change) => {
    expect(parseCredentialResponse({ transaction_id: 't', ...change })).toEqual({
      ok: true,
      value: { kind: 'deferred', deferredId: 't', intervalSeconds: undefined },
    })
  })

  it.each<[string, JsonObject, string]>([
    ['nothing', {}, 'credentials'],
    ['no credential', { credentials: [] }, 'credentials'],
    ['credentials as text', { credentials: 'a~' }, 'credentials'],
    ['bare texts', { credentials: ['a~'] }, 'credentials'],
    ['a credential that is no text', { credentials: [{ credential: {} }] }, 'credentials'],
    ['null', { credentials: null, transaction_id: null }, 'credentials'],
    ['an empty transaction', { transaction_id: '', interval: 5 }, 'transaction_id'],
  ])('with %s is refused', (_name, json, at) => {
    expect(parseCredentialResponse(json)).toEqual({
      ok: false,
      error: { code: 'credential_response_malformed', at },
    })
  })
})

it('anything at all is answered with a value or a refusal', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (object, value) => {
      const json = object as JsonObject
      const jwt = value as JsonObject
      expect(parseCredentialRequest({ ...request, ...json })).toHaveProperty('ok')
      expect(parseCredentialRequest({ ...request, proofs: json })).toHaveProperty('ok')
      expect(parseCredentialRequest({ ...request, proofs: { jwt } })).toHaveProperty('ok')
      expect(parseCredentialResponse(json)).toHaveProperty('ok')
      expect(parseCredentialResponse({ credentials: jwt })).toHaveProperty('ok')
    }),
  )
})

/** A member given as undefined is one that is not there. */
function present(json: object): JsonObject {
  return JSON.parse(JSON.stringify(json))
}
