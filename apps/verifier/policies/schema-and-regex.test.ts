import type { JsonObject } from '@countersign/core/json'
import { describe, expect, it } from 'vitest'
import { findPolicyMistake } from './judge-policies.ts'
import type { JudgedPolicy } from './policy.ts'
import { POLICIES } from './policy-list.ts'
import { regexPolicy } from './regex.ts'
import { schemaPolicy } from './schema.ts'

const passed = { outcome: 'passed' }
const failed = (detail: string) => ({ outcome: 'failed', detail })

function judged(policy: JudgedPolicy, args: unknown, ...claims: readonly JsonObject[]) {
  const credentials = claims.map((one, at) => ({
    queryId: `q${at}`,
    format: 'dc+sd-jwt',
    type: 't',
    claims: one,
  }))
  return policy.judge({ args, credentials, now: 0, sessionId: 's' })
}

const mistakeIn = (policy: string, args: unknown) => findPolicyMistake(POLICIES, [{ policy, args }])

describe('a JSON Schema', () => {
  const named = { type: 'object', required: ['given_name'], properties: { age: { minimum: 18 } } }

  it.each([
    [named, { given_name: 'Ada', age: 18 }, passed],
    [named, { given_name: 'Ada' }, passed],
    [named, { given_name: 'Ada', age: 17 }, failed('schema_not_met')],
    [named, { age: 18 }, failed('schema_not_met')],
    [{ properties: { at: { format: 'date' } } }, { at: '2026-02-30' }, failed('schema_not_met')],
    [{ properties: { a: { pattern: '^[A-Z]{2}$' } } }, { a: 'DE' }, passed],
    [{ properties: { a: { pattern: '^[A-Z]{2}$' } } }, { a: 'de' }, failed('schema_not_met')],
    // Each draft has its own words for the entries of a list.
    [{ properties: { a: { items: [{ const: 1 }] } } }, { a: [2] }, failed('schema_not_met')],
    [
      {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        properties: { a: { prefixItems: [{ const: 1 }] } },
      },
      { a: [2] },
      failed('schema_not_met'),
    ],
    [{ $schema: 'http://json-schema.org/draft-07/schema#', required: ['a'] }, { a: 1 }, passed],
    [
      { definitions: { n: { minimum: 2 } }, properties: { a: { $ref: '#/definitions/n' } } },
      { a: 1 },
      failed('schema_not_met'),
    ],
    [{ not: {} }, {}, failed('schema_not_met')],
    [
      {
        definitions: { n: { allOf: [{ $ref: '#/definitions/n' }] } },
        properties: { a: { $ref: '#/definitions/n' } },
      },
      { a: 1 },
      failed('schema_unusable'),
    ],
  ])('%j judges %j: %j', async (schema, claims, verdict) => {
    expect(await mistakeIn('schema', schema)).toBeUndefined()
    expect(await judged(schemaPolicy, schema, claims)).toEqual(verdict)
  })

  it('is met by every credential or not at all', async () => {
    expect(await judged(schemaPolicy, named, { given_name: 'Ada' }, {})).toEqual(failed('schema_not_met'))
    expect(await judged(schemaPolicy, named, { given_name: 'Ada' }, { given_name: 'Bo' })).toEqual(passed)
  })

  it.each([
    ['nothing', undefined],
    ['a text', 'object'],
    ['a list', []],
    ['a type that is none', { type: 'objekt' }],
    ['another draft', { $schema: 'http://json-schema.org/draft-04/schema#' }],
    ['a draft that is a number', { $schema: 7 }],
    ['a schema elsewhere', { $ref: 'https://elsewhere.example/schema.json' }],
    ['a schema that is itself', { $ref: '#' }],
    ['a pattern that is none', { pattern: '[' }],
    ['a pattern that looks around', { properties: { a: { pattern: '(?=a)b' } } }],
    ['the same as the name of a member', { patternProperties: { '(a)\\1': {} } }],
    ['the same within a list', { anyOf: [{ allOf: [{ pattern: '(?!a)' }] }] }],
    ['a pattern that is large when it is written out', { pattern: '(.{100}){10}' }],
    ['unique entries without end', { properties: { a: { uniqueItems: true } } }],
    ['an asynchronous schema, whose answer would always be true', { $async: true }],
    ['a schema without end', { description: 'x'.repeat(20_001) }],
    ['a schema inside something else', { schema: { required: ['a'] } }],
    ['an address of one', { schemaUrl: 'https://elsewhere.example/schema.json' }],
    ['depths without end', JSON.parse(`${'{"not":'.repeat(40)}{}${'}'.repeat(40)}`)],
  ])('is refused when the session is made: %s', async (_, args) => {
    expect(await mistakeIn('schema', args)).toMatchObject({ code: 'policy_arguments', policy: 'schema' })
  })

  it('with a name leaves nothing behind for the next one of that name', async () => {
    const $id = 'https://shop.example/schema'
    expect(await judged(schemaPolicy, { $id, required: ['a'] }, { a: 1 })).toEqual(passed)
    expect(await judged(schemaPolicy, { $id, required: ['b'] }, { a: 1 })).toEqual(failed('schema_not_met'))
  })
})

describe.each([
  ['^(a|a)*$', `${'a'.repeat(5000)}b`],
  ['(a+)+$', `${'a'.repeat(5000)}b`],
  ['^([a-z]|[a-c])*$', `${'a'.repeat(5000)}!`],
  ['^(\\w+\\s?)*$', `${'a '.repeat(3000)}!`],
])('the expression %s, which would keep JavaScript busy for ever,', (regex, text) => {
  it('is answered in time, by both policies', async () => {
    const before = performance.now()
    expect(await judged(regexPolicy, { path: '$.a', regex }, { a: text })).toEqual(
      failed('value_not_matched'),
    )
    const schema = { properties: { a: { pattern: regex } } }
    expect(await judged(schemaPolicy, schema, { a: text })).toEqual(failed('schema_not_met'))
    const members = { patternProperties: { [regex]: false } }
    expect(await judged(schemaPolicy, members, { [text]: 1 })).toEqual(passed)
    expect(performance.now() - before).toBeLessThan(30_000)
  })
})

describe('a regular expression', () => {
  const rule = (regex: string, more: object = {}) => ({ path: '$.address.country', regex, ...more })
  const in_ = (country: unknown) => ({ address: { country } }) as JsonObject
  const no = failed('value_not_matched')

  it.each([
    [rule('DE|AT'), in_('DE'), passed],
    [rule('DE|AT'), in_('DEX'), no],
    [rule('DE|AT'), in_('xAT'), no],
    [rule('DE'), in_('de'), no],
    [rule('DE', { regex_options: ['IGNORE_CASE'] }), in_('de'), passed],
    [rule('DE', { regex_options: 'IGNORE_CASE' }), in_('de'), passed],
    [rule('a.b', { regex_options: ['DOT_MATCHES_ALL'] }), in_('a\nb'), passed],
    [rule('a.b'), in_('a\nb'), no],
    [rule('D'), in_('D\nE'), no],
    [rule('[0-9]+'), in_(49), passed],
    [rule('true'), in_(true), passed],
    [rule('.*'), in_(['DE']), no],
    [rule('.*'), in_({ a: 1 }), no],
    [rule('.*'), in_(null), no],
    [rule('.*', { allowNull: true }), in_(null), passed],
    [rule('DE', { allowNull: true }), { address: {} }, passed],
    [rule('DE', { allowNull: true }), {}, passed],
    [rule('.*', { allowNull: true }), { address: 'none' }, no],
    [rule('.*'), {}, no],
    [{ path: "$['a b']", regex: '1' }, { 'a b': 1 }, passed],
  ])('%j judges %j: %j', async (args, claims, verdict) => {
    expect(await mistakeIn('regex', args)).toBeUndefined()
    expect(await judged(regexPolicy, args, claims)).toEqual(verdict)
  })

  it.each([
    undefined,
    'DE',
    {},
    { path: '$.a' },
    { regex: 'a' },
    { path: 'a', regex: 'a' },
    { path: '$..a', regex: 'a' },
    { path: '$.a', regex: '[' },
    { path: '$.a', regex: '(?=a)a' },
    { path: '$.a', regex: '(a)\\1' },
    { path: '$.a', regex: '.{999}.{999}' },
    { path: '$.a', regex: ')(' },
    { path: '$.a', regex: 'a'.repeat(501) },
    { path: '$.a', regex: 'a', allowNull: 'yes' },
    { path: '$.a', regex: 'a', regex_options: ['COMMENTS'] },
    { path: '$.a', regex: 'a', regex_options: 7 },
    { path: '$.a', regex: 'a', flags: 'i' },
  ])('is refused when the session is made: %j', async (args) => {
    expect(await mistakeIn('regex', args)).toMatchObject({ code: 'policy_arguments', policy: 'regex' })
  })
})
