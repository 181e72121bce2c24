import type { JsonObject } from '@countersign/core/json'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PRE_AUTHORIZED_CODE } from '../oauth/grants/pre-authorized-code.ts'
import {
  offerUrlByReference,
  offerUrlByValue,
  parseCredentialOffer,
  parseOfferUrl,
  writeCredentialOffer,
} from './offer.ts'

const input = {
  issuer: 'https://issuer.example/a',
  configurationIds: ['pid', 'badge'],
  grants: {
    [PRE_AUTHORIZED_CODE]: {
      code: 'session.secret',
      txCode: { inputMode: 'numeric', length: 4, description: 'in the letter' },
    },
  },
} as const
const offer = writeCredentialOffer(input)

const withGrant = (grant: JsonObject | string | number | null): JsonObject => ({
  ...offer,
  grants: { [PRE_AUTHORIZED_CODE]: grant },
})
const withTxCode = (txCode: JsonObject | string): JsonObject =>
  withGrant({ 'pre-authorized_code': 'c', tx_code: txCode })

describe('a credential offer', () => {
  it('is written as the specification shows it', () => {
    expect(offer).toEqual({
      credential_issuer: 'https://issuer.example/a',
      credential_configuration_ids: ['pid', 'badge'],
      grants: {
        'urn:ietf:params:oauth:grant-type:pre-authorized_code': {
          'pre-authorized_code': 'session.secret',
          tx_code: { input_mode: 'numeric', length: 4, description: 'in the letter' },
        },
      },
    })
  })

  it('without a transaction code has no tx_code member', () => {
    const plain = { ...input, grants: { [PRE_AUTHORIZED_CODE]: { code: 'c' } } }
    expect(JSON.stringify(writeCredentialOffer(plain))).not.toContain('tx_code')
  })

  it('is read as it was written', () => {
    expect(parseCredentialOffer(offer)).toEqual({ ok: true, value: input })
  })

  it('may have members and grants that nobody knows', () => {
    const more = { ...offer, extra: 1, grants: { ...(offer['grants'] as JsonObject), 'urn:x': 7 } }
    expect(parseCredentialOffer(more)).toEqual({ ok: true, value: input })
  })

  it('may have no grants, or an authorization code grant with its state kept verbatim', () => {
    const { grants: _grants, ...bare } = offer
    expect(parseCredentialOffer(bare)).toMatchObject({ ok: true, value: { issuer: input.issuer } })
    const grants = {
      authorization_code: { issuer_state: ' s+%20 ', authorization_server: 'https://as.example' },
    }
    expect(parseCredentialOffer({ ...bare, grants })).toMatchObject({
      value: {
        grants: { authorization_code: { issuerState: ' s+%20 ', authorizationServer: 'https://as.example' } },
      },
    })
  })

  it('with an empty tx_code object asks for a code of digits', () => {
    expect(parseCredentialOffer(withTxCode({}))).toMatchObject({
      ok: true,
      value: { grants: { [PRE_AUTHORIZED_CODE]: { txCode: { inputMode: 'numeric' } } } },
    })
  })

  it('counts the 300 characters of a description as people do', () => {
    expect(parseCredentialOffer(withTxCode({ description: '🔑'.repeat(300) })).ok).toBe(true)
    expect(parseCredentialOffer(withTxCode({ description: '🔑'.repeat(301) })).ok).toBe(false)
  })

  it.each<[string, JsonObject, string]>([
    ['no issuer', { credential_issuer: null }, 'credential_issuer'],
    ['an issuer over http', { credential_issuer: 'http://issuer.example' }, 'credential_issuer'],
    ['an issuer with a query', { credential_issuer: 'https://issuer.example?a' }, 'credential_issuer'],
    ['an issuer with a fragment', { credential_issuer: 'https://issuer.example#a' }, 'credential_issuer'],
    ['an issuer with credentials', { credential_issuer: 'https://a:b@issuer.example' }, 'credential_issuer'],
    ['no configuration', { credential_configuration_ids: [] }, 'credential_configuration_ids'],
    ['a repeated one', { credential_configuration_ids: ['a', 'a'] }, 'credential_configuration_ids'],
    ['one that is no text', { credential_configuration_ids: ['a', 1] }, 'credential_configuration_ids'],
    ['ids as text', { credential_configuration_ids: 'pid' }, 'credential_configuration_ids'],
    [
      'too many',
      { credential_configuration_ids: Array.from({ length: 101 }, (_, n) => `${n}`) },
      'credential_configuration_ids',
    ],
    ['grants as a list', { grants: [] }, 'grants'],
    ['a grant as text', withGrant('code'), 'grants.pre-authorized_code'],
    ['a grant without code', withGrant({}), 'grants.pre-authorized_code.pre-authorized_code'],
    [
      'an empty code',
      withGrant({ 'pre-authorized_code': '' }),
      'grants.pre-authorized_code.pre-authorized_code',
    ],
    [
      'an unsafe server',
      withGrant({ 'pre-authorized_code': 'c', authorization_server: 'ftp://x' }),
      'grants.authorization_server',
    ],
    ['a tx_code as text', withTxCode('1234'), 'tx_code'],
    ['an unknown input mode', withTxCode({ input_mode: 'voice' }), 'tx_code.input_mode'],
    ['a length of zero', withTxCode({ length: 0 }), 'tx_code.length'],
    ['a length with a fraction', withTxCode({ length: 4.5 }), 'tx_code.length'],
    ['a length as text', withTxCode({ length: '4' }), 'tx_code.length'],
    ['a long description', withTxCode({ description: 'x'.repeat(301) }), 'tx_code.description'],
    [
      'a state that is no text',
      { grants: { authorization_code: { issuer_state: 1 } } },
      'grants.authorization_code.issuer_state',
    ],
  ])('is refused with %s', (_name, change, at) => {
    expect(parseCredentialOffer({ ...offer, ...change })).toEqual({
      ok: false,
      error: { code: 'offer_malformed', at },
    })
  })

  it('of a development issuer is taken where http on this machine is allowed', () => {
    const local = { ...offer, credential_issuer: 'http://localhost:7002' }
    expect(parseCredentialOffer(local).ok).toBe(false)
    expect(parseCredentialOffer(local, 'loopback').ok).toBe(true)
  })
})

describe('an offer URL', () => {
  const uri = 'https://issuer.example/credentialOffer?id=a&b=c d'

  it('names the offer by reference, its own query escaped', () => {
    expect(offerUrlByReference('https://issuer.example/o?id=1&x=2')).toBe(
      'openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fo%3Fid%3D1%26x%3D2',
    )
  })

  it.each([
    'openid-credential-offer://',
    'haip-vci://',
    'openid-credential-offer:',
    'https://wallet.example/offer',
    'https://wallet.example/offer?lang=de',
    'openid-credential-offer://issuer.example:7002/?',
  ])('is read whatever the wallet is called by: %s', (scheme) => {
    const reference = 'https://issuer.example/credentialOffer?id=a&b=c'
    expect(parseOfferUrl(offerUrlByReference(reference, scheme))).toEqual({
      ok: true,
      value: { kind: 'reference', uri: reference },
    })
    expect(parseOfferUrl(offerUrlByValue(offer, scheme))).toEqual({
      ok: true,
      value: { kind: 'value', offer: input },
    })
  })

  const encoded = encodeURIComponent(JSON.stringify(offer))
  const reference = 'credential_offer_uri=https%3A%2F%2Fa.example'
  it.each([
    ['is no URL', 'not a url', 'offer_url_malformed'],
    ['has no offer', 'openid-credential-offer://?x=1', 'offer_missing'],
    [
      'has both forms',
      `openid-credential-offer://?credential_offer=${encoded}&${reference}`,
      'offer_ambiguous',
    ],
    ['repeats the reference', `openid-credential-offer://?${reference}&${reference}`, 'offer_ambiguous'],
    [
      'repeats the value',
      `openid-credential-offer://?credential_offer=${encoded}&credential_offer=${encoded}`,
      'offer_ambiguous',
    ],
    ['refers over http', 'x://?credential_offer_uri=http%3A%2F%2Fa.example', 'offer_uri_unacceptable'],
    ['refers to a file', 'x://?credential_offer_uri=file%3A%2F%2F%2Fetc%2Fpasswd', 'offer_uri_unacceptable'],
    ['refers to nothing', 'x://?credential_offer_uri=', 'offer_uri_unacceptable'],
    ['has a reference with a space', offerUrlByReference(uri), 'offer_uri_unacceptable'],
    ['has broken JSON', 'x://?credential_offer=%7B', 'offer_not_json'],
    ['has a member twice', 'x://?credential_offer=%7B%22a%22%3A1%2C%22a%22%3A2%7D', 'offer_not_json'],
    ['has an empty offer', 'x://?credential_offer=%7B%7D', 'offer_malformed'],
    ['is far too long', `x://?credential_offer=${'x'.repeat(70_000)}`, 'offer_url_too_long'],
  ])('is refused when it %s', (_name, text, code) => {
    const result = parseOfferUrl(text)
    expect(result.ok ? 'accepted' : result.error.code).toBe(code)
  })
})

it('anything at all is answered with a value or a refusal', () => {
  fc.assert(
    fc.property(fc.string(), fc.json(), fc.dictionary(fc.string(), fc.jsonValue()), (text, json, object) => {
      expect(parseOfferUrl(text)).toHaveProperty('ok')
      expect(parseOfferUrl(`x://?credential_offer=${encodeURIComponent(json)}`)).toHaveProperty('ok', false)
      expect(
        parseCredentialOffer({ ...offer, grants: { [PRE_AUTHORIZED_CODE]: object as JsonObject } }),
      ).toHaveProperty('ok')
      expect(parseCredentialOffer({ ...offer, ...(object as JsonObject) })).toHaveProperty('ok')
    }),
  )
})
