import { describe, expect, it } from 'vitest'
import type { IssuerMetadata } from '../issue/catalogue.ts'
import { queryAdvice } from './query-advice.ts'

const paths = [['given_name'], ['family_name'], ['address', 'locality'], ['nationalities', null]]
const metadata: IssuerMetadata = {
  credential_configurations_supported: {
    identity: {
      format: 'dc+sd-jwt',
      vct: 'urn:identity:1',
      credential_metadata: { claims: paths.map((path) => ({ path })) },
    },
    plain: { format: 'dc+sd-jwt', vct: 'urn:plain:1' },
  },
}

const authority = { type: 'aki', values: ['AAAA'] }
const identity = {
  id: 'identity',
  format: 'dc+sd-jwt',
  meta: { vct_values: ['urn:identity:1'] },
  trusted_authorities: [authority],
  claims: [{ path: ['given_name'] }],
}

const advice = (query: unknown, purpose = 'To sell a ticket') => queryAdvice({ query, purpose, metadata })
const codes = (query: unknown, purpose?: string) => advice(query, purpose).map(({ code }) => code)
const claims = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `c${at}`, path: ['given_name'] }))

describe('advice about a query', () => {
  it('has nothing to say about one that asks for little, of somebody named, with a reason', () => {
    expect(advice({ credentials: [identity] })).toEqual([])
    expect(advice({ credentials: [] }, '')).toEqual([])
  })

  it.each<[string, unknown, readonly string[]]>([
    ['six details', { ...identity, claims: claims(6) }, ['many_details']],
    ['five details', { ...identity, claims: claims(5) }, []],
    ['six of which two are enough', { ...identity, claims: claims(6), claim_sets: [['c0', 'c1']] }, []],
    [
      'a type that nobody here issues',
      { ...identity, meta: { vct_values: ['urn:other'] } },
      ['type_unknown'],
    ],
    ['the type in another format', { ...identity, format: 'mso_mdoc' }, ['type_unknown']],
    ['one type of two that is known', { ...identity, meta: { vct_values: ['urn:x', 'urn:identity:1'] } }, []],
    [
      'a detail that the type has not',
      { ...identity, claims: [{ path: ['shoe_size'] }] },
      ['detail_unknown'],
    ],
    ['a detail with all that is in it', { ...identity, claims: [{ path: ['address'] }] }, []],
    ['a place of a list', { ...identity, claims: [{ path: ['nationalities', 0] }] }, []],
    ['a type whose details nobody lists', { ...identity, meta: { vct_values: ['urn:plain:1'] } }, []],
    [
      'no proof of the holder',
      { ...identity, require_cryptographic_holder_binding: false },
      ['copy_would_do'],
    ],
    ['no issuer', { ...identity, trusted_authorities: undefined }, ['any_issuer']],
    ['what is no credential', 7, ['any_issuer']],
  ])('%s', (_what, credential, expected) => {
    expect(codes({ credentials: [credential] })).toEqual(expected)
  })

  it('counts the alternative that is preferred', () => {
    const four = (id: string) => ({ ...identity, id, claims: claims(4) })
    const either = { credential_sets: [{ options: [['a'], ['b']] }] }
    expect(codes({ credentials: [four('a'), four('b')] })).toEqual(['many_details'])
    expect(codes({ credentials: [four('a'), four('b')], ...either })).toEqual([])
  })

  it('misses a reason', () => {
    expect(codes({ credentials: [identity] }, '  ')).toEqual(['no_purpose'])
  })

  it.each([[undefined], [null], ['text'], [{}], [{ credentials: 7 }]])(
    'reads %j without a fault',
    (query) => {
      expect(advice(query)).toEqual([])
    },
  )
})
