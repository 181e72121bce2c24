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
    const described = (length: number) => {
      const read = parseCredentialOffer(withTxCode({ description: '🔑'.repeat(length) }))
      return read.ok && read.value.grants[PRE_AUTHORIZED_CODE]?.txCode?.description?.length
    }
    expect(described(300)).toBe(600)
    expect(described(301)).toBeUndefined()
  })

  it.each<[string, JsonObject, JsonObject]>([
    ['no length', { length: null }, {}],
    ['a length of zero', { length: 0 }, {}],
    ['a length with a fraction', { length: 4.5 }, {}],
    ['a length as text', { length: '4' }, {}],
    ['a description that is null', { description: null }, {}],
    ['an empty description', { description: '' }, {}],
    ['a description that is no text', { description: 7 }, {}],
    ['a mode that is null', { input_mode: null }, {}],
    ['an empty mode', { input_mode: '' }, {}],
    ['a mode that nobody knows', { input_mode: 'voice' }, { input_mode: 'text' }],
  ])('asks for the same code with %s', (_name, txCode, meant) => {
    expect(parseCredentialOffer(withTxCode(txCode))).toEqual(parseCredentialOffer(withTxCode(meant)))
    expect(parseCredentialOffer(withTxCode(txCode)).ok).toBe(true)
  })

  const code = { 'pre-authorized_code': 'c' }
  it.each<[string, JsonObject, JsonObject]>([
    ['a transaction code that is null', withGrant({ ...code, tx_code: null }), withGrant(code)],
    ['a server that is null', withGrant({ ...code, authorization_server: null }), withGrant(code)],
    ['grants that are null', { grants: null }, { grants: {} }],
    ['a grant that is null', withGrant(null), { grants: {} }],
    [
      'a grant beside it that cannot be used',
      { grants: { [PRE_AUTHORIZED_CODE]: code, authorization_code: { issuer_state: 1 } } },
      withGrant(code),
    ],
    [
      'a grant beside it that is null',
      { grants: { [PRE_AUTHORIZED_CODE]: code, authorization_code: null } },
      withGrant(code),
    ],
    [
      'a state that is null',
      { grants: { authorization_code: { issuer_state: null } } },
      { grants: { authorization_code: {} } },
    ],
    [
      'configurations that repeat each other or are none',
      { credential_configuration_ids: ['pid', 'pid', 1, null, '', 'badge'] },
      { credential_configuration_ids: ['pid', 'badge'] },
    ],
  ])('is read with %s as if that was not there', (_name, change, meant) => {
    expect(parseCredentialOffer({ ...offer, ...change })).toEqual(
      parseCredentialOffer({ ...offer, ...meant }),
    )
    expect(parseCredentialOffer({ ...offer, ...change }).ok).toBe(true)
  })

  it.each<[string, JsonObject, string]>([
    ['no issuer', { credential_issuer: null }, 'credential_issuer'],
    ['an issuer over http', { credential_issuer: 'http://issuer.example' }, 'credential_issuer'],
    ['an issuer with a query', { credential_issuer: 'https://issuer.example?a' }, 'credential_issuer'],
    ['an issuer with a fragment', { credential_issuer: 'https://issuer.example#a' }, 'credential_issuer'],
    ['an issuer with credentials', { credential_issuer: 'https://a:b@issuer.example' }, 'credential_issuer'],
    ['no configuration', { credential_configuration_ids: [] }, 'credential_configuration_ids'],
    ['none that is text', { credential_configuration_ids: ['', 1, null] }, 'credential_configuration_ids'],
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
    'openid-credential-offer:///',
    'openid-credential-offer://credential_offer',
    'OPENID-CREDENTIAL-OFFER://',
    'Openid-Credential-Offer:',
    'eudi-openid4vci://',
    'HTTPS://wallet.example/add',
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

  it('refers to an address whose scheme may be in capitals', () => {
    const uri = 'HTTP://localhost:22010/offer'
    expect(parseOfferUrl(offerUrlByReference(uri), 'loopback')).toEqual({
      ok: true,
      value: { kind: 'reference', uri },
    })
  })

  it('leaves out a parameter without a value (RFC 6749 §3.1)', () => {
    expect(parseOfferUrl(`${offerUrlByValue(offer)}&credential_offer_uri=`)).toMatchObject({
      value: { kind: 'value' },
    })
    expect(parseOfferUrl(`${offerUrlByReference('https://a.example')}&credential_offer`)).toMatchObject({
      value: { kind: 'reference' },
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
    ['refers to nothing', 'x://?credential_offer_uri=', 'offer_missing'],
    ['has no value', 'x://?credential_offer=&credential_offer_uri=', 'offer_missing'],
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
