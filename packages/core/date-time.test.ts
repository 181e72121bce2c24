import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isFullDate,
  LAST_MOMENT,
  readDateTime,
  readTimestamp,
  readXmlDateTime,
  showDateTime,
  writeDateTime,
} from './date-time.ts'

const NOON = 1_780_056_000

/** Text, what RFC 3339 makes of it, and what XML Schema does; one value where they agree. */
const TABLE: readonly (readonly [text: unknown, rfc3339: number | undefined, xml?: number | undefined])[] = [
  ['1970-01-01T00:00:00Z', 0, 0],
  ['2026-05-29T12:00:00Z', NOON, NOON],
  // Offsets.
  ['2026-05-29T14:00:00+02:00', NOON, NOON],
  ['2026-05-29T02:30:00-09:30', NOON, NOON],
  ['2026-05-29T12:00:00-00:00', NOON, NOON],
  ['2026-05-30T02:00:00+14:00', NOON, NOON],
  ['2026-05-30T02:01:00+14:01', NOON, undefined],
  ['2026-05-28T12:01:00-23:59', NOON, undefined],
  ['2026-05-29T12:00:00+24:00', undefined, undefined],
  ['2026-05-29T12:00:00+00:60', undefined, undefined],
  ['2026-05-29T12:00:00+0000', undefined, undefined],
  ['2026-05-29T12:00:00+00', undefined, undefined],
  ['2026-05-29T12:00:00', undefined, undefined],
  // Fractions.
  ['2026-05-29T12:00:00.25Z', NOON + 0.25, NOON + 0.25],
  ['2026-05-29T12:00:00.000000000000Z', NOON, NOON],
  ['2026-05-29T12:00:00.Z', undefined, undefined],
  ['2026-05-29T12:00:00,5Z', undefined, undefined],
  [`2026-05-29T12:00:00.${'0'.repeat(100_000)}Z`, undefined, undefined],
  // Days that do not exist.
  ['2026-02-30T12:00:00Z', undefined, undefined],
  ['2026-02-29T12:00:00Z', undefined, undefined],
  ['2100-02-29T12:00:00Z', undefined, undefined],
  ['2024-02-29T00:00:00Z', 1_709_164_800, 1_709_164_800],
  ['2000-02-29T00:00:00Z', 951_782_400, 951_782_400],
  ['2026-04-31T12:00:00Z', undefined, undefined],
  ['2026-13-01T12:00:00Z', undefined, undefined],
  ['2026-00-01T12:00:00Z', undefined, undefined],
  ['2026-01-00T12:00:00Z', undefined, undefined],
  // Hours, minutes and seconds at their ends.
  ['2026-05-29T24:00:00Z', undefined, NOON + 43_200],
  ['2026-05-29T24:00:00.000Z', undefined, NOON + 43_200],
  ['2026-05-29T24:00:01Z', undefined, undefined],
  ['2026-05-29T24:00:00.1Z', undefined, undefined],
  ['2026-05-29T25:00:00Z', undefined, undefined],
  ['2026-05-29T12:60:00Z', undefined, undefined],
  ['2026-05-29T12:00:61Z', undefined, undefined],
  // Leap seconds.
  ['2016-12-31T23:59:60Z', 1_483_228_800, undefined],
  ['2016-12-31T15:59:60.5-08:00', 1_483_228_800.5, undefined],
  ['2015-07-01T01:59:60+02:00', 1_435_708_800, undefined],
  ['2016-12-30T23:59:60Z', undefined, undefined],
  ['2016-12-31T22:59:60Z', undefined, undefined],
  ['2016-12-31T23:58:60Z', undefined, undefined],
  ['2016-12-31T23:59:60+01:00', undefined, undefined],
  // Years.
  ['0000-01-01T00:00:00Z', -62_167_219_200, -62_167_219_200],
  ['0001-01-01T00:00:00Z', -62_135_596_800, -62_135_596_800],
  ['0070-01-01T00:00:00Z', -59_958_144_000, -59_958_144_000],
  ['9999-12-31T23:59:59Z', LAST_MOMENT, LAST_MOMENT],
  ['10000-01-01T00:00:00Z', undefined, undefined],
  ['+2026-05-29T12:00:00Z', undefined, undefined],
  ['-0001-05-29T12:00:00Z', undefined, undefined],
  ['26-05-29T12:00:00Z', undefined, undefined],
  // Spelling.
  ['2026-05-29t12:00:00z', NOON, undefined],
  ['2026-05-29 12:00:00Z', undefined, undefined],
  ['2026-05-29_12:00:00Z', undefined, undefined],
  [' 2026-05-29T12:00:00Z', undefined, undefined],
  ['2026-05-29T12:00:00Z\n', undefined, undefined],
  ['2026-05-29T12:00Z', undefined, undefined],
  ['2026-5-29T12:00:00Z', undefined, undefined],
  ['20260529T120000Z', undefined, undefined],
  ['٢٠٢٦-05-29T12:00:00Z', undefined, undefined],
  ['2026-05-29', undefined, undefined],
  ['Fri, 29 May 2026 12:00:00 GMT', undefined, undefined],
  [String(NOON), undefined, undefined],
  [NOON, undefined, undefined],
  ['', undefined, undefined],
  [null, undefined, undefined],
]

describe('a time as text', () => {
  it.each(TABLE)('%.40s is %s in RFC 3339 and %s in XML Schema', (text, rfc3339, xml) => {
    expect(readDateTime(text)).toBe(rfc3339)
    expect(readXmlDateTime(text, 'required')).toBe(xml)
  })

  it('may be cut to its second', () => {
    expect(readTimestamp('2026-05-29T12:00:00.999Z')).toBe(NOON)
    expect(readTimestamp('1969-12-31T23:59:59.5Z')).toBe(-1)
    expect(readTimestamp('soon')).toBeUndefined()
  })

  it('without an offset is in UTC where XML Schema leaves it out', () => {
    expect(readXmlDateTime('2026-05-29T12:00:00', 'optional')).toBe(NOON)
    expect(readXmlDateTime('2026-05-29T12:00:00+02:00', 'optional')).toBe(NOON - 7200)
  })

  it('reads back in both grammars as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LAST_MOMENT }), (seconds) => {
        const text = writeDateTime(seconds)
        expect([readDateTime(text), readXmlDateTime(text, 'required')]).toEqual([seconds, seconds])
      }),
    )
  })

  it.each([-1, 0.5, Number.NaN, Infinity, LAST_MOMENT + 1])('is not written for %d', (seconds) => {
    expect(writeDateTime(seconds)).toBeUndefined()
  })

  it.each([
    [-1, '1969-12-31T23:59:59Z'],
    [-62_167_219_200, '0000-01-01T00:00:00Z'],
    [0.999, '1970-01-01T00:00:00Z'],
    [-0.5, '1969-12-31T23:59:59Z'],
    [LAST_MOMENT + 0.5, '9999-12-31T23:59:59Z'],
  ])('of %d seconds, which others wrote, is shown as %s', (seconds, text) => {
    expect(showDateTime(seconds)).toBe(text)
  })

  it.each([LAST_MOMENT + 1, -62_167_219_201, Number.NaN, Infinity])('is not shown for %d', (seconds) => {
    expect(() => showDateTime(seconds)).toThrow(RangeError)
  })

  it('is what the platform makes of it, on every day of every year', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(readTimestamp(date.toISOString())).toBe(Math.floor(date.getTime() / 1000))
        },
      ),
    )
  })

  it('is read or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\dTZtz:.+-]{19,30}$/)), (text) => {
        for (const read of [readDateTime(text), readXmlDateTime(text, 'optional')])
          expect(read === undefined || Number.isFinite(read)).toBe(true)
      }),
    )
  })
})

describe('a full-date', () => {
  it.each(['2026-05-29', '2024-02-29', '2000-02-29', '0000-01-01', '9999-12-31'])('%s is one', (text) => {
    expect(isFullDate(text)).toBe(true)
  })

  it.each([
    '1990-02-30',
    '1990-02-31',
    '2026-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-1-1',
    '2026-01-01T00:00:00Z',
    '2026-01-01Z',
    '20260101',
    '2026',
    '01.01.2026',
    ' 2026-01-01',
    '2026-01-01\n',
    '+2026-01-01',
    '',
    20260101,
    null,
  ])('%s is none', (text) => expect(isFullDate(text)).toBe(false))
})
