import { passed } from '@countersign/credential/contract/checks'
import type { VerifiedPresentation } from '@countersign/credential/contract/format'
import { describe, expect, it } from 'vitest'
import { formats, identityQuery, parsed, presentation } from './dcql.testing.ts'
import { evaluatePresentations, type PresentedForQuery } from './evaluate.ts'

const present = (
  queryId: string,
  changes: Partial<VerifiedPresentation> = {},
  bound = true,
): PresentedForQuery => ({
  queryId,
  presentation: presentation(changes),
  bound,
})

/** Checks as `id:outcome:detail`, the set's under the id `*`. */
function judged(query: unknown, presented: readonly PresentedForQuery[]): readonly string[] {
  return evaluatePresentations(parsed(query), presented, formats).map(
    ({ queryId, outcome, detail }) =>
      `${queryId ?? '*'}:${outcome}${detail === undefined ? '' : `:${detail}`}`,
  )
}

const ONE_MISSING = '*:failed:required_credentials_missing'
const SATISFIED = '*:passed:query_satisfied'
const asks = (changes: object = {}) => ({ credentials: [{ ...identityQuery('a'), ...changes }] })
const claims = (...list: readonly object[]) => asks({ claims: list })

const single: readonly (readonly [string, object, PresentedForQuery, string])[] = [
  ['everything as asked', claims({ path: ['given_name'], values: ['Erika'] }), present('a'), 'passed'],
  ['no claims asked', asks(), present('a', { claims: {} }), 'passed'],
  ['another type', asks(), present('a', { type: 'x' }), 'failed:type'],
  ['a format nobody speaks', asks({ format: 'mso_mdoc' }), present('a'), 'failed:format'],
  ['no proof of possession', asks(), present('a', {}, false), 'failed:holder_binding_missing'],
  [
    'no proof, and none asked',
    asks({ require_cryptographic_holder_binding: false }),
    present('a', {}, false),
    'passed',
  ],
  [
    'a claim withheld',
    claims({ path: ['address', 'street'] }),
    present('a'),
    'failed:claim_missing ["address","street"]',
  ],
  [
    'another value',
    claims({ path: ['age'], values: [18, '44'] }),
    present('a'),
    'failed:claim_value_differs ["age"]',
  ],
  [
    'a value of an element',
    claims({ path: ['nationalities', null], values: ['FR'] }),
    present('a'),
    'passed',
  ],
  [
    'no element with the value',
    claims({ path: ['nationalities', null], values: ['IT'] }),
    present('a'),
    'failed:claim_value_differs ["nationalities",null]',
  ],
  [
    'a claim set satisfied',
    asks({
      claims: [
        { id: 'x', path: ['x'] },
        { id: 'y', path: ['age'] },
      ],
      claim_sets: [['x'], ['y']],
    }),
    present('a'),
    'passed',
  ],
  [
    'no claim set satisfied',
    asks({
      claims: [
        { id: 'x', path: ['x'] },
        { id: 'y', path: ['y'] },
      ],
      claim_sets: [['x'], ['y']],
    }),
    present('a'),
    'failed:no_claim_set_satisfied',
  ],
  [
    'the authority asked for',
    asks({ trusted_authorities: [{ type: 'aki', values: ['AA'] }] }),
    present('a', { authorityKeyIds: ['AA'] }),
    'passed',
  ],
  [
    'another authority',
    asks({ trusted_authorities: [{ type: 'aki', values: ['AA'] }] }),
    present('a', { authorityKeyIds: ['AQ'] }),
    'failed:authority_not_matched',
  ],
  [
    'an authority of a kind that is not judged here',
    asks({ trusted_authorities: [{ type: 'openid_federation', values: ['https://x'] }] }),
    { ...present('a'), vouchingLists: ['https://x'] },
    'undetermined:authority_unsupported_type',
  ],
  [
    'a trust list that vouches for it',
    asks({ trusted_authorities: [{ type: 'etsi_tl', values: ['https://y', 'https://x'] }] }),
    { ...present('a'), vouchingLists: ['https://x'] },
    'passed',
  ],
  [
    'a trust list that does not vouch for it',
    asks({ trusted_authorities: [{ type: 'etsi_tl', values: ['https://x'] }] }),
    { ...present('a'), vouchingLists: [] },
    'failed:authority_not_matched',
  ],
]

describe('the verifier judges a presentation again', () => {
  it.each(single)('%s', (_, query, presented, expected) => {
    const checks = judged(query, [presented])
    expect(checks).toEqual([`a:${expected}`, expected === 'passed' ? SATISFIED : ONE_MISSING])
    expect(passed(evaluatePresentations(parsed(query), [presented], formats))).toBe(expected === 'passed')
  })
})

const two = { credentials: [identityQuery('a'), identityQuery('b')] }
const either = { ...two, credential_sets: [{ options: [['a'], ['b']] }] }
const optional = {
  ...two,
  credential_sets: [{ options: [['a']] }, { options: [['b']], required: false }],
}
const unnamed = { ...two, credential_sets: [{ options: [['a']] }] }
const many = asks({ multiple: true })

const sets: readonly (readonly [string, object, readonly PresentedForQuery[], readonly string[]])[] = [
  ['both of two', two, [present('b'), present('a')], ['a:passed', 'b:passed', SATISFIED]],
  ['one of two', two, [present('a')], ['a:passed', 'b:skipped:not_presented', ONE_MISSING]],
  ['nothing', two, [], ['a:skipped:not_presented', 'b:skipped:not_presented', ONE_MISSING]],
  ['either option', either, [present('b')], ['a:skipped:not_presented', 'b:passed', SATISFIED]],
  ['an optional set left out', optional, [present('a')], ['a:passed', 'b:skipped:not_presented', SATISFIED]],
  [
    'an optional set served badly',
    optional,
    [present('a'), present('b', { type: 'x' })],
    ['a:passed', 'b:failed:type', SATISFIED],
  ],
  ['only the optional set', optional, [present('b')], ['a:skipped:not_presented', 'b:passed', ONE_MISSING]],
  [
    'a query that no set names',
    unnamed,
    [present('a'), present('b')],
    ['a:passed', 'b:failed:in_no_credential_set', SATISFIED],
  ],
  [
    'an id that was not asked',
    asks(),
    [present('a'), present('z'), present('z')],
    ['a:passed', 'z:failed:unknown_query_id', SATISFIED],
  ],
  ['two where one was asked', asks(), [present('a'), present('a')], ['a:failed:more_than_one', ONE_MISSING]],
  ['two where several may come', many, [present('a'), present('a')], ['a:passed', SATISFIED]],
  [
    'two of which one is wrong',
    many,
    [present('a'), present('a', { type: 'x' })],
    ['a:failed:type', ONE_MISSING],
  ],
]

describe('the verifier judges the answer as a whole', () => {
  it.each(sets)('%s', (_, query, presented, expected) => {
    expect(judged(query, presented)).toEqual(expected)
  })

  it('a failed optional part fails the answer although the set is satisfied', () => {
    const presented = [present('a'), present('b', { type: 'x' })]
    expect(passed(evaluatePresentations(parsed(optional), presented, formats))).toBe(false)
  })
})
