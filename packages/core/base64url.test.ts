import { inBrowser } from '@countersign/testing/engines/node-engine'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeBase64,
  decodeBase64url,
  decodeTextBase64url,
  decodeUtf8,
  encodeBase64,
  encodeBase64url,
  encodeTextBase64url,
  encodeUtf8,
  exceedsUtf8Bytes,
} from './base64url.ts'

const bytes = () => fc.uint8Array({ maxLength: 200 })

describe('base64url', () => {
  it.skipIf(inBrowser)('writes what Node writes', () => {
    fc.assert(
      fc.property(bytes(), (value) => {
        expect(encodeBase64url(value)).toBe(Buffer.from(value).toString('base64url'))
        expect(encodeBase64(value)).toBe(Buffer.from(value).toString('base64'))
      }),
    )
  })

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(bytes(), (value) => {
        expect(decodeBase64url(encodeBase64url(value))).toEqual(value)
        expect(decodeBase64(encodeBase64(value))).toEqual(value)
      }),
    )
  })

  it.each([0, 1, 2, 3, 49_151, 49_152, 49_153, 200_000])('reads back %i bytes', (length) => {
    const value = Uint8Array.from({ length }, (_, at) => (at * 7 + (at >>> 8)) & 255)
    const text = encodeBase64url(value)
    expect(text).toHaveLength(Math.ceil((length * 4) / 3))
    expect(decodeBase64url(text)).toEqual(value)
    expect(decodeBase64(encodeBase64(value))).toEqual(value)
  })

  it.each([64, 65_536, 65_540])(
    'does not take what an earlier text of %i characters left behind',
    (length) => {
      expect(decodeBase64url('A'.repeat(length))).toBeDefined()
      for (const foreign of ['\u00e9', '\u20ac', '\0', '\ud800']) {
        expect(decodeBase64url('A'.repeat(length - 1) + foreign)).toBeUndefined()
        expect(decodeBase64url(foreign + 'A'.repeat(length - 1))).toBeUndefined()
        expect(decodeBase64url('A'.repeat(length - foreign.length * 2) + foreign + foreign)).toBeUndefined()
      }
    },
  )

  it('has one spelling for each value: what can be read is what would be written', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('AQgw-_+/= \n\u00e9')), maxLength: 9 })
    fc.assert(
      fc.property(text, (spelling) => {
        const value = decodeBase64url(spelling)
        if (value !== undefined) expect(encodeBase64url(value)).toBe(spelling)
        const standard = decodeBase64(spelling)
        if (standard !== undefined) expect(encodeBase64(standard)).toBe(spelling)
      }),
    )
  })

  it.each(['A', 'AB', 'AAB', 'AA==', 'AAA=', 'A+/A', 'AA A', 'AAA\n', 'AAA\u0141', '=', 'AAAAA'])(
    'refuses %j as base64url',
    (text) => expect(decodeBase64url(text)).toBeUndefined(),
  )

  it.each(['AA', 'AAA', 'AB==', 'A===', '====', 'AA=A', 'A-_A', 'AAAA\nAAA'])(
    'refuses %j as base64',
    (text) => expect(decodeBase64(text)).toBeUndefined(),
  )
})

describe('base64url of a text', () => {
  it('is that of its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(encodeTextBase64url(text)).toBe(encodeBase64url(encodeUtf8(text)))
      }),
    )
  })

  it.each([21_845, 21_846, 100_000])('is that of its bytes with %i characters', (length) => {
    for (const unit of ['a', '\u20ac', '\ud800']) {
      const text = unit.repeat(length)
      expect(encodeTextBase64url(text)).toBe(encodeBase64url(encodeUtf8(text)))
    }
  })
})

describe('a text behind base64url', () => {
  it('is read as its bytes are', () => {
    fc.assert(
      fc.property(bytes(), (value) => {
        expect(decodeTextBase64url(encodeBase64url(value))).toBe(decodeUtf8(value))
      }),
    )
  })

  it.each([0, 1, 65_537, 100_000])('is read back with %i characters', (length) => {
    const text = 'a\u20ac'.repeat(length)
    expect(decodeTextBase64url(encodeTextBase64url(text))).toBe(text)
  })

  it.each(['A', 'AB', 'AA==', 'A+/A', '\u0141AAA', '_w', 'wIA'])('refuses %j', (text) =>
    expect(decodeTextBase64url(text)).toBeUndefined(),
  )

  it('does not change what was read before', () => {
    const first = decodeBase64url('AQID')
    expect(decodeTextBase64url('YWJj')).toBe('abc')
    expect(first).toEqual(Uint8Array.of(1, 2, 3))
  })
})

describe('UTF-8', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text)
      }),
    )
  })

  it.each([[[0xc3]], [[0xff]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]]])('refuses the bytes %j', (malformed) =>
    expect(decodeUtf8(Uint8Array.from(malformed))).toBeUndefined(),
  )

  it('is as long as it says, however the text is cut into pieces', () => {
    const parts = fc.array(
      fc.constantFrom('a', 'é', '€', '😀', '\ud83d', 'b'.repeat(21_840), 'c'.repeat(65_530)),
    )
    fc.assert(
      fc.property(parts, (list) => {
        const text = list.join('')
        const { length } = encodeUtf8(text)
        expect(exceedsUtf8Bytes(text, length)).toBe(false)
        expect(exceedsUtf8Bytes(text, length - 1)).toBe(true)
      }),
    )
  })

  it('keeps a byte order mark, which no JSON begins with', () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b))).toBe('\ufeff{')
  })
})
