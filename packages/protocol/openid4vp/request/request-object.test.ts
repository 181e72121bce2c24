import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { hpkeEngine as hpke } from '@countersign/testing/engines/hpke-engine'
import { jweEngine as jwe } from '@countersign/testing/engines/jwe-engine'
import { nodeEngine as crypto } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { type ResponseModeName, responseModeNamed } from '../response/response-modes.ts'
import { LEAF, leafSigner } from './request.testing.ts'
import {
  authorizationRequestUrl,
  buildRequestObject,
  type RequestFacts,
  signRequestObject,
} from './request-object.ts'
import { parseAuthorizationRequestUrl } from './request-url.ts'

const facts: RequestFacts = {
  id: 'session-1',
  expiresAt: 1_800_000_300,
  dcqlQuery: { credentials: [{ id: 'pid', format: 'dc+sd-jwt', meta: {} }] },
  nonce: 'nonce-1',
  clientId: 'x509_san_dns:verifier.example',
  answerMode: { mode: 'direct_post', responseUri: 'https://verifier.example/answer' },
}
const now = 1_800_000_000
const options = { now, formats: [sdJwtVc] }

describe('a request object', () => {
  it('says all that a wallet needs, in the words of the specification', () => {
    const holders = ['ES256', 'ES384', 'ES512', 'EdDSA']
    const rsa = ['PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']
    const issuers = [...holders, 'ES256K', ...rsa]
    expect(buildRequestObject(facts, { ...options, ttlSeconds: 60 })).toEqual({
      response_type: 'vp_token',
      response_mode: 'direct_post',
      client_id: 'x509_san_dns:verifier.example',
      response_uri: 'https://verifier.example/answer',
      nonce: 'nonce-1',
      state: 'session-1',
      dcql_query: facts.dcqlQuery,
      client_metadata: {
        vp_formats_supported: {
          'dc+sd-jwt': { 'sd-jwt_alg_values': issuers, 'kb-jwt_alg_values': holders },
        },
      },
      aud: 'https://self-issued.me/v2',
      iat: now,
      exp: now + 60,
    })
  })

  it('names the algorithms of an mdoc by their COSE numbers, each beside its fully specified twin', () => {
    const numbers = [-7, -9, -35, -51, -36, -52, -8, -19]
    expect(buildRequestObject(facts, { ...options, formats: [mdoc] })).toMatchObject({
      client_metadata: {
        vp_formats_supported: {
          mso_mdoc: { issuerauth_alg_values: numbers, deviceauth_alg_values: numbers },
        },
      },
    })
  })

  it('takes device MACs of mdocs where the answer is encrypted, and says so by the number for P-256', async () => {
    const numbers = [-7, -9, -35, -51, -36, -52, -8, -19]
    const places = {
      responseUri: 'https://verifier.example/answer',
      browser: { origins: ['https://shop.example'], protocols: ['openid4vp-v1-signed'] },
    } as const
    const taken = async (name: ResponseModeName) => {
      const answerMode = await responseModeNamed(name).begin(places, { crypto, jwe, hpke })
      return buildRequestObject({ ...facts, answerMode }, { ...options, formats: [mdoc] })
    }
    const accepted = (deviceauth: readonly number[]) => ({
      client_metadata: {
        vp_formats_supported: {
          mso_mdoc: { issuerauth_alg_values: numbers, deviceauth_alg_values: deviceauth },
        },
      },
    })
    expect(await taken('direct_post')).toMatchObject(accepted(numbers))
    expect(await taken('dc_api')).toMatchObject(accepted(numbers))
    expect(await taken('direct_post.jwt')).toMatchObject(accepted([...numbers, -65_537]))
    expect(await taken('dc_api.jwt')).toMatchObject(accepted([...numbers, -65_537]))
  })

  it('says why it asks where the verifier does, as a statement about the verifier', () => {
    expect(buildRequestObject({ ...facts, purpose: 'To sell you a ticket' }, options)).toMatchObject({
      verifier_info: [{ format: expect.any(String), data: { purpose: 'To sell you a ticket' } }],
    })
    expect(buildRequestObject(facts, options)).not.toHaveProperty('verifier_info')
  })

  it('echoes a wallet nonce when there was one', () => {
    expect(buildRequestObject(facts, { ...options, walletNonce: 'w' })).toMatchObject({ wallet_nonce: 'w' })
    expect(buildRequestObject(facts, options)).not.toHaveProperty('wallet_nonce')
  })

  it('never outlives its session', () => {
    expect(buildRequestObject(facts, { ...options, ttlSeconds: 9999 })).toMatchObject({
      exp: facts.expiresAt,
    })
    expect(buildRequestObject(facts, options)).toMatchObject({ exp: facts.expiresAt })
  })

  it('is signed under its own type, with what shows whose key it is', async () => {
    const payload = buildRequestObject(facts, options)
    const decoded = decodeJws(await signRequestObject(payload, { x5c: [LEAF] }, leafSigner))
    expect(decoded.ok && decoded.value.header).toEqual({
      typ: 'oauth-authz-req+jwt',
      alg: 'ES256',
      x5c: [LEAF],
    })
  })
})

const requestUri = 'https://verifier.example/request/1?a=b&c=d'

describe('the URL of a request', () => {
  it.each([
    ['openid4vp://', 'openid4vp://?'],
    ['haip://authorize', 'haip://authorize?'],
    ['https://wallet.example/authorize', 'https://wallet.example/authorize?'],
    ['https://wallet.example/authorize?x=1', 'https://wallet.example/authorize?x=1&'],
    ['https://wallet.example/authorize?', 'https://wallet.example/authorize?'],
    ['https://wallet.example/authorize#top', 'https://wallet.example/authorize?'],
  ])('on %s leads back to the same request', (base, start) => {
    const url = authorizationRequestUrl(base, facts.clientId, requestUri)
    expect(url.startsWith(`${start}client_id=x509_san_dns%3Averifier.example&request_uri=https%3A`)).toBe(
      true,
    )
    expect(parseAuthorizationRequestUrl(url)).toEqual({
      ok: true,
      value: { kind: 'by_reference', clientId: facts.clientId, requestUri, requestUriMethod: 'post' },
    })
  })

  it('says nothing where the wallet may not post, which is what that means', () => {
    const url = authorizationRequestUrl('openid4vp://', facts.clientId, requestUri, 'get')
    expect(url).not.toContain('request_uri_method')
    expect(parseAuthorizationRequestUrl(url)).toMatchObject({ value: { requestUriMethod: 'get' } })
  })
})
