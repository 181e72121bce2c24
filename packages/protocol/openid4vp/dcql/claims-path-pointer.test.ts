import type { JsonValue } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { selectClaims } from './claims-path-pointer.ts'

const claims: JsonValue = {
  name: 'Arthur Dent',
  nothing: null,
  address: { street_address: '42 Market Street', locality: 'Milliways' },
  degrees: [{ type: 'BSc', university: 'U' }, { type: 'MSc' }, { university: 'V' }],
  nationalities: ['British', 'Betelgeusian'],
  matrix: [[1, 2], [], [3]],
  mixed: [{ a: 1 }, 'text'],
  '': 'nameless',
}

const selections: readonly (readonly [ClaimPath, readonly JsonValue[], readonly ClaimPath[]])[] = [
  [['name'], ['Arthur Dent'], [['name']]],
  [['nothing'], [null], [['nothing']]],
  [[''], ['nameless'], [['']]],
  [['address'], [{ street_address: '42 Market Street', locality: 'Milliways' }], [['address']]],
  [['address', 'locality'], ['Milliways'], [['address', 'locality']]],
  [['nationalities', 1], ['Betelgeusian'], [['nationalities', 1]]],
  [
    ['nationalities', null],
    ['British', 'Betelgeusian'],
    [
      ['nationalities', 0],
      ['nationalities', 1],
    ],
  ],
  [
    ['degrees', null, 'type'],
    ['BSc', 'MSc'],
    [
      ['degrees', 0, 'type'],
      ['degrees', 1, 'type'],
    ],
  ],
  [['matrix', null, 1], [2], [['matrix', 0, 1]]],
  [
    ['matrix', null, null],
    [1, 2, 3],
    [
      ['matrix', 0, 0],
      ['matrix', 0, 1],
      ['matrix', 2, 0],
    ],
  ],
]

const errors: readonly (readonly [ClaimPath, string, string])[] = [
  [[], 'path_empty', 'no component at all'],
  [['name', 'first'], 'not_an_object', 'a name inside a text'],
  [['nothing', 'x'], 'not_an_object', 'a name inside null'],
  [['nationalities', 'x'], 'not_an_object', 'a name inside an array'],
  [['nationalities', 'length'], 'not_an_object', 'what JavaScript knows of arrays is no claim'],
  [['mixed', null, 'a'], 'not_an_object', 'one of several elements is no object'],
  [['degrees', null, 'x'], 'nothing_selected', 'no element has the name'],
  [['missing'], 'nothing_selected', 'a name that is not there'],
  [['missing', null], 'nothing_selected', 'elements of what is not there'],
  [['constructor'], 'nothing_selected', 'an inherited name'],
  [['__proto__', 'toString'], 'nothing_selected', 'the prototype'],
  [['address', null], 'not_an_array', 'null is no wildcard over objects'],
  [['name', null], 'not_an_array', 'elements of a text'],
  [['matrix', null, null, null], 'not_an_array', 'elements of numbers'],
  [['name', 0], 'not_an_array', 'an index into a text'],
  [['address', 0], 'not_an_array', 'an index into an object'],
  [['nationalities', 2], 'nothing_selected', 'an index that is out of range'],
  [['nationalities', -1], 'path_component_invalid', 'a negative index'],
  [['nationalities', 0.5], 'path_component_invalid', 'a fraction'],
  [['nationalities', Number.NaN], 'path_component_invalid', 'no number'],
  [['matrix', null, -1], 'path_component_invalid', 'a negative index below null'],
]

describe('a claims path pointer', () => {
  it.each(selections)('%j selects', (path, values, paths) => {
    expect(selectClaims(claims, path)).toEqual({ ok: true, value: { values, paths } })
  })

  it.each(errors)('%j is an error %s: %s', (path, code) => {
    expect(selectClaims(claims, path)).toEqual({ ok: false, error: { code } })
  })

  it('does not take an empty array for a selection', () => {
    expect(selectClaims({ list: [] }, ['list', null])).toEqual({
      ok: false,
      error: { code: 'nothing_selected' },
    })
  })

  it('finds at each concrete path the value that it names, and never throws', () => {
    const component = fc.oneof(fc.constantFrom('a', 'b', '__proto__'), fc.nat(3), fc.constant(null))
    const json = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, 1, 'x'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b'), tie('value'), { maxKeys: 2 }),
      ),
    })).value
    fc.assert(
      fc.property(json, fc.array(component, { maxLength: 5 }), (value, path) => {
        const result = selectClaims(value, path)
        if (!result.ok) return
        for (const [index, concrete] of result.value.paths.entries()) {
          const again = selectClaims(value, concrete)
          expect(again.ok && again.value.values).toEqual([result.value.values[index]])
        }
      }),
    )
  })
})
