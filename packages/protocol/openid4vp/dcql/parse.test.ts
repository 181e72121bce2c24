import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identityQuery } from './dcql.testing.ts'
import { exampleQueries } from './examples.testing.ts'
import { DCQL_LIMITS, parseDcqlQuery } from './parse.ts'

const one = (changes: object) => ({ credentials: [{ ...identityQuery('a'), ...changes }] })
const claim = (changes: object) => one({ claims: [{ path: ['x'], ...changes }] })
const set = (changes: object) => ({ ...one({}), credential_sets: [{ options: [['a']], ...changes }] })
const without = (name: string) => one({ [name]: undefined })
const times = <T>(count: number, entry: (index: number) => T) =>
  Array.from({ length: count }, (_, n) => entry(n))

const refusals: readonly (readonly [string, unknown, string, string])[] = [
  ['a query that is no object', [], 'wrong_type', '$'],
  ['no query', undefined, 'missing', '$'],
  ['a query without credentials', {}, 'missing', '$.credentials'],
  ['no credential queries', { credentials: [] }, 'empty', '$.credentials'],
  ['credentials as an object', { credentials: {} }, 'wrong_type', '$.credentials'],
  ['a credential query that is no object', { credentials: ['pid'] }, 'wrong_type', '$.credentials[0]'],
  ['a missing id', without('id'), 'missing', '$.credentials[0].id'],
  ['an empty id', one({ id: '' }), 'empty', '$.credentials[0].id'],
  ['an id with other characters', one({ id: 'a.b' }), 'malformed_id', '$.credentials[0].id'],
  ['an id with a line break at its end', one({ id: 'a\n' }), 'malformed_id', '$.credentials[0].id'],
  ['an id that is a number', one({ id: 1 }), 'wrong_type', '$.credentials[0].id'],
  [
    'a repeated id',
    { credentials: [identityQuery('a'), identityQuery('a')] },
    'duplicate_id',
    '$.credentials[1].id',
  ],
  ['a missing format', without('format'), 'missing', '$.credentials[0].format'],
  ['a missing meta', without('meta'), 'missing', '$.credentials[0].meta'],
  ['meta as a list', one({ meta: [] }), 'wrong_type', '$.credentials[0].meta'],
  [
    'meta that nests without end',
    one({ meta: { a: times(9, () => 0).reduce<unknown>((a) => [a], 0) } }),
    'malformed_meta',
    '$.credentials[0].meta',
  ],
  [
    'meta without measure',
    one({ meta: { a: times(501, () => 0) } }),
    'malformed_meta',
    '$.credentials[0].meta',
  ],
  ['multiple as text', one({ multiple: 'true' }), 'wrong_type', '$.credentials[0].multiple'],
  [
    'holder binding as a number',
    one({ require_cryptographic_holder_binding: 0 }),
    'wrong_type',
    '$.credentials[0].require_cryptographic_holder_binding',
  ],
  ['no claims in claims', one({ claims: [] }), 'empty', '$.credentials[0].claims'],
  ['a claim without path', claim({ path: undefined }), 'missing', '$.credentials[0].claims[0].path'],
  ['an empty path', claim({ path: [] }), 'empty', '$.credentials[0].claims[0].path'],
  ['a path as text', claim({ path: 'x' }), 'wrong_type', '$.credentials[0].claims[0].path'],
  ['a negative index', claim({ path: ['x', -1] }), 'malformed_path', '$.credentials[0].claims[0].path[1]'],
  ['a fractional index', claim({ path: ['x', 0.5] }), 'malformed_path', '$.credentials[0].claims[0].path[1]'],
  ['a boolean in a path', claim({ path: [true] }), 'malformed_path', '$.credentials[0].claims[0].path[0]'],
  ['an object in a path', claim({ path: [{}] }), 'malformed_path', '$.credentials[0].claims[0].path[0]'],
  ['empty values', claim({ values: [] }), 'empty', '$.credentials[0].claims[0].values'],
  [
    'whether it is kept, in words',
    claim({ intent_to_retain: 'yes' }),
    'wrong_type',
    '$.credentials[0].claims[0].intent_to_retain',
  ],
  ['null as a value', claim({ values: [null] }), 'wrong_type', '$.credentials[0].claims[0].values[0]'],
  ['an object as a value', claim({ values: [{}] }), 'wrong_type', '$.credentials[0].claims[0].values[0]'],
  ['a fraction as a value', claim({ values: [1.5] }), 'wrong_type', '$.credentials[0].claims[0].values[0]'],
  [
    'an inexact integer as a value',
    claim({ values: [2 ** 53] }),
    'wrong_type',
    '$.credentials[0].claims[0].values[0]',
  ],
  ['a malformed claim id', claim({ id: 'ä' }), 'malformed_id', '$.credentials[0].claims[0].id'],
  [
    'a repeated claim id',
    one({
      claims: [
        { id: 'x', path: ['x'] },
        { id: 'x', path: ['y'] },
      ],
    }),
    'duplicate_id',
    '$.credentials[0].claims[1].id',
  ],
  [
    'claim sets without claims',
    one({ claim_sets: [['x']] }),
    'claim_sets_without_claims',
    '$.credentials[0].claim_sets',
  ],
  [
    'claim sets over a nameless claim',
    one({ claims: [{ id: 'x', path: ['x'] }, { path: ['y'] }], claim_sets: [['x']] }),
    'claim_without_id',
    '$.credentials[0].claims[1]',
  ],
  [
    'no claim sets in claim sets',
    one({ claims: [{ id: 'x', path: ['x'] }], claim_sets: [] }),
    'empty',
    '$.credentials[0].claim_sets',
  ],
  [
    'an empty claim set',
    one({ claims: [{ id: 'x', path: ['x'] }], claim_sets: [[]] }),
    'empty',
    '$.credentials[0].claim_sets[0]',
  ],
  [
    'a claim set that names a stranger',
    one({ claims: [{ id: 'x', path: ['x'] }], claim_sets: [['x', 'y']] }),
    'unknown_id',
    '$.credentials[0].claim_sets[0][1]',
  ],
  ['empty credential sets', { ...one({}), credential_sets: [] }, 'empty', '$.credential_sets'],
  [
    'a credential set without options',
    set({ options: undefined }),
    'missing',
    '$.credential_sets[0].options',
  ],
  ['a credential set with no options', set({ options: [] }), 'empty', '$.credential_sets[0].options'],
  ['an empty option', set({ options: [[]] }), 'empty', '$.credential_sets[0].options[0]'],
  [
    'an option that names a stranger',
    set({ options: [['a'], ['b']] }),
    'unknown_id',
    '$.credential_sets[0].options[1][0]',
  ],
  ['required as text', set({ required: 'no' }), 'wrong_type', '$.credential_sets[0].required'],
  [
    'no trusted authorities',
    one({ trusted_authorities: [] }),
    'empty',
    '$.credentials[0].trusted_authorities',
  ],
  [
    'an authority without type',
    one({ trusted_authorities: [{ values: ['x'] }] }),
    'missing',
    '$.credentials[0].trusted_authorities[0].type',
  ],
  [
    'an authority without values',
    one({ trusted_authorities: [{ type: 'aki' }] }),
    'missing',
    '$.credentials[0].trusted_authorities[0].values',
  ],
  [
    'an authority with no values',
    one({ trusted_authorities: [{ type: 'aki', values: [] }] }),
    'empty',
    '$.credentials[0].trusted_authorities[0].values',
  ],
  [
    'an authority value that is no text',
    one({ trusted_authorities: [{ type: 'aki', values: [1] }] }),
    'wrong_type',
    '$.credentials[0].trusted_authorities[0].values[0]',
  ],
  [
    'too many credential queries',
    { credentials: times(51, (n) => identityQuery(`c${n}`)) },
    'too_many',
    '$.credentials',
  ],
  [
    'too many claims',
    one({ claims: times(201, (n) => ({ path: [`c${n}`] })) }),
    'too_many',
    '$.credentials[0].claims',
  ],
  [
    'too many claims in all',
    {
      credentials: times(6, (n) =>
        identityQuery(`c${n}`, { claims: times(200, (m) => ({ path: [`${m}`] })) }),
      ),
    },
    'too_many_claims',
    '$.credentials',
  ],
  [
    'a path that is too long',
    claim({ path: times(21, () => 'x') }),
    'too_many',
    '$.credentials[0].claims[0].path',
  ],
  [
    'a member name that is too long',
    claim({ path: ['x'.repeat(1025)] }),
    'too_long',
    '$.credentials[0].claims[0].path[0]',
  ],
  [
    'too many credential sets',
    { ...one({}), credential_sets: times(51, () => ({ options: [['a']] })) },
    'too_many',
    '$.credential_sets',
  ],
  [
    'an id only a prototype has',
    set({ options: [['constructor']] }),
    'unknown_id',
    '$.credential_sets[0].options[0][0]',
  ],
]

/** What is told beside code and place. */
const FACTS: Readonly<Record<string, readonly string[]>> = {
  wrong_type: ['expected'],
  too_many: ['max'],
  too_many_claims: ['max'],
  too_long: ['max'],
}

describe('parsing a DCQL query refuses', () => {
  it.each(refusals)('%s', (_, query, code, at) => {
    const result = parseDcqlQuery(query)
    const { code: told, at: place, ...facts } = result.ok ? {} : { ...result.error }
    expect({ code: told, at: place }).toEqual({ code, at })
    expect(Object.keys(facts)).toEqual(FACTS[code] ?? [])
  })

  it.each([
    [{ credentials: {} }, { code: 'wrong_type', at: '$.credentials', expected: 'list' }],
    [[], { code: 'wrong_type', at: '$', expected: 'object' }],
    [one({ format: 1 }), { code: 'wrong_type', at: '$.credentials[0].format', expected: 'text' }],
    [one({ multiple: 1 }), { code: 'wrong_type', at: '$.credentials[0].multiple', expected: 'boolean' }],
    [one({ format: 'f'.repeat(129) }), { code: 'too_long', at: '$.credentials[0].format', max: 128 }],
    [
      one({ claims: Array.from({ length: 201 }, () => ({ path: ['x'] })) }),
      { code: 'too_many', at: '$.credentials[0].claims', max: 200 },
    ],
  ])('%j with what was expected', (query, error) => {
    expect(parseDcqlQuery(query)).toEqual({ ok: false, error })
  })

  it('a claim pointed at twice, when the caller is about to send the query', () => {
    const query = one({ claims: [{ path: ['x', null] }, { path: ['x', null] }] })
    const at = '$.credentials[0].claims[1].path'
    expect(parseDcqlQuery(query, { duplicateClaims: 'refuse' })).toEqual({
      ok: false,
      error: { code: 'duplicate_claim', at },
    })
    expect(parseDcqlQuery(query).ok).toBe(true)
  })
})

describe('parsing a DCQL query', () => {
  it('takes a member that is null for one that is not there', () => {
    const query = {
      credentials: [
        {
          ...identityQuery('a'),
          multiple: null,
          require_cryptographic_holder_binding: null,
          trusted_authorities: null,
          claims: [{ id: null, path: ['x', null], values: null, intent_to_retain: null }],
          claim_sets: null,
        },
      ],
      credential_sets: null,
    }
    const bare = { credentials: [{ ...identityQuery('a'), claims: [{ path: ['x', null] }] }] }
    expect(parseDcqlQuery(query)).toEqual(parseDcqlQuery(bare))
    expect(parseDcqlQuery(bare).ok).toBe(true)
  })

  it('fills in the defaults: one credential, bound to its holder, sets required', () => {
    expect(parseDcqlQuery(set({}))).toEqual({
      ok: true,
      value: {
        credentials: [
          {
            id: 'a',
            format: 'dc+sd-jwt',
            meta: { vct_values: ['https://credentials.example.com/identity_credential'] },
            multiple: false,
            requireHolderBinding: true,
          },
        ],
        credentialSets: [{ options: [['a']], required: true }],
      },
    })
  })

  it('takes an empty meta, an empty member name and every kind of path component', () => {
    const query = one({ meta: {}, claims: [{ path: ['', 0, null], values: ['', -1, false] }] })
    const result = parseDcqlQuery(query)
    expect(result.ok && result.value.credentials[0]).toMatchObject({
      meta: {},
      claims: [{ path: ['', 0, null], values: ['', -1, false] }],
    })
  })

  it('ignores unknown members everywhere', () => {
    const more = { x_unknown: { deep: [1] } }
    const query = {
      ...more,
      credentials: [
        {
          ...more,
          ...identityQuery('a'),
          claims: [{ ...more, id: 'x', path: ['x'] }],
          claim_sets: [['x']],
          trusted_authorities: [{ ...more, type: 'aki', values: ['AA'] }],
        },
      ],
      credential_sets: [{ ...more, purpose: 'x', options: [['a']] }],
    }
    const result = parseDcqlQuery(query)
    expect(result.ok).toBe(true)
    expect(JSON.stringify(result)).not.toContain('x_unknown')
  })

  it('reads own members only', () => {
    const inherited: unknown = Object.create({ credentials: [identityQuery('a')] })
    expect(parseDcqlQuery(inherited)).toMatchObject({ error: { code: 'missing', at: '$.credentials' } })
  })

  it('takes a query that is as large as the limits allow', () => {
    const claims = times(20, (n) => ({ id: `c${n}`, path: [`c${n}`] }))
    const claim_sets = times(DCQL_LIMITS.claimSets, () => claims.map(({ id }) => id))
    const credentials = times(50, (n) => identityQuery(`q${n}`, { claims, claim_sets }))
    expect(parseDcqlQuery({ credentials }).ok).toBe(true)
  })

  it.each(Object.entries(exampleQueries))('takes the example query: %s', (_, query) => {
    expect(parseDcqlQuery(query)).toMatchObject({ ok: true })
  })

  it('answers anything with a query or a refusal', () => {
    fc.assert(fc.property(fc.anything(), (value) => typeof parseDcqlQuery(value).ok === 'boolean'))
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (claims, sets, meta) => {
        const query = { ...one({ claims, meta, claim_sets: sets }), credential_sets: sets }
        return typeof parseDcqlQuery(query).ok === 'boolean'
      }),
    )
  })
})
