import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { describe, expect, it } from 'vitest'
import { claimChoices, unmetClaim } from './claim-choices.ts'
import { identityQuery, parsed, person } from './dcql.testing.ts'

const asked = (changes: object) => {
  const [query] = parsed({ credentials: [{ ...identityQuery('q'), ...changes }] }).credentials
  if (query === undefined) throw new Error('no query')
  return query
}
const named = (...ids: readonly string[]) => ids.map((id) => ({ id, path: [id] }))
const choices = (changes: object) => claimChoices(asked(changes), sdJwtVc, person)
const paths = (...names: readonly string[]) => names.map((name) => [name])

describe('what a holder has to show, and what is left to the holder', () => {
  it.each<readonly [string, object, readonly object[]]>([
    ['nothing asked: nothing needed', {}, [{ needed: [], optional: [] }]],
    [
      'without claim sets everything is needed',
      { claims: named('given_name', 'age') },
      [{ needed: paths('given_name', 'age'), optional: [] }],
    ],
    [
      'a set within another: the rest is optional',
      { claims: named('given_name', 'age'), claim_sets: [['given_name', 'age'], ['given_name']] },
      [{ needed: paths('given_name'), optional: paths('age') }],
    ],
    [
      'sets beside each other are alternatives, in the order of the verifier',
      { claims: named('is_over_18', 'age'), claim_sets: [['is_over_18'], ['age']] },
      [
        { needed: paths('is_over_18'), optional: [] },
        { needed: paths('age'), optional: [] },
      ],
    ],
    [
      'a set that the credential lacks is no choice',
      { claims: named('email', 'age'), claim_sets: [['email'], ['age']] },
      [{ needed: paths('age'), optional: [] }],
    ],
    [
      'the same set twice is one choice',
      { claims: named('age'), claim_sets: [['age'], ['age']] },
      [{ needed: paths('age'), optional: [] }],
    ],
    [
      'three steps: all that is more is optional, once',
      {
        claims: named('given_name', 'age', 'family_name'),
        claim_sets: [['given_name', 'age', 'family_name'], ['given_name', 'age'], ['given_name']],
      },
      [{ needed: paths('given_name'), optional: paths('age', 'family_name') }],
    ],
    ['what is missing leaves no choice', { claims: named('email') }, []],
    ['a value that differs leaves no choice', { claims: [{ path: ['given_name'], values: ['Max'] }] }, []],
  ])('%s', (_, changes, expected) => {
    expect(choices(changes)).toEqual(expected)
  })
})

describe('why claims do not answer', () => {
  it.each<readonly [string, object, object | undefined]>([
    ['they do', { claims: named('age') }, undefined],
    ['a missing one is named', { claims: named('age', 'email') }, { code: 'claim_missing', path: ['email'] }],
    [
      'one with another value is named',
      { claims: [{ path: ['given_name'], values: ['Max'] }] },
      { code: 'claim_value_differs', path: ['given_name'] },
    ],
    [
      'of claim sets, the one that the verifier wants most',
      { claims: named('email', 'phone'), claim_sets: [['email'], ['phone']] },
      { code: 'claim_missing', path: ['email'] },
    ],
  ])('%s', (_, changes, expected) => {
    const unmet = unmetClaim(asked(changes), sdJwtVc, person)
    if (expected === undefined) expect(unmet).toBeUndefined()
    else expect(unmet).toMatchObject(expected)
  })
})
