import { encodeBase64url, encodeTextBase64url, encodeUtf8 } from '@countersign/core/base64url'
import { makeCertifier } from '@countersign/testing/engines/node-engine'
import {
  DIGITAL_SIGNATURE,
  KEY_CERT_SIGN,
  makeCertificate,
  toX5c,
} from '@countersign/testing/forging/certificates'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientOf } from './client-id.ts'
import { ANCHOR, LEAF, leafSigner, OTHER_LEAF, otherSigner, testCrypto } from './request.testing.ts'
import { check, clientId, now, payloadFor, signed, withHeader } from './verify-request.testing.ts'
import type { RequestVerification } from './verify-request.ts'

describe('a request object', () => {
  it('of a verifier with a certificate is taken, with who vouches for it', async () => {
    const result = await check(
      await signed({ client_metadata: { client_name: 'Shop' }, iss: 'anybody', more: 1 }),
    )
    expect(result).toMatchObject({
      ok: true,
      value: {
        client: { prefix: { name: 'x509_hash' }, full: clientId },
        trust: { trusted: true, verifier: 'CN=Example Verifier', anchor: 'CN=Verifier Test CA' },
        answerMode: { mode: 'direct_post', responseUri: 'https://verifier.example/answer' },
        nonce: 'n-0S6_WzA2Mj',
        state: 'session-1',
        query: { credentials: [{ id: 'pid' }] },
        clientMetadata: { client_name: 'Shop' },
        expiresAt: now + 300,
      },
    })
  })

  it.each(
    (['P-256', 'P-384', 'P-521'] as const).flatMap((curve) =>
      (['sha-256', 'sha-384', 'sha-512'] as const).map((hash) => ({ curve, hash })),
    ),
  )('is of a verifier whose authority signs with $hash on $curve', async ({ curve, hash }) => {
    const signer = makeCertifier(curve, { kind: 'ecdsa', hash })
    const authority = { issuer: 'Reader CA', signer, notAfter: now + 3600 }
    const subject = { subject: 'Reader CA', key: signer.publicJwk, ca: true, keyUsage: [KEY_CERT_SIGN] }
    const ca = await makeCertificate({ ...authority, ...subject })
    const reader = { subject: 'Reader', key: leafSigner.publicJwk, keyUsage: [DIGITAL_SIGNATURE] }
    const x5c = toX5c(await makeCertificate({ ...authority, ...reader }))
    const means = {
      signer: { ...leafSigner, x5c },
      crypto: testCrypto,
      host: 'verifier.example',
      now: () => now,
    }
    const named = await clientOf('x509_hash', means)
    const outerClientId = named.ok ? named.value.clientIdFor('') : ''
    const jwt = await signed({}, { ...leafSigner, x5c }, outerClientId)
    expect(await check(jwt, { outerClientId, anchors: [ca] })).toMatchObject({
      ok: true,
      value: { trust: { trusted: true, verifier: 'CN=Reader', anchor: 'CN=Reader CA' } },
    })
  })

  const absent = ['scope', 'redirect_uri', 'request', 'request_uri', 'transaction_data', 'wallet_nonce']
  const optional = ['aud', 'client_metadata', 'exp', 'iat', 'nbf', 'state', 'response_code', 'iss']
  it.each([...absent, ...optional])('is the same with an empty %s, with null and without', async (name) => {
    const without = await check(await signed({ [name]: undefined }))
    expect(without).toMatchObject({ ok: true })
    for (const nothing of ['', null]) expect(await check(await signed({ [name]: nothing }))).toEqual(without)
  })

  it('may have a number that JSON does not carry where nobody reads it', async () => {
    const withNumber = async (name: string) => {
      const header = encodeTextBase64url(
        JSON.stringify({ alg: leafSigner.algorithm, typ: 'oauth-authz-req+jwt', x5c: [LEAF] }),
      )
      const payload = JSON.stringify(payloadFor(clientId, { [name]: undefined })).slice(0, -1)
      const input = `${header}.${encodeTextBase64url(`${payload},"${name}":1e400}`)}`
      return `${input}.${encodeBase64url(await leafSigner.sign(input))}`
    }
    expect(await check(await withNumber('more'))).toMatchObject({ ok: true })
    for (const parameter of ['exp', 'iat', 'nbf']) {
      const error = { code: 'parameter_invalid', parameter }
      expect(await check(await withNumber(parameter))).toEqual({ ok: false, error })
    }
  })

  const answerMode = { mode: 'direct_post', responseUri: 'https://verifier.example/answer' }
  const parameters: readonly (readonly [string, object, object])[] = [
    ['no nonce', { nonce: undefined }, { code: 'parameter_invalid', parameter: 'nonce' }],
    ['an empty nonce', { nonce: '' }, { code: 'parameter_invalid', parameter: 'nonce' }],
    ['a nonce with other characters', { nonce: 'a b' }, { code: 'parameter_invalid', parameter: 'nonce' }],
    [
      'no response type',
      { response_type: undefined },
      { code: 'parameter_invalid', parameter: 'response_type' },
    ],
    [
      'another response type',
      { response_type: 'code' },
      { code: 'parameter_unsupported', parameter: 'response_type' },
    ],
    [
      'no response mode',
      { response_mode: undefined },
      { code: 'parameter_invalid', parameter: 'response_mode' },
    ],
    [
      'another response mode',
      { response_mode: 'fragment' },
      { code: 'parameter_unsupported', parameter: 'response_mode' },
    ],
    [
      'a redirect URI beside direct_post',
      { redirect_uri: 'https://verifier.example/cb' },
      { code: 'redirect_uri_with_direct_post', answer: { answerMode, state: 'session-1' } },
    ],
    [
      'no response URI',
      { response_uri: undefined },
      { code: 'parameter_invalid', parameter: 'response_uri' },
    ],
    [
      'a response URI over plain http',
      { response_uri: 'http://verifier.example/a' },
      { code: 'response_uri_not_allowed' },
    ],
    [
      'a response URI on loopback',
      { response_uri: 'http://localhost/a' },
      { code: 'response_uri_not_allowed' },
    ],
    ['transaction data', { transaction_data: ['e30'] }, { code: 'transaction_data_unsupported' }],
    ['even empty transaction data', { transaction_data: [] }, { code: 'transaction_data_unsupported' }],
    ['neither query nor scope', { dcql_query: undefined }, { code: 'query_not_exactly_one' }],
    ['both query and scope', { scope: 'pid' }, { code: 'query_not_exactly_one' }],
    [
      'a scope',
      { dcql_query: undefined, scope: 'pid' },
      { code: 'parameter_unsupported', parameter: 'scope' },
    ],
    [
      'a malformed query',
      { dcql_query: {} },
      { code: 'query_invalid', reason: 'missing', at: '$.credentials' },
    ],
    ['a query as text', { dcql_query: '{}' }, { code: 'query_invalid', reason: 'wrong_type', at: '$' }],
    [
      'no state where binding is waived',
      {
        state: undefined,
        dcql_query: {
          credentials: [{ id: 'a', format: 'x', meta: {}, require_cryptographic_holder_binding: false }],
        },
      },
      { code: 'state_missing' },
    ],
    ['a state that is no text', { state: 1 }, { code: 'parameter_invalid', parameter: 'state' }],
    ['a wallet nonce that nobody sent', { wallet_nonce: 'w' }, { code: 'wallet_nonce_differs' }],
    ['another audience', { aud: 'https://wallet.example' }, { code: 'parameter_invalid', parameter: 'aud' }],
    ['an end in the past', { exp: now - 60 }, { code: 'request_expired', exp: now - 60, now }],
    ['a beginning in the future', { iat: now + 61 }, { code: 'request_not_yet_valid', from: now + 61, now }],
    ['a validity in the future', { nbf: now + 61 }, { code: 'request_not_yet_valid', from: now + 61, now }],
    ['an end as text', { exp: '2099' }, { code: 'parameter_invalid', parameter: 'exp' }],
    [
      'metadata as text',
      { client_metadata: '{}' },
      { code: 'parameter_invalid', parameter: 'client_metadata' },
    ],
    [
      'another request inside',
      { request_uri: 'https://verifier.example/r' },
      { code: 'parameter_invalid', parameter: 'request_uri' },
    ],
    [
      'another client identifier',
      { client_id: 'x509_san_dns:verifier.example' },
      { code: 'client_id_differs' },
    ],
    [
      'the client identifier without its prefix',
      { client_id: clientId.slice('x509_hash:'.length) },
      { code: 'client_id_differs' },
    ],
    ['no client identifier', { client_id: undefined }, { code: 'client_id_differs' }],
  ]

  it.each(parameters)('with %s is refused', async (_, changes, error) => {
    expect(await check(await signed(changes))).toEqual({ ok: false, error })
  })

  it.each<[string, object, object]>([
    ['the state', { state: undefined }, { answer: { answerMode, state: undefined } }],
    ['a state that could go back', { state: 1 }, {}],
    ['an address', { response_uri: undefined }, {}],
    ['an address over https', { response_uri: 'http://verifier.example/a' }, {}],
    ['a query', { dcql_query: undefined }, { answer: { answerMode, state: 'session-1' } }],
  ])(
    'with a redirect URI beside direct_post, and without %s, says who is to be told',
    async (_, more, told) => {
      const jwt = await signed({ redirect_uri: 'https://verifier.example/cb', ...more })
      expect(await check(jwt)).toEqual({
        ok: false,
        error: { code: 'redirect_uri_with_direct_post', ...told },
      })
    },
  )

  it.each<[string, object, string]>([
    ['for another wallet', { aud: 'https://wallet.example' }, 'parameter_invalid'],
    ['that is over', { exp: now - 60 }, 'request_expired'],
    ['with a nonce that was not sent', { wallet_nonce: 'w' }, 'wallet_nonce_differs'],
  ])(
    'with a redirect URI beside direct_post, %s, is refused for that, and nobody is told',
    async (_, more, code) => {
      const found = await check(await signed({ redirect_uri: 'https://verifier.example/cb', ...more }))
      expect(found).toMatchObject({ ok: false, error: { code } })
      expect(found.ok ? {} : found.error).not.toHaveProperty('answer')
    },
  )

  const taken: readonly (readonly [string, object, Partial<RequestVerification>])[] = [
    ['without times', { iat: undefined, exp: undefined }, {}],
    ['without audience', { aud: undefined }, {}],
    ['with one audience of several', { aud: ['x', 'https://self-issued.me/v2'] }, {}],
    ['at the edge of the clock difference', { iat: now + 60, exp: now - 59 }, {}],
    ['without state', { state: undefined }, {}],
    ['that echoes the wallet nonce', { wallet_nonce: 'w' }, { walletNonce: 'w' }],
    ['on loopback, where allowed', { response_uri: 'http://localhost:7003/a' }, { httpPolicy: 'loopback' }],
  ]

  it.each(taken)('%s is taken', async (_, changes, how) => {
    expect(await check(await signed(changes), how)).toMatchObject({ ok: true })
  })

  it('without the nonce that the wallet sent, or with another, is refused', async () => {
    const error = { code: 'wallet_nonce_differs' }
    expect(await check(await signed(), { walletNonce: 'w' })).toEqual({ ok: false, error })
    expect(await check(await signed({ wallet_nonce: 'v' }), { walletNonce: 'w' })).toEqual({
      ok: false,
      error,
    })
  })
})

it.each(['oauth-authz-req+jwt', 'OAuth-Authz-Req+JWT', 'application/oauth-authz-req+jwt'])(
  'a request object may write its typ as %s (RFC 7515 §4.1.9)',
  async (typ) => {
    expect(await check(await withHeader({ typ }))).toMatchObject({ ok: true })
  },
)

describe('a signature', () => {
  const cut = (jwt: string, part: number, text: string) => jwt.split('.').with(part, text).join('.')
  const encode = (value: object) => encodeBase64url(encodeUtf8(JSON.stringify(value)))

  it.each([
    ['another type', { typ: 'JWT' }, { code: 'request_type_wrong' }],
    ['no chain', { x5c: [] }, { code: 'client_key_unreadable', reason: 'no_certificate' }],
    ['a chain that is text', { x5c: LEAF }, { code: 'client_key_unreadable', reason: 'no_certificate' }],
    [
      'a chain that is not all text',
      { x5c: [LEAF, 1] },
      { code: 'client_key_unreadable', reason: 'no_certificate' },
    ],
    [
      'a certificate that is none',
      { x5c: ['AAAA'] },
      { code: 'client_key_unreadable', reason: 'certificate_malformed' },
    ],
    ['the certificate of somebody else', { x5c: [OTHER_LEAF] }, { code: 'client_certificate_differs' }],
    [
      'the anchor in the chain',
      { x5c: [LEAF, ANCHOR] },
      { code: 'verifier_untrusted', reason: 'anchor_in_chain' },
    ],
    [
      'critical extensions',
      { crit: ['b64'], b64: false },
      { code: 'request_malformed', reason: 'jws_crit_unsupported' },
    ],
  ])('with %s is refused', async (_, header, error) => {
    expect(await check(await withHeader(header))).toEqual({ ok: false, error })
  })

  it('of another key under the certificate is refused', async () => {
    const jwt = await signed({}, { ...otherSigner, x5c: [LEAF] })
    const error = { code: 'request_signature_refused', reason: 'signature_invalid' }
    expect(await check(jwt)).toEqual({ ok: false, error })
  })

  it('over other content is refused', async () => {
    const jwt = cut(await signed(), 1, encode(payloadFor(clientId, { nonce: 'other' })))
    expect(await check(jwt)).toMatchObject({ error: { code: 'request_signature_refused' } })
  })

  it.each([
    ['none', 'alg_not_allowed'],
    ['HS256', 'alg_not_allowed'],
    ['RS256', 'alg_key_mismatch'],
  ])('under the algorithm %s is refused', async (alg, reason) => {
    const jwt = cut(await signed(), 0, encode({ typ: 'oauth-authz-req+jwt', x5c: [LEAF], alg }))
    const error = { code: 'request_signature_refused', reason }
    expect(await check(jwt)).toEqual({ ok: false, error })
  })

  it('that is missing is refused', async () => {
    expect(await check(cut(await signed(), 2, ''))).toMatchObject({ ok: false })
  })

  it('is not looked for in a text without end', async () => {
    const error = { code: 'request_malformed', reason: 'jws_too_large' }
    expect(await check('x'.repeat(65_537))).toEqual({ ok: false, error })
  })
})

it('any text is a request or a refusal', async () => {
  await fc.assert(fc.asyncProperty(fc.string(), async (text) => !(await check(text)).ok))
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...Object.keys(payloadFor(clientId))), fc.jsonValue()),
      async (changes) => {
        const result = await check(await signed({ ...changes, client_id: clientId }))
        return typeof result.ok === 'boolean'
      },
    ),
    { numRuns: 60 },
  )
})
