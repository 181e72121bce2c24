import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isUrl, parseDateTime, writeDateTime } from './urls-and-date-times.ts'

describe('a date-time', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2026-05-28T20:26:40Z', 1_780_000_000],
    ['2026-05-28T20:26:40.25Z', 1_780_000_000.25],
    ['2026-05-28T22:26:40+02:00', 1_780_000_000],
    ['2026-05-28T10:56:40-09:30', 1_780_000_000],
    ['2024-02-29T00:00:00+14:00', 1_709_114_400],
    ['0001-01-01T00:00:00Z', -62_135_596_800],
  ])('%s is %d', (text, seconds) => expect(parseDateTime(text, 'required')).toBe(seconds))

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01 00:00:00Z',
    '2026-01-01t00:00:00z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00+14:01',
    '2026-01-01T00:00:00+00:60',
    '2026-01-01T00:00:00.Z',
    '+12026-01-01T00:00:00Z',
    '2026-1-1T00:00:00Z',
    `2026-01-01T00:00:00.${'0'.repeat(100_000)}Z`,
    ' 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
    1_780_000_000,
    null,
  ])('%.30s is none', (text) => expect(parseDateTime(text, 'required')).toBeUndefined())

  it('may leave out its zone where the model lets it', () => {
    expect(parseDateTime('1970-01-01T00:00:01', 'optional')).toBe(1)
  })

  it('reads back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
        expect(parseDateTime(writeDateTime(seconds), 'required')).toBe(seconds)
      }),
    )
  })

  it.each([-1, 0.5, Number.NaN, 253_402_300_800])('is not written for %d', (seconds) => {
    expect(writeDateTime(seconds)).toBeUndefined()
  })

  it('is read or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\dTZ:.+-]{19,30}$/)), (text) => {
        expect(['number', 'undefined']).toContain(typeof parseDateTime(text, 'optional'))
      }),
    )
  })
})

describe('a URL', () => {
  it.each([
    'https://a.example/b?c#d',
    'did:example:123#0',
    'urn:uuid:1',
    'mailto:a@b.example',
    'http://localhost:1',
  ])('%s is one', (text) => expect(isUrl(text)).toBe(true))

  it.each([
    'https ://a.example',
    'https://',
    'https:a.example',
    'https:///path',
    'issuer',
    '',
    'urn:',
    'urn:a b',
    '1a:b',
    '<script>',
    'urn:"quoted"',
    `urn:${'a'.repeat(3000)}`,
    null,
    ['urn:a'],
  ])('%.40s is none', (text) => expect(isUrl(text)).toBe(false))
})
