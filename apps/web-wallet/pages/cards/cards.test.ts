import { describe, expect, it } from 'vitest'
import { categoriesOf, isIn, matches } from './search.ts'
import { validityAt } from './validity.ts'

const card = {
  id: 'urn:uuid:1',
  format: 'dc+sd-jwt',
  type: 'urn:eudi:pid:1',
  title: 'Identity card',
  issuerName: 'id.example',
  holder: 'Ana Brandt',
  look: {},
  addedOn: '2026-11-29T09:30:00Z',
  categories: ['Travel', 'Work'],
}

describe('a card', () => {
  it('says that it ended, or ends soon', () => {
    const now = 1_000_000
    const day = 86_400
    expect(validityAt(undefined, now)).toEqual({ state: 'lasting' })
    expect(validityAt(now, now)).toEqual({ state: 'ended' })
    expect(validityAt(now + 1, now)).toEqual({ state: 'ending', days: 1 })
    expect(validityAt(now + 30 * day, now)).toEqual({ state: 'ending', days: 30 })
    expect(validityAt(now + 31 * day, now)).toEqual({ state: 'lasting' })
  })

  it('is found by any words on it', () => {
    expect(matches(card, 'brandt IDENTITY id.example')).toBe(true)
    expect(matches(card, 'licence')).toBe(false)
  })

  it('is found by a category that it is in', () => {
    expect(isIn(card, undefined)).toBe(true)
    expect(isIn(card, 'Travel')).toBe(true)
    expect(isIn(card, 'travel')).toBe(false)
    expect(categoriesOf([{ ...card, categories: ['Work', 'Älter'] }, card])).toEqual([
      'Älter',
      'Travel',
      'Work',
    ])
  })
})
