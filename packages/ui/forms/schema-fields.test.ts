import { describe, expect, it } from 'vitest'
import { fieldsOf, wordsOf } from './schema-fields.ts'
import { emptyValue, problemsIn, valueAt, withValueAt } from './schema-values.ts'

const schema = {
  type: 'object',
  required: ['given_name', 'address', 'birth_date'],
  properties: {
    given_name: {
      type: 'string',
      title: 'Given name',
      minLength: 1,
      maxLength: 5,
      description: 'As written.',
    },
    birth_date: { type: 'string', format: 'date' },
    age_over_18: { type: ['boolean', 'null'] },
    children: { type: 'integer', minimum: 0, maximum: 20 },
    sex: { enum: ['f', 'm', 'x'] },
    address: {
      type: 'object',
      required: ['locality'],
      properties: { locality: { type: 'string' }, postal_code: { type: 'string', pattern: '^[0-9]{5}$' } },
    },
    nationalities: { type: 'array', items: { $ref: '#/$defs/country' } },
    extra: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  },
  $defs: { country: { type: 'string', title: 'Country' } },
}
const form = fieldsOf(schema)
const field = (name: string) => form.fields?.find((one) => one.name === name)

describe('fields of a schema', () => {
  it('have kinds, labels, hints and what is needed', () => {
    expect(form.fields?.map(({ name, kind, required }) => [name, kind, required])).toEqual([
      ['given_name', 'text', true],
      ['birth_date', 'date', true],
      ['age_over_18', 'boolean', false],
      ['children', 'integer', false],
      ['sex', 'choice', false],
      ['address', 'group', true],
      ['nationalities', 'list', false],
      ['extra', 'json', false],
    ])
    expect(field('given_name')).toMatchObject({ label: 'Given name', hint: 'As written.' })
    expect(field('birth_date')?.label).toBe('Birth date')
    expect(field('nationalities')?.entry).toMatchObject({ kind: 'text', label: 'Country' })
    expect(field('address')?.fields?.map(({ name, required }) => [name, required])).toEqual([
      ['locality', true],
      ['postal_code', false],
    ])
  })

  it('end where a schema refers to itself', () => {
    const tree = {
      $ref: '#/$defs/node',
      $defs: { node: { type: 'object', properties: { child: { $ref: '#/$defs/node' } } } },
    }
    expect(JSON.stringify(fieldsOf(tree)).length).toBeLessThan(5000)
    expect(fieldsOf({ $ref: '#/a', a: { $ref: '#/a' } }).kind).toBe('json')
  })

  it('are there for anything', () => {
    for (const odd of [
      undefined,
      null,
      1,
      'x',
      [],
      {},
      { type: 'object' },
      { properties: 'x' },
      { enum: [] },
    ])
      expect(fieldsOf(odd).kind).toBe('json')
  })

  it('read names as words', () => {
    expect(wordsOf('family_name')).toBe('Family name')
    expect(wordsOf('issuingAuthority')).toBe('Issuing authority')
  })
})

describe('the value of a form', () => {
  it('changes in one place and keeps the order of the rest', () => {
    const value = { a: 1, b: { c: [1, 2] }, d: 3 }
    const next = withValueAt(value, ['b', 'c', 0], 9)
    expect(JSON.stringify(next)).toBe('{"a":1,"b":{"c":[9,2]},"d":3}')
    expect(value.b.c).toEqual([1, 2])
    expect(withValueAt(value, ['b', 'c', 0], undefined)).toEqual({ a: 1, b: { c: [2] }, d: 3 })
    expect(withValueAt(value, ['d'], undefined)).toEqual({ a: 1, b: { c: [1, 2] } })
    expect(withValueAt(undefined, ['x', 'y'], 1)).toEqual({ x: { y: 1 } })
    expect(valueAt(value, ['b', 'toString'])).toBeUndefined()
  })

  it('says what is surely wrong with it, and where', () => {
    const value = {
      given_name: 'Anneliese',
      children: 1.5,
      birth_date: '2026-02-30',
      address: { postal_code: '12' },
      nationalities: ['DE', ''],
    }
    expect(problemsIn(form, value).map(({ path, code, limit }) => [path.join('.'), code, limit])).toEqual([
      ['given_name', 'tooLong', 5],
      ['birth_date', 'date', undefined],
      ['children', 'wholeNumber', undefined],
      ['address.locality', 'required', undefined],
      ['address.postal_code', 'pattern', undefined],
      ['nationalities.1', 'required', undefined],
    ])
    expect(
      problemsIn(form, { given_name: 'Ana', birth_date: '2000-02-29', address: { locality: 'X' } }),
    ).toEqual([])
  })

  it('begins with nothing that was not given', () => {
    expect(emptyValue(form)).toEqual({ address: {} })
  })
})
