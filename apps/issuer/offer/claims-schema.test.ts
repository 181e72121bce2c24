import { isFullDate } from '@countersign/core/date-time'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { describe, expect, it } from 'vitest'
import { type IssuableType, issuableTypes } from '../types/issuable-types.ts'
import { checkClaims } from './claims-schema.ts'

const [anyType] = issuableTypes(ALL_FORMATS).values()

function typeOf(format: string): IssuableType {
  if (anyType === undefined) throw new Error('nothing is issued')
  return {
    ...anyType,
    claimsAt: [],
    schema: { type: 'object', properties: { a: { type: 'string', format } } },
  }
}

describe('a format of JSON Schema', () => {
  it.each([
    ['date', '2024-02-29', true],
    ['date', '1990-02-30', false],
    ['date', '1990-01-01T00:00:00Z', false],
    ['date-time', '2024-02-29T10:00:00Z', true],
    ['date-time', '2024-02-29T10:00:00.5+01:00', true],
    ['date-time', '2023-02-29T10:00:00Z', false],
    ['date-time', '2024-02-29 10:00:00Z', false],
    ['date-time', '2024-02-29T10:00:00+01', false],
    ['date-time', '2024-02-29', false],
    ['time', '10:00:00Z', true],
    ['time', '24:00:00Z', false],
    ['email', 'ada@example.org', true],
    ['email', 'ada', false],
    ['email', 'ada@', false],
    ['email', 'a da@example.org', false],
    ['uri', 'https://example.org', true],
    ['uri', 'example', false],
    ['uuid', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', true],
    ['uuid', 'f81d4fae', false],
    ['ipv4', '127.0.0.256', false],
    ['duration', 'P1Y', true],
    ['duration', '1 year', false],
  ])('%s: %s is one: %s', async (format, text, isOne) => {
    expect((await checkClaims(typeOf(format), { a: text })).ok).toBe(isOne)
  })

  it('takes the days that our own reader takes', async () => {
    const date = typeOf('date')
    for (const year of ['0000', '1900', '2000', '2023', '2024', '9999'])
      for (let month = 0; month <= 13; month++)
        for (const day of ['00', '01', '28', '29', '30', '31', '32']) {
          const text = `${year}-${String(month).padStart(2, '0')}-${day}`
          expect([text, (await checkClaims(date, { a: text })).ok]).toEqual([text, isFullDate(text)])
        }
  })
})
