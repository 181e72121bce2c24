import type { ClaimPath } from '@countersign/credential/contract/format'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { describe, expect, it } from 'vitest'
import { formats, held, IDENTITY, identityQuery, parsed, person } from './dcql.testing.ts'
import { exampleQueries } from './examples.testing.ts'
import { chooseCredentials, type HeldForQuery, type HolderChoice, matchQuery } from './match.ts'

const AKI = 's9tIpPmhxdiuNkHMEWNpYim8S8Y'

/** Disclosed paths of the one credential for one credential query, or why it does not match. */
function disclosed(changes: object, credential = held('h')): readonly ClaimPath[] | string | undefined {
  const query = parsed({ credentials: [{ ...identityQuery('q'), ...changes }] })
  const [match] = matchQuery(query, [credential], formats).queries
  return match?.reason ?? match?.candidates[0]?.disclose
}

const named = (...ids: readonly string[]) => ids.map((id) => ({ id, path: [id] }))

const claimCases: readonly (readonly [string, object, readonly ClaimPath[] | string])[] = [
  ['no claims: nothing is disclosed', {}, []],
  [
    'claims: all of them',
    { claims: [{ path: ['given_name'] }, { path: ['address', 'locality'] }] },
    [['given_name'], ['address', 'locality']],
  ],
  ['one claim is missing: no match', { claims: [{ path: ['given_name'] }, { path: ['email'] }] }, 'claims'],
  ['a path that is an error: no match', { claims: [{ path: ['given_name', 'first'] }] }, 'claims'],
  [
    'null: every element',
    { claims: [{ path: ['nationalities', null] }] },
    [
      ['nationalities', 0],
      ['nationalities', 1],
    ],
  ],
  [
    'null: only the elements that have the member',
    { claims: [{ path: ['degrees', null, 'type'] }] },
    [
      ['degrees', 0, 'type'],
      ['degrees', 1, 'type'],
    ],
  ],
  ['value: text equals', { claims: [{ path: ['given_name'], values: ['Max', 'Erika'] }] }, [['given_name']]],
  ['value: text differs in case', { claims: [{ path: ['given_name'], values: ['erika'] }] }, 'claims'],
  ['value: number equals', { claims: [{ path: ['age'], values: [44] }] }, [['age']]],
  ['value: a text is no number', { claims: [{ path: ['age'], values: ['44'] }] }, 'claims'],
  ['value: true equals', { claims: [{ path: ['is_over_18'], values: [true] }] }, [['is_over_18']]],
  ['value: a text is no boolean', { claims: [{ path: ['is_over_18'], values: ['true'] }] }, 'claims'],
  ['value: one is not true', { claims: [{ path: ['is_over_18'], values: [1] }] }, 'claims'],
  [
    'value: an object equals nothing',
    { claims: [{ path: ['address'], values: ['[object Object]'] }] },
    'claims',
  ],
  [
    'value on elements: only those that match',
    { claims: [{ path: ['nationalities', null], values: ['FR', 'IT'] }] },
    [['nationalities', 1]],
  ],
  [
    'value on elements: none matches',
    { claims: [{ path: ['nationalities', null], values: ['IT'] }] },
    'claims',
  ],
  [
    'claim sets: the first that is satisfiable',
    {
      claims: named('email', 'given_name', 'family_name'),
      claim_sets: [['email', 'given_name'], ['given_name'], ['family_name']],
    },
    [['given_name']],
  ],
  [
    'claim sets: an earlier one before a smaller one',
    {
      claims: named('given_name', 'family_name'),
      claim_sets: [['given_name', 'family_name'], ['given_name']],
    },
    [['given_name'], ['family_name']],
  ],
  [
    'claim sets: a value that differs is a claim that is missing',
    {
      claims: [
        { id: 'a', path: ['age'], values: [18] },
        { id: 'b', path: ['is_over_18'] },
      ],
      claim_sets: [['a'], ['b']],
    },
    [['is_over_18']],
  ],
  ['claim sets: none', { claims: named('email', 'phone'), claim_sets: [['email'], ['phone']] }, 'claims'],
]

describe('what a held credential discloses', () => {
  it.each(claimCases)('%s', (_, changes, expected) => {
    expect(disclosed(changes)).toEqual(expected)
  })
})

const LIST = 'https://lists.example/one'
const authorities = (...entries: readonly object[]) => ({ trusted_authorities: entries })

const credentialCases: readonly (readonly [
  string,
  object,
  Parameters<typeof held>[1],
  string | undefined,
])[] = [
  ['another type', {}, { type: 'https://elsewhere.example/type' }, 'type'],
  ['meta that names no type', { meta: {} }, {}, 'type'],
  ['a format nobody speaks', { format: 'mso_mdoc' }, {}, 'format'],
  [
    'an SD-JWT VC under its older name',
    { format: 'vc+sd-jwt' },
    { claims: { ...person, vct: IDENTITY } },
    undefined,
  ],
  [
    'an SD-JWT VC that came under its older name',
    {},
    { format: 'vc+sd-jwt', claims: { ...person, vct: IDENTITY } },
    undefined,
  ],
  ['a W3C credential where an SD-JWT VC is wanted', {}, { format: 'vc+sd-jwt' }, 'format'],
  [
    'an SD-JWT VC where a W3C credential is wanted',
    { format: 'vc+sd-jwt', meta: { type_values: [['IdentityCredential']] } },
    {},
    'type',
  ],
  ['no holder key where binding is wanted', {}, { holderKey: undefined }, 'holder_binding'],
  [
    'no holder key where binding is waived',
    { require_cryptographic_holder_binding: false },
    { holderKey: undefined },
    undefined,
  ],
  ['an authority of the chain', authorities({ type: 'aki', values: ['AA', AKI] }), {}, undefined],
  ['an authority of the chain, padded', authorities({ type: 'aki', values: [`${AKI}=`] }), {}, undefined],
  [
    'the authority of a certificate further up',
    authorities({ type: 'aki', values: ['AQ'] }),
    { authorityKeyIds: ['AA', 'AQ'] },
    undefined,
  ],
  ['another authority', authorities({ type: 'aki', values: ['AA'] }), {}, 'trusted_authority'],
  [
    'one entry of two',
    authorities({ type: 'aki', values: ['AA'] }, { type: 'aki', values: [AKI] }),
    {},
    undefined,
  ],
  [
    'an authority of a type we cannot judge',
    authorities({ type: 'openid_federation', values: [AKI] }),
    {},
    'trusted_authority',
  ],
  [
    'a trust list, where nobody looked at lists',
    authorities({ type: 'etsi_tl', values: [LIST] }),
    {},
    'trusted_authority',
  ],
  [
    'a chain without authority key ids',
    authorities({ type: 'aki', values: [AKI] }),
    { authorityKeyIds: [] },
    'trusted_authority',
  ],
]

describe('whether a held credential fits', () => {
  it.each<[string, readonly string[], readonly string[], boolean]>([
    ['that vouches for it', [LIST], [LIST], true],
    ['of two', ['https://lists.example/other', LIST], [LIST], true],
    ['other than the one that vouches for it', ['https://lists.example/other'], [LIST], false],
    ['that does not vouch for it', [LIST], [], false],
  ])('the query names a trust list %s', (_, values, vouchingLists, fits) => {
    const changes = authorities({ type: 'etsi_tl', values })
    expect(disclosed(changes, { ...held('h'), vouchingLists })).toEqual(fits ? [] : 'trusted_authority')
  })

  it.each(credentialCases)('%s', (_, changes, credential, reason) => {
    expect(disclosed(changes, held('h', credential))).toEqual(reason ?? [])
  })

  it.each([
    [true, undefined],
    [false, 'holder_binding'],
  ])('by the word of who holds it, where that says whether it is bound: %s', (isBound, reason) => {
    for (const holderKey of [undefined, held('h').held.holderKey]) {
      const credential = { ...held('h', { holderKey }), isBound }
      expect(disclosed({}, credential)).toEqual(reason ?? [])
    }
  })

  it('tells of each credential of the type why it does not, and nothing of the others', () => {
    const query = parsed({ credentials: [identityQuery('q', { claims: [{ path: ['given_name'] }] })] })
    const wallet = [
      held('empty', { claims: {} }),
      held('other', { type: 'x' }),
      held('loose', { holderKey: undefined }),
    ]
    expect(matchQuery(query, wallet, formats)).toEqual({
      satisfiable: false,
      queries: [
        {
          queryId: 'q',
          multiple: false,
          candidates: [],
          unmatched: [
            { credentialId: 'empty', reason: 'claims' },
            { credentialId: 'loose', reason: 'holder_binding' },
          ],
          reason: 'claims',
        },
      ],
    })
  })

  it('matches nothing in a deployment without formats', () => {
    const query = parsed({ credentials: [identityQuery('q')] })
    expect(matchQuery(query, [held('h')], formatRegistry([])).satisfiable).toBe(false)
  })
})

/** Credentials whose type is their id, so that a query can name them one by one. */
const owned = (...types: readonly string[]): readonly HeldForQuery[] =>
  types.map((type) => held(type, { type }))
const wants = (id: string, changes: object = {}) => ({
  id,
  format: 'dc+sd-jwt',
  meta: { vct_values: [id] },
  ...changes,
})

function chosen(query: unknown, wallet: readonly HeldForQuery[], choice?: HolderChoice) {
  const read = parsed(query)
  const result = chooseCredentials(read, matchQuery(read, wallet, formats), choice)
  return result.ok ? result.value.map((entry) => `${entry.queryId}=${entry.credentialId}`) : result.error
}

const abc = { credentials: [wants('a'), wants('b'), wants('c')] }
const setsOf = (...credential_sets: readonly object[]) => ({ ...abc, credential_sets })

const setCases: readonly (readonly [string, object, readonly string[], readonly string[] | 'denied'])[] = [
  ['without sets every query is answered', abc, ['c', 'b', 'a'], ['a=a', 'b=b', 'c=c']],
  ['without sets one missing answer denies all', abc, ['a', 'b'], 'denied'],
  ['the first satisfiable option is taken', setsOf({ options: [['a'], ['b']] }), ['b', 'a'], ['a=a']],
  [
    'a later option is taken when an earlier one fails',
    setsOf({ options: [['a', 'b'], ['c']] }),
    ['a', 'c'],
    ['c=c'],
  ],
  [
    'no option satisfiable denies all',
    setsOf({ options: [['a'], ['b']] }, { options: [['c']] }),
    ['c'],
    'denied',
  ],
  ['queries in no chosen option are left out', setsOf({ options: [['b']] }), ['a', 'b', 'c'], ['b=b']],
  [
    'an optional set is served when it can be',
    setsOf({ options: [['a']] }, { options: [['b']], required: false }),
    ['a', 'b'],
    ['a=a', 'b=b'],
  ],
  [
    'an optional set that cannot be served is left out',
    setsOf({ options: [['a']] }, { options: [['b', 'c']], required: false }),
    ['a', 'b'],
    ['a=a'],
  ],
  [
    'an optional set does not stand for a required one',
    setsOf({ options: [['a']] }, { options: [['b']], required: false }),
    ['b'],
    'denied',
  ],
  [
    'sets that share a query send it once',
    setsOf({ options: [['a']] }, { options: [['a', 'b']] }),
    ['a', 'b'],
    ['a=a', 'b=b'],
  ],
  [
    'only optional sets and none served: nothing to send',
    setsOf({ options: [['a']], required: false }),
    [],
    'denied',
  ],
]

describe('choosing what to send', () => {
  it.each(setCases)('%s', (_, query, wallet, expected) => {
    const result = chosen(query, owned(...wallet))
    expect(result).toEqual(
      expected === 'denied' ? expect.objectContaining({ code: 'access_denied' }) : expected,
    )
  })

  it('names the queries that nothing answers', () => {
    expect(chosen(abc, owned('b'))).toEqual({ code: 'access_denied', unanswered: ['a', 'c'] })
  })

  it('lets one credential answer several queries, each with its own claims', () => {
    const claims = (name: string) => ({ meta: { vct_values: ['a'] }, claims: [{ path: [name] }] })
    const query = parsed({ credentials: [wants('a', claims('age')), wants('b', claims('given_name'))] })
    const result = chooseCredentials(query, matchQuery(query, owned('a'), formats))
    expect(result.ok && result.value).toEqual([
      { queryId: 'a', credentialId: 'a', disclose: [['age']] },
      { queryId: 'b', credentialId: 'a', disclose: [['given_name']] },
    ])
  })

  const twins = [held('x'), held('y'), held('z')]
  const single = { credentials: [identityQuery('q')] }
  const several = { credentials: [identityQuery('q', { multiple: true })] }

  const choices: readonly (readonly [string, object, HolderChoice | undefined, unknown])[] = [
    ['no choice: the first candidate', single, undefined, ['q=x']],
    ['no choice: one, even where more are allowed', several, undefined, ['q=x']],
    ['a choice among candidates', single, [{ credentialId: 'y' }], ['q=y']],
    [
      'several chosen where several are allowed',
      several,
      [{ credentialId: 'z' }, { credentialId: 'x' }],
      ['q=z', 'q=x'],
    ],
    ['the same chosen twice is sent once', several, [{ credentialId: 'x' }, { credentialId: 'x' }], ['q=x']],
    [
      'two chosen for a query of one',
      single,
      [
        { credentialId: 'x', queryId: 'q' },
        { credentialId: 'y', queryId: 'q' },
      ],
      { code: 'one_credential_only', queryId: 'q' },
    ],
    [
      'a credential that is no candidate',
      single,
      [{ credentialId: 'w' }],
      { code: 'not_a_candidate', credentialId: 'w' },
    ],
    [
      'a query that is not asked',
      single,
      [{ credentialId: 'x', queryId: 'p' }],
      { code: 'not_a_candidate', credentialId: 'x' },
    ],
    ['an empty choice', single, [], { code: 'access_denied', unanswered: ['q'] }],
  ]

  it.each(choices)('%s', (_, query, choice, expected) => {
    expect(chosen(query, twins, choice)).toEqual(expected)
  })

  it('takes the pick for a query before one that fits by chance', () => {
    const query = { credentials: [identityQuery('p'), identityQuery('q')] }
    const choice = [{ credentialId: 'x' }, { credentialId: 'y', queryId: 'q' }]
    expect(chosen(query, twins, choice)).toEqual(['p=x', 'q=y'])
  })

  it('leaves an optional set out when the holder did not choose it', () => {
    const query = setsOf({ options: [['a']] }, { options: [['b']], required: false })
    expect(chosen(query, owned('a', 'b'), [{ credentialId: 'a' }])).toEqual(['a=a'])
  })
})

describe('the example queries of the specification', () => {
  const PID = { given_name: 'Max', family_name: 'M', address: { street_address: 'Weg 1' } }

  it('an mdoc query parses and matches nothing that is no mdoc', () => {
    const match = matchQuery(parsed(exampleQueries.oneMdoc), [held('h')], formats)
    expect(match).toMatchObject({ satisfiable: false, queries: [{ reason: 'format' }] })
  })

  it('a PID answers for all its alternatives, the reward card comes along when held', () => {
    const pid = held('pid', { claims: PID })
    const card = held('card', {
      type: 'https://company.example/company_rewards',
      claims: { rewards_number: 7 },
    })
    expect(chosen(exampleQueries.pidOrElse, [pid])).toEqual(['pid=pid'])
    expect(chosen(exampleQueries.pidOrElse, [pid, card])).toEqual(['pid=pid', 'nice_to_have=card'])
  })

  it('two reduced credentials stand for a PID, one of them does not', () => {
    const reduced = held('one', {
      type: 'https://credentials.example.com/reduced_identity_credential',
      claims: PID,
    })
    const address = { postal_code: '1', locality: 'L', region: 'R' }
    const residence = held('two', { type: 'https://cred.example/residence_credential', claims: address })
    expect(chosen(exampleQueries.pidOrElse, [reduced, residence])).toEqual([
      'pid_reduced_cred_1=one',
      'pid_reduced_cred_2=two',
    ])
    expect(chosen(exampleQueries.pidOrElse, [reduced])).toMatchObject({ code: 'access_denied' })
  })

  it('the postal code stands for locality and region where they are missing', () => {
    const claims = { last_name: 'Doe', date_of_birth: '1990-01-01', postal_code: '90210' }
    const query = parsed(exampleQueries.claimAlternatives)
    const [match] = matchQuery(query, [held('h', { claims })], formats).queries
    expect(match?.candidates[0]?.disclose).toEqual([['last_name'], ['postal_code'], ['date_of_birth']])
  })

  it.each([
    ['90211', true],
    ['90212', false],
  ])('a postal code %s answers a query for 90210 or 90211: %s', (postal_code, fits) => {
    const claims = { last_name: 'Doe', first_name: 'J', address: { street_address: 's' }, postal_code }
    const query = parsed(exampleQueries.specificValues)
    expect(matchQuery(query, [held('h', { claims })], formats).satisfiable).toBe(fits)
  })

  it('a credential of the named authority fits although two other kinds of authority are named as well', () => {
    const query = parsed(exampleQueries.trustedAuthorities)
    expect(
      matchQuery(query, [held('h', { type: IDENTITY, claims: { ...person, ...PID } })], formats).satisfiable,
    ).toBe(true)
  })
})
