import type { JsonObject } from '@countersign/core/json'
import { describe, expect, it } from 'vitest'
import { anchor, testCrypto } from './request.testing.ts'
import { unsignedRequestUrl } from './request-object.ts'
import { parseAuthorizationRequestUrl } from './request-url.ts'
import { now, payloadFor } from './verify-request.testing.ts'
import { type RequestVerification, verifyUnsignedRequest } from './verify-request.ts'

const answers = 'https://verifier.example/answer'
const client = `redirect_uri:${answers}`
const urlOf = (payload: JsonObject) => unsignedRequestUrl('openid4vp://authorize', payload)

async function judged(url: string, changes: Partial<RequestVerification> = {}) {
  const reference = parseAuthorizationRequestUrl(url)
  if (!reference.ok || reference.value.kind !== 'unsigned') return reference
  return verifyUnsignedRequest(reference.value.parameters, {
    outerClientId: reference.value.clientId,
    now,
    anchors: [anchor],
    crypto: testCrypto,
    requireTrusted: false,
    ...changes,
  })
}

const changed = (name: string, value: string | null) => {
  const url = new URL(urlOf(payloadFor(client)))
  if (value === null) url.searchParams.delete(name)
  else url.searchParams.set(name, value)
  return url.href
}

describe('a request that nobody signed', () => {
  it('says what a signed one says, without its times and its audience', async () => {
    const { aud: _aud, exp: _exp, iat: _iat, ...parameters } = payloadFor(client)
    expect(parseAuthorizationRequestUrl(urlOf(payloadFor(client)))).toEqual({
      ok: true,
      value: { kind: 'unsigned', clientId: client, parameters },
    })
  })

  it('is of a stranger, who gets the answer at the address that is the name', async () => {
    const trust = { trusted: false, reason: 'request_unsigned' }
    expect(await judged(urlOf(payloadFor(client)))).toMatchObject({
      ok: true,
      value: { client: { full: client }, trust, answerMode: { responseUri: answers }, nonce: 'n-0S6_WzA2Mj' },
    })
  })

  it('is refused where somebody has to vouch for verifiers', async () => {
    expect(await judged(urlOf(payloadFor(client)), { requireTrusted: true })).toEqual({
      ok: false,
      error: { code: 'verifier_untrusted', reason: 'request_unsigned' },
    })
  })

  it.each([
    'x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk',
    'x509_san_dns:verifier.example',
    'shop',
    'verifier_attestation:shop',
    'decentralized_identifier:did:web:a.example',
  ])('is refused from %s, who signs', async (name) => {
    const known = new Map([[name, { name: 'Shop', anchor: 'me', keys: [] }]])
    expect(await judged(urlOf(payloadFor(name)), { known })).toEqual({
      ok: false,
      error: { code: 'request_not_signed' },
    })
  })

  it.each([
    ['https://verifier.example/answer/', 'response_uri_not_allowed'],
    ['https://verifier.example/Answer', 'response_uri_not_allowed'],
    ['https://elsewhere.example/answer', 'response_uri_not_allowed'],
  ])('gets no answer at %s', async (uri, code) => {
    expect(await judged(changed('response_uri', uri))).toMatchObject({ error: { code } })
  })

  it.each(['dcql_query', 'client_metadata', 'verifier_info', 'transaction_data'])(
    'is refused with %s that is no JSON',
    async (name) => {
      expect(await judged(changed(name, '{'))).toEqual({
        ok: false,
        error: { code: 'parameter_malformed', parameter: name, reason: 'json_invalid' },
      })
    },
  )

  it.each([
    ['dcql_query', '"text"', 'query_invalid'],
    ['dcql_query', null, 'query_not_exactly_one'],
    ['client_metadata', '[]', 'parameter_invalid'],
    ['transaction_data', '[]', 'transaction_data_unsupported'],
    ['response_type', 'code', 'parameter_unsupported'],
    ['response_mode', 'fragment', 'parameter_unsupported'],
    ['nonce', 'two words', 'parameter_invalid'],
    ['response_type', null, 'request_missing'],
  ])('is refused with %s %j', async (name, value, code) => {
    expect(await judged(changed(name, value))).toMatchObject({ ok: false, error: { code } })
  })

  it('is refused with a redirect URI, and tells nobody: anybody may have written the address', async () => {
    expect(await judged(changed('redirect_uri', answers))).toEqual({
      ok: false,
      error: { code: 'redirect_uri_with_direct_post' },
    })
  })

  it.each(['dcql_query', 'nonce', 'response_uri', 'client_metadata'])(
    'is refused with %s twice: two readers would take different ones',
    async (name) => {
      const url = `${urlOf(payloadFor(client))}&${name}=x`
      expect(await judged(url)).toMatchObject({ error: { code: 'parameter_repeated', parameter: name } })
    },
  )

  it('keeps from its URL nothing but its parameters', async () => {
    const url = `${urlOf(payloadFor(client))}&aud=somebody&exp=1&wallet_nonce=n&__proto__=x`
    expect(await judged(url)).toMatchObject({ ok: true })
  })
})
