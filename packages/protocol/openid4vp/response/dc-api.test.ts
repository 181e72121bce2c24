import type { JsonObject } from '@countersign/core/json'
import { hpkeEngine as hpke } from '@countersign/testing/engines/hpke-engine'
import { jweEngine as jwe } from '@countersign/testing/engines/jwe-engine'
import { nodeEngine as crypto } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { identityQuery, parsed } from '../dcql/dcql.testing.ts'
import { answerWith, errorAnswer } from './authorization-response.ts'
import { dcApi } from './dc-api.ts'
import { dcApiJwt } from './dc-api-jwt.ts'
import { formOfCredential, isWebOrigin } from './digital-credential.ts'
import { EXCHANGE_PROTOCOLS } from './exchange-protocol.ts'
import { responseModeOf } from './response-modes.ts'

const ports = { crypto, hpke, jwe }
const shop = 'https://shop.example'
const other = 'https://other.example'
const places = (...origins: string[]) => ({
  responseUri: 'https://verifier.example/answer',
  browser: { origins, protocols: EXCHANGE_PROTOCOLS },
})
const asked = { id: 'session-1', query: parsed({ credentials: [identityQuery('pid')] }) }
const vpToken = new Map([['pid', ['presented']]])
const presented = { ok: true, value: { kind: 'presentation', vpToken } }

const clear = await dcApi.begin(places(shop), ports)
const encrypted = await dcApiJwt.begin(places(shop), ports)
const several = await dcApi.begin(places(shop, other), ports)

function read(kept: typeof clear | typeof encrypted, data: unknown, more: object = {}) {
  const credential = { protocol: 'openid4vp-v1-signed', data: data as JsonObject, ...more }
  const form = formOfCredential(credential)
  return form.ok ? responseModeOf(kept).readAnswer(form.value, asked, kept, ports) : form
}

const refused = (code: string) => ({ ok: false, error: { code } })

describe('an origin', () => {
  it.each([
    ['https://shop.example', true],
    ['https://shop.example:8443', true],
    ['https://xn--bcher-kva.example', true],
    ['https://[2001:db8::1]', true],
    ['https://shop.example/', false],
    ['https://shop.example/path', false],
    ['https://shop.example?', false],
    ['https://Shop.example', false],
    ['HTTPS://shop.example', false],
    ['https://shop.example:443', false],
    ['https://bücher.example', false],
    ['https://a:b@shop.example', false],
    ['https://shop.example ', false],
    ['shop.example', false],
    ['', false],
    ['null', false],
    ['http://shop.example', false],
    ['ftp://shop.example', false],
    ['wss://shop.example', false],
    ['file://', false],
    ['data:text/plain,x', false],
    ['javascript:alert(1)', false],
    ['blob:https://shop.example/x', false],
    ['android:apk-key-hash:AAAA', false],
    [`https://${'a'.repeat(300)}.example`, false],
  ])('%j is one: %s', (text, expected) => {
    expect([isWebOrigin(text, true), isWebOrigin(text, false)]).toEqual([expected, expected])
  })

  it.each([
    'http://localhost:3000',
    'http://shop.localhost:3000',
    'http://127.0.0.1:3000',
    'http://127.8.9.1',
    'http://[::1]:3000',
  ])('%s is one in development alone', (text) => {
    expect([isWebOrigin(text, true), isWebOrigin(text, false)]).toEqual([true, false])
  })

  it.each(['http://localhost.example', 'http://127.0.0.1.example', 'http://notlocalhost', 'http://10.0.0.1'])(
    '%s is none of this machine',
    (text) => expect(isWebOrigin(text, true)).toBe(false),
  )
})

describe('a request through a browser', () => {
  it('says where its page may come from, and no address for the answer', () => {
    expect(dcApi.writeRequest(several)).toEqual({ response_mode: 'dc_api', expected_origins: [shop, other] })
    expect(dcApiJwt.writeRequest(encrypted)).toEqual({
      response_mode: 'dc_api.jwt',
      expected_origins: [shop],
    })
    expect(dcApiJwt.writeClientMetadata?.(encrypted)).toMatchObject({
      jwks: { keys: [{ kid: encrypted.keyThumbprint }] },
    })
  })

  it('is not begun without a page', async () => {
    const nowhere = { responseUri: 'https://verifier.example/answer' }
    expect(() => dcApi.begin(nowhere, ports)).toThrow('without origins')
    await expect(Promise.resolve(dcApiJwt.begin(nowhere, ports))).rejects.toThrow('without origins')
  })

  it('is bound to the origin of the page, with the key and without', () => {
    const { keyThumbprint } = encrypted
    expect(dcApi.bindingOf(clear, {})).toEqual({ audience: 'origin:https://shop.example' })
    expect(dcApi.bindingOf(several, { origin: other })).toEqual({ audience: 'origin:https://other.example' })
    expect(dcApiJwt.bindingOf(encrypted, {})).toEqual({
      audience: 'origin:https://shop.example',
      encryptionKeyThumbprint: keyThumbprint,
    })
    expect(() => dcApi.bindingOf(several, {})).toThrow('without the origin')
  })
})

describe('an answer through a browser', () => {
  it('is read in the clear, and its state is nothing that anybody knows', async () => {
    expect(await read(clear, { vp_token: { pid: ['presented'] } })).toEqual(presented)
    expect(await read(clear, { vp_token: { pid: ['presented'] }, state: 'x', more: [{}] })).toEqual(presented)
    expect(await read(clear, { error: 'access_denied', vp_token: null })).toMatchObject({
      value: { kind: 'error', error: 'access_denied' },
    })
  })

  it('is read encrypted, and an error also in the clear', async () => {
    const seal = async (inside: object) => ({
      response: await jwe.encrypt(JSON.stringify(inside), {
        key: encrypted.key,
        keyId: encrypted.keyThumbprint,
        content: 'A256GCM',
      }),
    })
    expect(await read(encrypted, await seal({ vp_token: { pid: ['presented'] } }))).toEqual(presented)
    expect(await read(encrypted, await seal({ vp_token: { pid: ['presented'] }, state: 'x' }))).toEqual(
      presented,
    )
    for (const data of [{ error: 'access_denied' }, await seal({ error: 'access_denied' })])
      expect(await read(encrypted, data)).toMatchObject({ value: { kind: 'error' } })
    const another = await dcApiJwt.begin(places(shop), ports)
    expect(await read(another, await seal({ error: 'x' }))).toMatchObject({
      error: { code: 'response_undecryptable', reason: 'jwe_key_unknown' },
    })
  })

  it.each<[string, unknown, string]>([
    ['nothing', {}, 'neither_token_nor_error'],
    ['both', { error: 'x', vp_token: { pid: ['x'] } }, 'both_token_and_error'],
    ['a token as a text', { vp_token: '{"pid":["x"]}' }, 'vp_token_malformed'],
    ['a token that is a list', { vp_token: ['x'] }, 'vp_token_malformed'],
    ['a token in it that is none', { vp_token: { pid: [{ x: { y: 1 } }] } }, 'vp_token_malformed'],
    ['an empty token', { vp_token: {} }, 'vp_token_empty'],
    ['what was not asked', { vp_token: { x: ['y'] } }, 'query_id_unknown'],
    ['an error that is none', { error: 7 }, 'error_malformed'],
    ['an error that is a list', { error: ['access_denied'] }, 'error_malformed'],
    ['a message that is none', { response: { a: 1 } }, 'response_undecryptable'],
    ['an encrypted answer', { response: 'a.b.c.d.e' }, 'neither_token_nor_error'],
  ])('with %s is refused', async (_, data, code) => {
    expect(await read(clear, data)).toMatchObject(refused(code))
  })

  it('with a presentation in the clear is refused where it was to be encrypted', async () => {
    expect(await read(encrypted, { vp_token: { pid: ['x'] } })).toEqual(refused('response_not_encrypted'))
  })

  it.each([clear, encrypted])('in a protocol that was not offered is refused: $mode', async (kept) => {
    const unsigned = { ...kept, protocols: ['openid4vp-v1-unsigned'] as const }
    const error = { code: 'exchange_protocol_not_asked', asked: ['openid4vp-v1-unsigned'] }
    expect(await read(unsigned, { error: 'access_denied' })).toEqual({ ok: false, error })
    expect(await read(kept, { error: 'x' }, { protocol: 'openid4vp' })).toMatchObject({
      error: { code: 'exchange_protocol_not_asked' },
    })
  })

  it('from another page is refused, and of several pages it says from which', async () => {
    const token = { vp_token: { pid: ['presented'] } }
    expect(await read(clear, token, { origin: shop })).toEqual(presented)
    expect(await read(several, token, { origin: other })).toEqual(presented)
    expect(await read(several, token)).toEqual(refused('origin_missing'))
    for (const origin of [other, `${shop}/`, 'https://SHOP.example', 'null', `origin:${shop}`])
      expect(await read(clear, token, { origin })).toEqual(refused('origin_not_expected'))
  })
})

describe('the wallet that a browser calls', () => {
  const caller = { origin: shop, isSigned: true }
  const signed = { response_mode: 'dc_api', expected_origins: [other, shop] }
  const metadata = { client_metadata: dcApiJwt.writeClientMetadata?.(encrypted) ?? {} }
  const ask = (payload: JsonObject, by: typeof caller | undefined = caller) =>
    dcApi.readRequest(payload, 'https_only', { crypto, caller: by })

  it('takes a signed request from a page that it names, and an unsigned one from any', async () => {
    const taken = { ok: true, value: { mode: 'dc_api', origin: shop } }
    expect(await ask(signed)).toEqual(taken)
    const unsigned = { origin: shop, isSigned: false }
    for (const payload of [{}, { expected_origins: [other] }, { expected_origins: 'x' }])
      expect(await ask(payload, unsigned)).toEqual(taken)
    for (const expected of [[other], [], [`${shop}/`], ['https://SHOP.example'], shop, 7, {}])
      expect(await ask({ ...signed, expected_origins: expected })).toEqual({
        ok: false,
        error: { code: 'parameter_invalid', parameter: 'expected_origins' },
      })
    expect(await ask({})).toMatchObject(refused('parameter_invalid'))
  })

  it('takes none that came by a link', async () => {
    const error = { code: 'parameter_unsupported', parameter: 'response_mode' }
    for (const mode of [dcApi, dcApiJwt])
      expect(await mode.readRequest({ ...signed, ...metadata }, 'https_only', { crypto })).toEqual({
        ok: false,
        error,
      })
  })

  it('answers what the verifier reads, bound to the same', async () => {
    const called = await dcApiJwt.readRequest({ ...signed, ...metadata }, 'https_only', { crypto, caller })
    if (!called.ok) throw new Error(called.error.code)
    expect(dcApiJwt.bindingOf(called.value)).toEqual(dcApiJwt.bindingOf(encrypted, {}))
    const form = await dcApiJwt.writeAnswer(answerWith({}, vpToken), called.value, ports)
    expect(Object.keys(form)).toEqual(['response'])
    expect(await read(encrypted, form)).toEqual(presented)
    const declined = await dcApi.writeAnswer(
      errorAnswer({}, 'access_denied'),
      { mode: 'dc_api', origin: shop },
      ports,
    )
    expect(declined).toEqual({ error: 'access_denied' })
  })

  it('cannot answer where no key is usable', async () => {
    expect(await dcApiJwt.readRequest(signed, 'https_only', { crypto, caller })).toMatchObject({
      error: { code: 'encryption_unsupported' },
    })
  })
})
