import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseClient } from './methods.ts'

const jwt = 'e30.e30.AAAA'
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const attested = { 'oauth-client-attestation': jwt, 'oauth-client-attestation-pop': jwt }
const asserted = { client_assertion: jwt, client_assertion_type: ASSERTION_TYPE }

type Headers = Record<string, string | readonly string[]>

describe('a request to an authorization server', () => {
  it.each<[string, Record<string, string>, Headers, object]>([
    ['nothing', {}, {}, { method: 'none' }],
    ['a name', { client_id: 'wallet' }, {}, { method: 'none', clientId: 'wallet' }],
    ['an empty secret', { client_secret: '' }, {}, { method: 'none' }],
    ['an attestation', {}, attested, { method: 'attest_jwt_client_auth', attestation: jwt, pop: jwt }],
    [
      'an attestation and a name',
      { client_id: 'wallet' },
      attested,
      { method: 'attest_jwt_client_auth', clientId: 'wallet', attestation: jwt, pop: jwt },
    ],
    ['an assertion', asserted, {}, { method: 'private_key_jwt', assertion: jwt }],
    [
      'an assertion and a name',
      { ...asserted, client_id: 'shop' },
      {},
      { method: 'private_key_jwt', clientId: 'shop', assertion: jwt },
    ],
  ])('is by a client with %s', (_name, form, headers, client) => {
    expect(parseClient({ form, headers })).toEqual({ ok: true, value: client })
  })

  it.each<[string, Record<string, string>, Headers, object]>([
    [
      'a secret in a header',
      {},
      { authorization: 'Basic d2FsbGV0OnNlY3JldA==' },
      { code: 'client_method_unsupported', presented: 'authorization' },
    ],
    [
      'a token in a header',
      {},
      { authorization: 'Bearer t' },
      { code: 'client_method_unsupported', presented: 'authorization' },
    ],
    [
      'an empty header',
      {},
      { authorization: '' },
      { code: 'client_method_unsupported', presented: 'authorization' },
    ],
    [
      'a secret in the form',
      { client_secret: 'secret' },
      {},
      { code: 'client_method_unsupported', presented: 'client_secret' },
    ],
    [
      'an assertion of another kind',
      {
        client_assertion: jwt,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
      },
      {},
      { code: 'client_method_unsupported', presented: 'client_assertion_type' },
    ],
    [
      'an assertion of no kind',
      { client_assertion: jwt },
      {},
      { code: 'client_incomplete', missing: 'client_assertion_type' },
    ],
    [
      'a kind of assertion alone',
      { client_assertion_type: ASSERTION_TYPE },
      {},
      { code: 'client_incomplete', missing: 'client_assertion' },
    ],
    [
      'an attestation without a proof',
      {},
      { 'oauth-client-attestation': jwt },
      { code: 'client_incomplete', missing: 'oauth-client-attestation-pop' },
    ],
    [
      'a proof without an attestation',
      {},
      { 'oauth-client-attestation-pop': jwt },
      { code: 'client_incomplete', missing: 'oauth-client-attestation' },
    ],
    ['two methods', asserted, attested, { code: 'client_methods_several' }],
    [
      'a secret beside an attestation',
      { client_secret: 'secret' },
      attested,
      { code: 'client_method_unsupported', presented: 'client_secret' },
    ],
    [
      'two attestations in two headers',
      {},
      { ...attested, 'oauth-client-attestation': [jwt, jwt] },
      { code: 'client_header_malformed', header: 'oauth-client-attestation' },
    ],
    [
      'two attestations in one header',
      {},
      { ...attested, 'oauth-client-attestation': `${jwt}, ${jwt}` },
      { code: 'client_header_malformed', header: 'oauth-client-attestation' },
    ],
    [
      'two proofs',
      {},
      { ...attested, 'oauth-client-attestation-pop': `${jwt}, ${jwt}` },
      { code: 'client_header_malformed', header: 'oauth-client-attestation-pop' },
    ],
    [
      'an empty attestation',
      {},
      { ...attested, 'oauth-client-attestation': '' },
      { code: 'client_header_malformed', header: 'oauth-client-attestation' },
    ],
    [
      'a huge attestation',
      {},
      { ...attested, 'oauth-client-attestation': 'x'.repeat(12_289) },
      { code: 'client_header_malformed', header: 'oauth-client-attestation' },
    ],
    [
      'a huge proof',
      {},
      { ...attested, 'oauth-client-attestation-pop': 'x'.repeat(4097) },
      { code: 'client_header_malformed', header: 'oauth-client-attestation-pop' },
    ],
    [
      'a huge assertion',
      { ...asserted, client_assertion: 'x'.repeat(8193) },
      {},
      { code: 'invalid_request', parameter: 'client_assertion' },
    ],
    ['a huge name', { client_id: 'x'.repeat(1025) }, {}, { code: 'invalid_request', parameter: 'client_id' }],
  ])('with %s is refused, and not passed over', (_name, form, headers, error) => {
    expect(parseClient({ form, headers })).toEqual({ ok: false, error })
  })
})

it('a longest attestation and a longest proof are read', () => {
  const headers = {
    'oauth-client-attestation': 'x'.repeat(12_288),
    'oauth-client-attestation-pop': 'x'.repeat(4096),
  }
  expect(parseClient({ form: {}, headers })).toMatchObject({ ok: true })
})

it('whatever is presented, somebody who shows nothing that we know is never taken for one who shows nothing', () => {
  const names = ['client_secret', 'client_assertion', 'client_assertion_type', 'client_id']
  const headerNames = ['authorization', 'oauth-client-attestation', 'oauth-client-attestation-pop']
  const text = fc.string({ minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...names), text),
      fc.dictionary(fc.constantFrom(...headerNames), text),
      (form, headers) => {
        const client = parseClient({ form, headers })
        const showsSomething = Object.keys({ ...form, ...headers }).some((name) => name !== 'client_id')
        expect(client.ok && client.value.method === 'none').toBe(!showsSomething)
      },
    ),
  )
})
