import { describe, expect, it } from 'vitest'
import { claimText } from './claim-text.ts'

describe('a value of a claim', () => {
  it.each([
    ['1990-01-01', '1 Jan 1990'],
    ['2028-02-29', '29 Feb 2028'],
    ['1990-13-01', '1990-13-01'],
    ['2027-02-29', '2027-02-29'],
    ['1990-01-01 ', '1990-01-01 '],
    ['19900101', '19900101'],
    ['1990', '1990'],
    ['12-34-5678', '12-34-5678'],
    ['Ada', 'Ada'],
    ['Ada\u202e', 'Ada'],
    ['2026-13-40T00:00:00Z', '2026-13-40T00:00:00Z'],
    ['2026-01-01T00:00', '2026-01-01T00:00'],
  ])('%j is told as %j', (value, told) => {
    expect(claimText(value)).toBe(told)
  })

  it('is a moment of the reader', () => {
    const moment = new Date('2026-05-31T10:04:00Z')
    const told = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(moment)
    expect(claimText('2026-05-31T12:04:00+02:00')).toBe(told)
  })
})
