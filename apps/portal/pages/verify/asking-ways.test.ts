import { describe, expect, it } from 'vitest'
import { membersOf, prefixOf, waysOf } from './asking-ways.ts'

describe('the ways of a request', () => {
  it.each([
    [{}, {}],
    [{ answer: 'direct_post.jwt' }, { responseMode: 'direct_post.jwt' }],
    [
      { answer: 'direct_post', prefix: 'x509_hash', place: 'by_value' },
      { responseMode: 'direct_post', clientIdPrefix: 'x509_hash', requestPassing: 'by_value' },
    ],
    // Where there is one place alone, none is asked for.
    [{ prefix: 'redirect_uri', place: 'by_reference' }, { clientIdPrefix: 'redirect_uri' }],
    [{ answer: 'dc_api.jwt', place: 'by_value' }, { responseMode: 'dc_api.jwt' }],
    [
      { answer: 'dc_api', prefix: 'verifier_attestation' },
      { responseMode: 'dc_api', clientIdPrefix: 'verifier_attestation' },
    ],
  ] as const)('%j are asked for as %j', (ways, members) => {
    expect(membersOf(ways)).toEqual(members)
  })

  it.each([
    ['x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk', 'x509_hash'],
    ['x509_san_dns:verifier.example', 'x509_san_dns'],
    ['decentralized_identifier:did:web:verifier.example', 'decentralized_identifier'],
    ['verifier_attestation:shop', 'verifier_attestation'],
    ['redirect_uri:https://verifier.example/openid4vc/verify/x', 'redirect_uri'],
    ['shop-4711', 'pre-registered'],
    ['pre-registered', 'pre-registered'],
    ['openid_federation:https://shop.example', undefined],
    [':', undefined],
    [undefined, undefined],
  ])('the client identifier %s is one of %s', (clientId, prefix) => {
    expect(prefixOf(clientId)).toBe(prefix)
  })

  it('are read from a session as they were chosen', () => {
    const session = {
      id: 'x',
      dcqlQuery: {},
      createdAt: 1,
      expiresAt: 2,
      returned: false,
      outcome: { verdict: 'open', sentence: 'Waiting.' },
      state: 'created',
    } as const
    const clientId = 'decentralized_identifier:did:web:shop.example'
    const byLink = {
      ...session,
      responseMode: 'direct_post.jwt',
      clientId,
      requestPassing: 'by_value',
    } as const
    expect(waysOf(byLink)).toEqual({
      answer: 'direct_post.jwt',
      prefix: 'decentralized_identifier',
      place: 'by_value',
    })
    const byBrowser = { ...session, responseMode: 'dc_api', clientId } as const
    expect(waysOf(byBrowser)).toEqual({ answer: 'dc_api', prefix: 'decentralized_identifier' })
  })
})
