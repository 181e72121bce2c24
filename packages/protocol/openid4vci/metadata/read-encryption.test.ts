import type { JsonObject, JsonValue } from '@countersign/core/json'
import { bareKey } from '@countersign/crypto/jwk'
import { jweEngine } from '@countersign/testing/engines/jwe-engine'
import { describe, expect, it } from 'vitest'
import { readEncryption } from './read-encryption.ts'

const { d, ...point } = await jweEngine.makeKey()
const jwk = { ...point, kid: 'k1', alg: 'ECDH-ES', use: 'enc' }
const request = (change: JsonObject = {}): JsonObject => ({
  jwks: { keys: [jwk] },
  enc_values_supported: ['A128GCM', 'A256GCM'],
  encryption_required: false,
  ...change,
})
const response = (change: JsonObject = {}): JsonObject => ({
  alg_values_supported: ['RSA-OAEP-256', 'ECDH-ES'],
  enc_values_supported: ['A128CBC-HS256', 'A128GCM'],
  encryption_required: true,
  ...change,
})
const read = (asked?: JsonValue, answered?: JsonValue) =>
  readEncryption({
    ...(asked !== undefined && { credential_request_encryption: asked }),
    ...(answered !== undefined && { credential_response_encryption: answered }),
  })

describe('the encryption that an issuer announces', () => {
  it('is read with its key, the strongest content encryption, and packed answers', () => {
    expect(read(request(), response({ zip_values_supported: ['DEF'] }))).toEqual({
      requestRequired: false,
      request: { key: bareKey(jwk), keyId: 'k1', content: 'A256GCM' },
      responseRequired: true,
      response: { content: 'A128GCM', packed: true },
    })
  })

  it.each<[string, JsonValue]>([
    ['of another curve', { ...jwk, crv: 'P-384' }],
    ['for another agreement', { ...jwk, alg: 'ECDH-ES+A128KW' }],
    ['that does not say what it is for', { ...point, kid: 'k0' }],
    ['for signatures', { ...jwk, use: 'sig' }],
    ['that shows its secret', { ...jwk, d }],
    ['off its curve', { ...jwk, y: point.x }],
    ['that is none', 'k1'],
  ])('passes over a key %s beside a good one, and has none where it is alone', (_what, other) => {
    const keys = { jwks: { keys: [other, { ...jwk, kid: 'good' }] } }
    expect(read(request(keys))).toMatchObject({ request: { keyId: 'good' } })
    const alone = request({ jwks: { keys: [other] }, encryption_required: true })
    expect(read(alone)).toMatchObject({ requestRequired: true, request: undefined })
  })

  it.each<[string, JsonObject]>([
    ['no key set', { jwks: null }],
    ['no content encryption that is known', { enc_values_supported: ['A128CBC-HS256'] }],
    ['no list of content encryptions', { enc_values_supported: 'A128GCM' }],
  ])('knows that a request cannot be encrypted with %s', (_what, change) => {
    expect(read(request({ ...change, encryption_required: true }))).toMatchObject({
      requestRequired: true,
      request: undefined,
    })
  })

  it.each<[string, JsonObject]>([
    ['no agreement that is known', { alg_values_supported: ['RSA-OAEP-256'] }],
    ['no agreement', { alg_values_supported: null }],
    ['no content encryption that is known', { enc_values_supported: ['A192GCM'] }],
  ])('knows that an answer cannot be encrypted with %s', (_what, change) => {
    expect(read(undefined, response(change))).toMatchObject({ responseRequired: true, response: undefined })
  })

  it('does not pack where another packing is announced', () => {
    expect(read(undefined, response({ zip_values_supported: ['ZSTD'] }))).toMatchObject({
      response: { content: 'A128GCM' },
    })
  })

  it.each<[string, JsonValue | undefined, JsonValue | undefined]>([
    ['nothing', undefined, undefined],
    ['null', null, null],
    ['a text', 'required', 'required'],
    ['members that say nothing', { encryption_required: 'true' }, { encryption_required: null }],
  ])('is absent where there is %s', (_what, asked, answered) => {
    expect(read(asked, answered)).toBeUndefined()
  })
})
