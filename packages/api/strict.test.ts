import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { oneOf, strict } from './strict.ts'

const policy = oneOf([z.string().min(1), strict({ policy: z.string(), args: z.unknown().optional() })])
const body = strict(
  { vp_policies: z.array(policy).optional(), inner: strict({ country: z.string() }).optional() },
  { trusted_root_cas: 'not supported: trustedIssuers' },
)

function mistakes(value: unknown): readonly string[] {
  const { error } = body.safeParse(value)
  return error?.issues.map(({ message, path }) => `${path.join('/')}: ${message}`) ?? []
}

describe('an object of ours', () => {
  it.each([
    ['a slip', { vp_polices: [] }, ': vp_polices is not known here; did you mean vp_policies?'],
    ['a word that is near nothing', { issuer: 1 }, ': issuer is not known here'],
    [
      'one that the field knows',
      { trusted_root_cas: [] },
      ': trusted_root_cas: not supported: trustedIssuers',
    ],
    [
      'one inside',
      { inner: { country: 'DE', contry: 1 } },
      'inner: contry is not known here; did you mean country?',
    ],
    [
      'one in a list',
      { vp_policies: [{ policy: 'a', arg: 1 }] },
      'vp_policies/0: arg is not known here; did you mean args?',
    ],
    ['the name of what every object has', JSON.parse('{"__proto__":1}'), ': __proto__ is not known here'],
    [
      'several',
      { a: 1, b: 2, c: 3, d: 4 },
      ': a is not known here; b is not known here; c is not known here; and 1 more',
    ],
    ['a long one', { ['x'.repeat(1_000_000)]: 1 }, `: ${'x'.repeat(40)} is not known here`],
  ])('refuses a member that it does not have by name: %s', (_name, value, expected) => {
    expect(mistakes(value)).toEqual([expected])
  })

  it('says so in the document', () => {
    expect(z.toJSONSchema(body)).toMatchObject({
      additionalProperties: false,
      properties: { inner: { additionalProperties: false } },
    })
  })
})

describe('one of several forms', () => {
  it.each([
    ['the first', 'signature', []],
    ['the second', { policy: 'schema', args: {} }, []],
    ['the first, spoilt', '', ['vp_policies/0: Too small: expected string to have >=1 characters']],
    [
      'the second, spoilt',
      { args: 1 },
      ['vp_policies/0: policy: Invalid input: expected string, received undefined'],
    ],
    ['neither', 1, ['vp_policies/0: Invalid input: expected string or object']],
  ])('is judged as the one that was meant: %s', (_name, entry, expected) => {
    expect(mistakes({ vp_policies: [entry] })).toEqual(expected)
  })
})
