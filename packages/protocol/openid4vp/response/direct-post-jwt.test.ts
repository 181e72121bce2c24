import { encodeBase64url, encodeUtf8 } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import { hpkeEngine as hpke } from '@countersign/testing/engines/hpke-engine'
import { jweEngine as jwe } from '@countersign/testing/engines/jwe-engine'
import { nodeEngine as crypto } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { identityQuery, parsed } from '../dcql/dcql.testing.ts'
import { answerWith, errorAnswer } from './authorization-response.ts'
import { directPostJwt } from './direct-post-jwt.ts'

const ports = { crypto, hpke, jwe }
const responseUri = 'https://verifier.example/answer'
const asked = { id: 'session-1', query: parsed({ credentials: [identityQuery('pid')] }) }
const request = { state: 'session-1' }
const vpToken = new Map([['pid', ['presented']]])

const kept = await directPostJwt.begin({ responseUri }, ports)
const other = await directPostJwt.begin({ responseUri }, ports)
const metadata = directPostJwt.writeClientMetadata?.(kept) ?? {}
const jwks = metadata['jwks'] as { readonly keys: readonly JsonObject[] }
const [published = {}] = jwks.keys

function requested(clientMetadata: unknown, more: object = {}) {
  const payload = { response_uri: responseUri, client_metadata: clientMetadata, ...more } as JsonObject
  return directPostJwt.readRequest(payload, 'https_only', ports)
}

async function chosen(clientMetadata: unknown = metadata) {
  const read = await requested(clientMetadata)
  if (!read.ok) throw new Error(read.error.code)
  return read.value
}

const answered = (form: Readonly<Record<string, string>>, by = kept) =>
  directPostJwt.readAnswer(form, asked, by, ports)

const sealed = async (
  text: string,
  content: 'A128GCM' | 'A256GCM' = 'A256GCM',
  keyId = kept.keyThumbprint,
) => ({
  response: await jwe.encrypt(text, { key: kept.key, keyId, content }),
})

const encoded = (header: object) => encodeBase64url(encodeUtf8(JSON.stringify(header)))

describe('what the verifier asks for', () => {
  it('is an answer to a key of this request alone, in either strength', () => {
    expect(published).toEqual({
      kty: 'EC',
      crv: 'P-256',
      x: kept.key.x,
      y: kept.key.y,
      kid: kept.keyThumbprint,
      use: 'enc',
      alg: 'ECDH-ES',
    })
    expect(metadata['encrypted_response_enc_values_supported']).toEqual(['A128GCM', 'A256GCM'])
    expect(other.key.x).not.toBe(kept.key.x)
  })

  it('is covered by the proof of the holder, at both ends', async () => {
    const { d: _d, ...key } = kept.key
    const bound = { responseUri, encryptionKeyThumbprint: await jwkThumbprint(key, crypto) }
    expect(directPostJwt.bindingOf(kept)).toEqual(bound)
    expect(directPostJwt.bindingOf(await chosen())).toEqual(bound)
  })
})

describe('what a wallet takes of a request', () => {
  const key = (changes: object) => ({ ...metadata, jwks: { keys: [{ ...published, ...changes }] } })

  it('is the stronger encryption, and the weaker where nothing is said', async () => {
    expect(await chosen()).toMatchObject({ content: 'A256GCM', keyId: kept.keyThumbprint })
    expect(await chosen({ jwks })).toMatchObject({ content: 'A128GCM' })
    expect(
      await chosen({ ...metadata, encrypted_response_enc_values_supported: ['A128GCM', 'x'] }),
    ).toMatchObject({
      content: 'A128GCM',
    })
  })

  it('may be a key that does not say what it is for', async () => {
    const offered: unknown = JSON.parse(JSON.stringify(key({ use: undefined })))
    expect(JSON.stringify(offered)).not.toContain('"use"')
    expect(await chosen(offered)).toMatchObject({ key: { x: kept.key.x }, keyId: kept.keyThumbprint })
  })

  it.each([
    ['a signing key', { use: 'sig' }],
    ['a key without an algorithm', { alg: undefined }],
    ['a key for another algorithm', { alg: 'ECDH-ES+A256KW' }],
    ['a key on another curve', { crv: 'P-384' }],
    ['a key that shows its secret', { d: kept.key.d }],
    ['a key with half a coordinate', { x: 'AAAA' }],
    ['a key that is no point of its curve', { y: kept.key.x }],
    ['a key of another kind', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }],
    ['a key with an id that is none', { kid: 7 }],
  ])('is never %s; one that can be used beside it is', async (_, changes) => {
    const refusal = { code: 'encryption_unsupported', parameter: 'jwks' }
    expect(await requested(key(changes))).toEqual({ ok: false, error: refusal })
    const both = { ...metadata, jwks: { keys: [{ ...published, ...changes }, null, published] } }
    expect(await chosen(both)).toMatchObject({ key: { x: kept.key.x } })
  })

  it.each([undefined, {}, { jwks: {} }, { jwks: { keys: [] } }, { jwks: { keys: 'x' } }, { jwks: 'x' }])(
    'is nothing where there is no key: %j',
    async (clientMetadata) => {
      expect(await requested(clientMetadata)).toMatchObject({ error: { code: 'encryption_unsupported' } })
    },
  )

  it.each([[[]], [['A128CBC-HS256']], ['A256GCM']])(
    'is nothing where none of %j is spoken',
    async (values) => {
      const parameter = 'encrypted_response_enc_values_supported'
      expect(await requested({ ...metadata, [parameter]: values })).toEqual({
        ok: false,
        error: { code: 'encryption_unsupported', parameter },
      })
    },
  )

  it('goes to one address alone', async () => {
    expect(await requested(metadata, { response_uri: 'http://verifier.example/' })).toMatchObject({
      error: { code: 'response_uri_not_allowed' },
    })
  })
})

describe('an answer', () => {
  it('comes back as it was written, by a key with an id and by one without', async () => {
    for (const offered of [metadata, { ...metadata, jwks: { keys: [{ ...published, kid: undefined }] } }]) {
      const mode = await chosen(JSON.parse(JSON.stringify(offered)))
      const form = await directPostJwt.writeAnswer(answerWith(request, vpToken), mode, ports)
      expect(Object.keys(form)).toEqual(['response'])
      expect(await answered(form)).toEqual({ ok: true, value: { kind: 'presentation', vpToken } })
    }
  })

  it('may be an error, encrypted or in the clear', async () => {
    const said = { ok: true, value: { kind: 'error', error: 'access_denied' } }
    const form = await directPostJwt.writeAnswer(errorAnswer(request, 'access_denied'), await chosen(), ports)
    expect(await answered(form)).toMatchObject(said)
    expect(await answered({ state: 'session-1', error: 'access_denied' })).toMatchObject(said)
  })

  it('is no presentation in the clear', async () => {
    const form = { state: 'session-1', vp_token: '{"pid":["presented"]}' }
    expect(await answered(form)).toEqual({ ok: false, error: { code: 'response_not_encrypted' } })
  })

  it('is read by the key of its own request alone, also where it names no key', async () => {
    const form = await directPostJwt.writeAnswer(answerWith(request, vpToken), await chosen(), ports)
    const unknown = { code: 'response_undecryptable', reason: 'jwe_key_unknown' }
    expect(await answered(form, other)).toEqual({ ok: false, error: unknown })
    const mode = { ...(await chosen()), keyId: undefined }
    const nameless = await directPostJwt.writeAnswer(answerWith(request, vpToken), mode, ports)
    const sealedForAnother = { code: 'response_undecryptable', reason: 'jwe_undecryptable' }
    expect(await answered(nameless, other)).toEqual({ ok: false, error: sealedForAnother })
    const renamed = { ...other, keyThumbprint: kept.keyThumbprint }
    expect(await answered(form, renamed)).toEqual({ ok: false, error: sealedForAnother })
  })

  it.each([
    ['no state', { vp_token: { pid: ['x'] } }, { code: 'state_differs' }],
    ['the state of another request', { state: 'session-2', error: 'x' }, { code: 'state_differs' }],
    ['a state that is no text', { state: 1, error: 'x' }, { code: 'state_differs' }],
    ['nothing', { state: 'session-1' }, { code: 'neither_token_nor_error' }],
    ['both', { state: 'session-1', error: 'x', vp_token: {} }, { code: 'both_token_and_error' }],
    ['an error that is no text', { state: 'session-1', error: 7 }, { code: 'error_malformed' }],
    [
      'a token as a text',
      { state: 'session-1', vp_token: '{"pid":["x"]}' },
      { code: 'vp_token_malformed', reason: 'json_not_object' },
    ],
    ['an empty token', { state: 'session-1', vp_token: {} }, { code: 'vp_token_empty' }],
    [
      'an answer to what was not asked',
      { state: 'session-1', vp_token: { x: ['y'] } },
      { code: 'query_id_unknown', queryId: 'x' },
    ],
    [
      'no list of texts',
      { state: 'session-1', vp_token: { pid: [{}] } },
      { code: 'presentations_malformed', queryId: 'pid' },
    ],
    ['no object', ['session-1'], { code: 'response_malformed', reason: 'json_not_object' }],
  ])('with %s inside is refused', async (_, inside, error) => {
    expect(await answered(await sealed(JSON.stringify(inside)))).toEqual({ ok: false, error })
  })

  it.each([
    ['no JSON', 'x', 'json_invalid'],
    ['a member twice', '{"state":"a","state":"b"}', 'json_duplicate_member'],
    ['a deep one', `{"a":${'['.repeat(20)}${']'.repeat(20)}}`, 'json_too_deep'],
  ])('that is %s inside is refused', async (_, text, reason) => {
    expect(await answered(await sealed(text))).toEqual({
      ok: false,
      error: { code: 'response_malformed', reason },
    })
  })

  it('ignores parameters that nobody knows, inside and beside', async () => {
    const inside = { state: 'session-1', vp_token: { pid: ['x'] }, more: { deep: [[1]] } }
    const form = { ...(await sealed(JSON.stringify(inside))), state: 'another', more: 'x' }
    expect(await answered(form)).toMatchObject({ ok: true })
  })

  it('that was altered anywhere says nothing', async () => {
    const { response } = await sealed('{"state":"session-1","error":"access_denied"}')
    const parts = response.split('.')
    for (let part = 0; part < parts.length; part++) {
      const text = parts[part] ?? ''
      const changed =
        text === '' ? 'AAAA' : `${text.slice(0, -2)}${text.at(-2) === 'A' ? 'B' : 'A'}${text.at(-1)}`
      const form = { response: parts.with(part, changed).join('.') }
      expect(await answered(form)).toMatchObject({ ok: false })
    }
  })

  it('is refused for what its header asks', async () => {
    const { response } = await sealed('{"state":"session-1","error":"access_denied"}')
    const [, ...rest] = response.split('.')
    const epk = { kty: 'EC', crv: 'P-256', x: kept.key.x, y: kept.key.y }
    const headers = [
      { alg: 'dir', enc: 'A256GCM' },
      { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', epk },
      { alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 1e9, p2s: 'AAAA' },
      { alg: 'ECDH-ES', enc: 'A128CBC-HS256', epk },
      { alg: 'ECDH-ES', enc: 'A256GCM', epk, zip: 'DEF' },
      { alg: 'ECDH-ES', enc: 'A256GCM', epk, crit: ['exp'], exp: 1 },
      { enc: 'A256GCM', epk },
    ]
    for (const header of headers) {
      const text = encoded(header)
      const error = { code: 'response_undecryptable', reason: 'jwe_algorithm_unsupported' }
      expect(await answered({ response: [text, ...rest].join('.') })).toEqual({ ok: false, error })
    }
    for (const text of ['', 'a', 'a.b.c', 'a.b.c.d', 'a.b.c.d.e.f', '....', 'e30.a.b.c.d', '!.a.b.c.d']) {
      expect(await answered({ response: text, state: 'session-1' })).toMatchObject({ ok: false })
    }
  })

  it.each([
    ['a point off the curve', { kty: 'EC', crv: 'P-256', x: kept.key.x, y: kept.key.x }],
    ['a point on another curve', { kty: 'EC', crv: 'P-384', x: kept.key.x, y: kept.key.y }],
    ['no point', {}],
    ['nothing', undefined],
  ])('to %s says nothing', async (_, epk) => {
    const { response } = await sealed('{"state":"session-1","error":"access_denied"}')
    const [, ...rest] = response.split('.')
    const header = encoded({ alg: 'ECDH-ES', enc: 'A256GCM', epk })
    expect(await answered({ response: [header, ...rest].join('.') })).toEqual({
      ok: false,
      error: { code: 'response_undecryptable', reason: 'jwe_undecryptable' },
    })
  })
})
