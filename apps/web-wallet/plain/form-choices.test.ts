import { describe, expect, it } from 'vitest'
import { selectionsFor } from '../shown/choices.ts'
import { choicesIn, choicesOf, hasChoices } from './form-choices.ts'
import { candidate, free, preview, query, way } from './preview.testing.ts'

const two = preview([
  query(
    'pid',
    candidate('first', { optional: [free('email')] }),
    candidate('second', {
      optional: [free('phone'), free('email')],
      alternatives: [way(1, 'age', 'street')],
    }),
  ),
])

describe('what was chosen in a form', () => {
  it.each<[string, Readonly<Record<string, unknown>>, object]>([
    ['nothing was sent', {}, { credentialId: 'first', optionalClaims: [] }],
    ['nothing was ticked', { chosen: 'yes' }, { credentialId: 'first', optionalClaims: [] }],
    ['the other card', { chosen: 'yes', card0: '1' }, { credentialId: 'second', optionalClaims: [] }],
    [
      'a claim of that card',
      { chosen: 'yes', card0: '1', 'claim0.1..1': 'yes' },
      { credentialId: 'second', optionalClaims: [['email']] },
    ],
    [
      'a claim of another card',
      { chosen: 'yes', card0: '1', 'claim0.0..0': 'yes' },
      { credentialId: 'second', optionalClaims: [] },
    ],
    [
      'another way, with a claim of it',
      { chosen: 'yes', card0: '1', 'way0.1': '1', 'claim0.1.1.0': 'yes', 'claim0.1..0': 'yes' },
      { credentialId: 'second', optionalClaims: [['street']], alternative: 1 },
    ],
    [
      'a way that another card has not',
      { chosen: 'yes', 'way0.0': '1' },
      { credentialId: 'first', optionalClaims: [] },
    ],
    ['a way that is none', { chosen: 'yes', card0: '1', 'way0.1': '7' }, { credentialId: 'second' }],
    ['a card that is not a number', { chosen: 'yes', card0: '1e1' }, { credentialId: 'first' }],
    ['a card twice', { chosen: 'yes', card0: ['1', '0'] }, { credentialId: 'first' }],
  ])('%s', (_what, sent, selection) => {
    expect(selectionsFor(two, choicesIn(two, sent))).toMatchObject([{ queryId: 'pid', ...selection }])
  })

  it('a card that is not there is the first, as the next page says', () => {
    const selections = selectionsFor(two, choicesIn(two, { chosen: 'yes', card0: '9' }))
    expect(selections).toMatchObject([{ credentialId: 'first' }])
  })

  it.each([{}, { card0: '1', 'claim0.1..1': 'yes' }, { card0: '1', 'way0.1': '1', 'claim0.1.1.0': 'yes' }])(
    'and was sent (%j) is shown again as that',
    (sent) => {
      const selections = selectionsFor(two, choicesIn(two, { chosen: 'yes', ...sent }))
      expect(selectionsFor(two, choicesOf(two, selections))).toEqual(selections)
    },
  )
})

describe('sets of cards', () => {
  const sets = preview(
    [query('a', candidate('a1')), query('b', candidate('b1')), query('c', candidate('c1'))],
    {
      alternatives: [
        {
          required: true,
          options: [
            { queryIds: ['x'], satisfiable: false },
            { queryIds: ['a'], satisfiable: true },
            { queryIds: ['b'], satisfiable: true },
          ],
        },
        { required: false, options: [{ queryIds: ['c'], satisfiable: true }] },
      ],
    },
  )
  const chosen = (sent: Readonly<Record<string, unknown>>) =>
    selectionsFor(sets, choicesIn(sets, sent)).map(({ queryId }) => queryId)

  it.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    ['nothing was sent', {}, ['a']],
    ['nothing was chosen', { chosen: 'yes' }, ['a']],
    ['the other, and what they can do without', { chosen: 'yes', set0: '2', set1: '0' }, ['b', 'c']],
    ['one that cannot be answered', { chosen: 'yes', set0: '0', set1: 'none' }, ['a']],
    ['one that is not there', { chosen: 'yes', set0: '9', set1: '9' }, ['a']],
  ])('%s', (_what, sent, queries) => expect(chosen(sent)).toEqual(queries))

  it.each([{ set0: '2', set1: '0' }, { set0: '1' }])(
    'that were sent (%j) are shown again as those',
    (sent) => {
      const selections = selectionsFor(sets, choicesIn(sets, { chosen: 'yes', ...sent }))
      expect(selectionsFor(sets, choicesOf(sets, selections))).toEqual(selections)
    },
  )

  it('are a choice; one card without anything to add is none', () => {
    expect(hasChoices(sets)).toBe(true)
    expect(hasChoices(two)).toBe(true)
    expect(hasChoices(preview([query('a', candidate('a1'))]))).toBe(false)
    expect(hasChoices(preview([query('a', candidate('a1', { optional: [free('email')] }))]))).toBe(true)
    expect(hasChoices(preview([query('a', candidate('a1', { alternatives: [way(0, 'age')] }))]))).toBe(true)
  })
})
