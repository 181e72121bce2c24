import { decodeTextBase64url, encodeTextBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { jweEngine as jwe } from '@countersign/testing/engines/jwe-engine'
import { nodeEngine as crypto } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import {
  encryptRequestObject,
  makeRequestKey,
  openRequestObject,
  readRequestEncryption,
  writeRequestEncryption,
} from './request-encryption.ts'
import { check, now, signed } from './verify-request.testing.ts'

const ALGORITHMS = 'request_object_encryption_alg_values_supported'
const CONTENTS = 'request_object_encryption_enc_values_supported'

const requestKey = await makeRequestKey({ crypto, jwe })
const otherKey = await makeRequestKey({ crypto, jwe })
const metadata = writeRequestEncryption(requestKey)
const { keys } = metadata['jwks'] as { readonly keys: readonly JsonObject[] }
const [published = {}] = keys
const { alg: _alg, kid: _kid, ...bare } = published

const withKeys = (...entries: unknown[]) => read({ ...metadata, jwks: { keys: entries } })

/** As it arrives: text. */
function read(said: object) {
  return readRequestEncryption(JSON.parse(JSON.stringify(said)))
}

function asked(said: object = metadata) {
  const found = read(said)
  if (found === 'wrong_type' || !found.ok || found.value === undefined) throw new Error('nothing is asked')
  return found.value
}

const unsupported = (parameter: string) => ({
  ok: false,
  error: { code: 'request_encryption_unsupported', parameter },
})

describe('what a wallet sends to have its request encrypted', () => {
  it('is a key of this request alone, without its secret', () => {
    expect(metadata).toEqual({
      jwks: {
        keys: [
          {
            kty: 'EC',
            crv: 'P-256',
            x: requestKey.key.x,
            y: requestKey.key.y,
            kid: requestKey.keyId,
            use: 'enc',
            alg: 'ECDH-ES',
          },
        ],
      },
      [ALGORITHMS]: ['ECDH-ES'],
      [CONTENTS]: ['A128GCM', 'A256GCM'],
    })
    expect(JSON.stringify(metadata)).not.toContain(requestKey.key.d)
    expect(otherKey.key.x).not.toBe(requestKey.key.x)
  })
})

describe('what a verifier takes of that', () => {
  it('is the stronger encryption, and the weaker where nothing is said', () => {
    const { x, y } = requestKey.key
    const key = { kty: 'EC', crv: 'P-256', x, y }
    expect(asked()).toEqual({ key, keyId: requestKey.keyId, content: 'A256GCM' })
    expect(asked({ jwks: { keys: [published] } })).toMatchObject({ content: 'A128GCM' })
    expect(asked({ ...metadata, [CONTENTS]: ['x', 'A128GCM'] })).toMatchObject({ content: 'A128GCM' })
  })

  it('is a key that has neither name nor algorithm, since the list beside it has one', () => {
    expect(asked({ ...metadata, jwks: { keys: [bare] } })).toMatchObject({ keyId: undefined })
    expect(asked({ jwks: { keys: [{ ...bare, use: undefined }] } })).toMatchObject({ keyId: undefined })
  })

  it.each([
    ['no keys', {}],
    ['an empty set', { jwks: { keys: [] } }],
    ['what it could decrypt, and no key', { [ALGORITHMS]: ['ECDH-ES'], [CONTENTS]: ['A256GCM'] }],
    ['an address of keys, which is not called', { jwks_uri: 'https://wallet.example/keys' }],
    ['a key to sign with', { jwks: { keys: [{ ...bare, use: 'sig' }] } }],
    ['a key to sign with, by its algorithm', { jwks: { keys: [{ ...bare, use: undefined, alg: 'ES256' }] } }],
    [
      'a key to sign with, and no content that is known',
      { jwks: { keys: [{ use: 'sig' }] }, [CONTENTS]: [] },
    ],
  ])('is nothing with %s', (_, said) => {
    expect(read(said)).toEqual({ ok: true, value: undefined })
  })

  it.each([
    ['a key for another algorithm', { alg: 'ECDH-ES+A256KW' }],
    ['a key on another curve', { crv: 'P-384' }],
    ['a key that shows its secret', { d: requestKey.key.d }],
    ['a key with half a coordinate', { x: 'AAAA' }],
    ['a key that is no point of its curve', { y: requestKey.key.x }],
    ['a key of another kind', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }],
    ['a key for what nobody knows', { use: 'tls' }],
    ['a key with an id that is none', { kid: 7 }],
    ['a key with an endless id', { kid: 'k'.repeat(513) }],
  ])('is never %s: alone it is refused, beside a good one passed over', (_, changes) => {
    const bad = { ...published, ...changes }
    expect(withKeys(bad)).toEqual(unsupported('jwks'))
    expect(withKeys({ ...bare, use: 'sig' }, bad)).toEqual(unsupported('jwks'))
    expect(withKeys(bad, null, published)).toMatchObject({ value: { key: { x: requestKey.key.x } } })
  })

  it('is not looked for behind twenty keys that are none', () => {
    const none = Array.from({ length: 20 }, () => ({ ...published, y: requestKey.key.x }))
    expect(withKeys(...none, published)).toEqual(unsupported('jwks'))
  })

  it.each([
    [ALGORITHMS, []],
    [ALGORITHMS, ['RSA-OAEP-256', 'ECDH-ES+A128KW']],
    [CONTENTS, []],
    [CONTENTS, ['A128CBC-HS256', 'A192GCM']],
  ])('is refused where %s is %j', (parameter, values) => {
    expect(read({ ...metadata, [parameter]: values })).toEqual(unsupported(parameter))
  })

  it.each([
    ['jwks', 'https://wallet.example/keys'],
    ['jwks', []],
    ['jwks', {}],
    ['jwks', { keys: 'x' }],
    [ALGORITHMS, 'ECDH-ES'],
    [CONTENTS, { A256GCM: true }],
  ])('is malformed where %s is %j', (member, value) => {
    expect(read({ ...metadata, [member]: value })).toBe('wrong_type')
  })
})

describe('a request that is encrypted', () => {
  it.each([
    ['as a key has it', metadata],
    ['for a key without a name', { ...metadata, jwks: { keys: [bare] } }],
    ['by the weaker', { jwks: { keys: [published] } }],
  ])('is the signed one within, %s', async (_, said) => {
    const request = await signed({ wallet_nonce: 'w' })
    const encrypted = await encryptRequestObject(request, asked(said), jwe)
    // RFC 7519 §5.2.
    expect(headerOf(encrypted)).toMatchObject({ alg: 'ECDH-ES', cty: 'JWT', enc: asked(said).content })
    expect(headerOf(encrypted)['kid']).toBe(asked(said).keyId)
    expect(await openRequestObject(encrypted, requestKey, jwe)).toEqual({ ok: true, value: request })
    const opened = await openRequestObject(encrypted, requestKey, jwe)
    expect(await check(opened.ok ? opened.value : '', { walletNonce: 'w' })).toMatchObject({ ok: true })
  })

  it('is another text each time', async () => {
    const request = await signed()
    const [first, second] = await Promise.all([
      encryptRequestObject(request, asked(), jwe),
      encryptRequestObject(request, asked(), jwe),
    ])
    expect(first).not.toBe(second)
  })

  it('is read by the key of its own request alone, also where it names none or a wrong one', async () => {
    const request = await signed()
    const named = await encryptRequestObject(request, asked(), jwe)
    const refused = (reason: string) => ({ ok: false, error: { code: 'request_undecryptable', reason } })
    expect(await openRequestObject(named, otherKey, jwe)).toEqual(refused('jwe_key_unknown'))
    const nameless = await encryptRequestObject(request, { ...asked(), keyId: undefined }, jwe)
    expect(await openRequestObject(nameless, otherKey, jwe)).toEqual(refused('jwe_undecryptable'))
    const renamed = await encryptRequestObject(request, { ...asked(), keyId: otherKey.keyId }, jwe)
    expect(await openRequestObject(renamed, otherKey, jwe)).toEqual(refused('jwe_undecryptable'))
  })

  it('is refused where no key was sent', async () => {
    const encrypted = await encryptRequestObject(await signed(), asked(), jwe)
    expect(await openRequestObject(encrypted, undefined, jwe)).toEqual({
      ok: false,
      error: { code: 'request_encrypted_unasked' },
    })
  })

  it.each([
    ['packed', { zip: 'DEF' }, 'jwe_algorithm_unsupported'],
    ['with an extension', { crit: ['exp'], exp: now }, 'jwe_algorithm_unsupported'],
    ['under a password', { alg: 'PBES2-HS256+A128KW', p2c: 1e9, p2s: 'AAAA' }, 'jwe_algorithm_unsupported'],
    ['under the key itself', { alg: 'dir' }, 'jwe_algorithm_unsupported'],
    ['by blocks', { enc: 'A128CBC-HS256' }, 'jwe_algorithm_unsupported'],
    ['for nobody', { epk: undefined }, 'jwe_undecryptable'],
    ['from off the curve', { epk: { ...bare, y: requestKey.key.x } }, 'jwe_undecryptable'],
  ])('is refused %s', async (_, changes, reason) => {
    const encrypted = await encryptRequestObject(await signed(), asked(), jwe)
    const [, ...rest] = encrypted.split('.')
    const header = encodeTextBase64url(JSON.stringify({ ...headerOf(encrypted), ...changes }))
    expect(await openRequestObject([header, ...rest].join('.'), requestKey, jwe)).toEqual({
      ok: false,
      error: { code: 'request_undecryptable', reason },
    })
  })

  it('counts for nothing by itself: within it is a signed request, of the verifier that the link names', async () => {
    for (const [within, code] of [
      [JSON.stringify({ client_id: 'x' }), 'request_malformed'],
      [await encryptRequestObject(await signed(), asked(), jwe), 'request_malformed'],
      [await signed({ client_id: 'x509_san_dns:other.example' }), 'client_id_differs'],
      [await signed({ wallet_nonce: 'another' }), 'wallet_nonce_differs'],
      [await signed(), 'wallet_nonce_differs'],
    ] as const) {
      const encrypted = await encryptRequestObject(within, asked(), jwe)
      const opened = await openRequestObject(encrypted, requestKey, jwe)
      expect(opened).toEqual({ ok: true, value: within })
      expect(await check(within, { walletNonce: 'w' })).toMatchObject({ ok: false, error: { code } })
    }
  })
})

it('a request in the clear is taken as it is, whether or not a key was sent', async () => {
  const request = await signed()
  for (const key of [requestKey, undefined])
    expect(await openRequestObject(request, key, jwe)).toEqual({ ok: true, value: request })
  // What is neither is for the reader of signed ones to refuse.
  for (const neither of ['', 'x', 'a.b.c.d', 'a.b.c.d.e.f', '.'.repeat(60_000)])
    expect(await openRequestObject(neither, requestKey, jwe)).toEqual({ ok: true, value: neither })
})

function headerOf(token: string): JsonObject {
  return JSON.parse(decodeTextBase64url(token.split('.', 1)[0] ?? '') ?? '{}')
}
