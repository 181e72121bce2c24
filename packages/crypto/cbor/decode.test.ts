import { fromHex, toHex } from '@countersign/testing/hex'
import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CborLimits, decodeCbor } from './decode.ts'
import { encodeCbor } from './encode.ts'
import { EXAMPLES, INDEFINITE_LENGTHS, plain, SIMPLE_VALUES, WIDE_FLOATS } from './rfc8949.testing.ts'
import { type CborValue, embeddedBytes, isCborArray, isCborMap, isCborTag } from './value.ts'

function decoded(hex: string, limits?: CborLimits): CborValue {
  const result = decodeCbor(fromHex(hex), limits)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

function refusal(hex: string, limits?: CborLimits): string {
  const result = decodeCbor(fromHex(hex), limits)
  return result.ok ? 'accepted' : result.error.code
}

describe('RFC 8949 appendix A', () => {
  it.each([...EXAMPLES, ...WIDE_FLOATS])('reads $hex', ({ hex, value }) => {
    expect(plain(decoded(hex))).toEqual(value)
  })
  it.each(INDEFINITE_LENGTHS)('refuses the indefinite length of %s', (hex) => {
    expect(refusal(hex)).toBe('cbor_indefinite_length')
  })
  it.each(SIMPLE_VALUES)('refuses the meaningless simple value %s', (hex) => {
    expect(refusal(hex)).toBe('cbor_simple_unsupported')
  })
})

describe('one spelling for each value', () => {
  it.each([
    ['a small number in one byte', '1817'],
    ['a number in two bytes', '1900ff'],
    ['a number in four bytes', '1a0000ffff'],
    ['a number in eight bytes', '1b00000000ffffffff'],
    ['a negative number', '3800'],
    ['a length of bytes', '580100'],
    ['a length of a text', '780161'],
    ['a length of an array', '980100'],
    ['a length of a map', 'b8010000'],
    ['a tag', 'd81700'],
  ])('refuses %s that would fit in fewer bytes', (_, hex) => {
    expect(refusal(hex)).toBe('cbor_not_shortest')
    expect(refusal(hex, { acceptLongForms: true })).toBe('accepted')
  })

  it('still finds equal keys where longer spellings are accepted', () => {
    expect(refusal('b90002010018010a', { acceptLongForms: true })).toBe('cbor_duplicate_key')
    expect(refusal('a2616100780161f6', { acceptLongForms: true })).toBe('cbor_duplicate_key')
  })

  it.each([
    ['numbers', 'a201000100'],
    ['texts', 'a2616100616101'],
    ['large numbers', 'a21bffffffffffffffff001bffffffffffffffff01'],
    ['keys of an inner map', '81a201000100'],
  ])('refuses equal keys: %s', (_, hex) => expect(refusal(hex)).toBe('cbor_duplicate_key'))

  it('takes a number and a text of the same look for two keys', () => {
    expect(plain(decoded('a2010061310a'))).toEqual(
      new Map<number | string, number>([
        [1, 0],
        ['1', 10],
      ]),
    )
  })

  it.each(['a14100f6', 'a180f6', 'a1f6f6', 'a1f90000f6', 'a1c000f6'])('refuses the key of %s', (hex) => {
    expect(refusal(hex)).toBe('cbor_key_unsupported')
  })

  it.each(['0000', 'f6f6', '80f6', '4100ff'])('refuses what follows the value in %s', (hex) => {
    expect(refusal(hex)).toBe('cbor_trailing_bytes')
  })

  it.each(['61ff', '62c328', '63eda080', '62c080'])('refuses malformed UTF-8 in %s', (hex) => {
    expect(refusal(hex)).toBe('cbor_utf8_invalid')
  })

  it('reads long texts, and refuses malformed UTF-8 at their end', () => {
    expect(decoded(`7864${'61'.repeat(100)}`)).toBe('a'.repeat(100))
    expect(decoded(`7864${'61'.repeat(98)}c3bc`)).toBe(`${'a'.repeat(98)}\u00fc`)
    expect(refusal(`7864${'61'.repeat(99)}c3`)).toBe('cbor_utf8_invalid')
  })

  it('keeps a byte order mark', () => expect(decoded('63efbbbf')).toBe('\ufeff'))
})

const SHORTER_THAN_THEY_SAY = ',18,19ff,1aff,1bff,d8,f9,f900,fb00,58,41,61,81,a1,a100,c0'.split(',')

const HUGE_LENGTHS = ['5b', '7b', '9b', 'bb'].flatMap((initial) => [
  `${initial}ffffffffffffffff`,
  `${(Number.parseInt(initial, 16) - 1).toString(16)}ffffffff00`,
])

describe('what is broken', () => {
  it.each([...SHORTER_THAN_THEY_SAY, ...HUGE_LENGTHS])(
    'refuses the cut-off %s before anything is made',
    (hex) => expect(refusal(hex)).toBe('cbor_truncated'),
  )

  it.each(['1c', '3d', '5e', '7c', '9d', 'be', 'dc', 'fc', 'fd', 'fe', 'dbffffffffffffffff00'])(
    'refuses %s, which is no CBOR',
    (hex) => expect(refusal(hex)).toBe('cbor_malformed'),
  )

  it.each(['1f', '3f', 'df', 'ff'])('refuses the stray %s', (hex) => {
    expect(refusal(hex)).toBe('cbor_indefinite_length')
  })
})

describe('limits', () => {
  it('counts bytes', () => {
    expect(refusal('4100', { maxBytes: 1 })).toBe('cbor_too_large')
    expect(refusal('4100', { maxBytes: 2 })).toBe('accepted')
    expect(refusal(`5a00010000${'00'.repeat(65_536)}`)).toBe('cbor_too_large')
  })

  it.each([
    ['arrays', '81'],
    ['maps', 'a100'],
    ['tags', 'c0'],
  ])('counts the depth of %s', (_, open) => {
    expect(refusal(`${open.repeat(16)}00`)).toBe('accepted')
    expect(refusal(`${open.repeat(17)}00`)).toBe('cbor_too_deep')
    expect(refusal(`${open.repeat(2)}00`, { maxDepth: 1 })).toBe('cbor_too_deep')
  })

  it('counts values, keys among them', () => {
    expect(refusal('a10000', { maxValues: 3 })).toBe('accepted')
    expect(refusal('a10000', { maxValues: 2 })).toBe('cbor_too_many_values')
    expect(refusal(`994e20${'00'.repeat(20_000)}`)).toBe('cbor_too_many_values')
  })
})

describe('the bytes as received', () => {
  const hex = '82d81843a10102a1616182f5f6'
  const whole = decoded(hex)
  const [embedded, map] = isCborArray(whole) ? whole.items : []

  it('are those of arrays, maps and tags', () => {
    expect(isCborTag(embedded) && toHex(embedded.raw)).toBe('d81843a10102')
    expect(isCborMap(map) && toHex(map.raw)).toBe('a1616182f5f6')
    const array = isCborMap(map) ? map.entries.get('a') : undefined
    expect(isCborArray(array) && toHex(array.raw)).toBe('82f5f6')
  })

  it('are written again, even where they could be shorter', () => {
    const wide = decoded('82fb3ff0000000000000a2616200616100')
    expect(toHex(encodeCbor([wide]))).toBe('8182fb3ff0000000000000a2616200616100')
  })

  it('stand within tag 24', () => {
    expect(toHex(embeddedBytes(embedded) ?? new Uint8Array())).toBe('a10102')
    expect(embeddedBytes(decoded('d743a10102'))).toBeUndefined()
    expect(embeddedBytes(decoded('d81801'))).toBeUndefined()
    expect(embeddedBytes(map)).toBeUndefined()
  })

  it('are read from the middle of a larger buffer', () => {
    const whole = fromHex('ffff82fb3ff199999999999a1b00000001000000004101ff')
    const result = decodeCbor(whole.subarray(2, -2))
    expect(result.ok).toBe(false)
    expect(decodeCbor(whole.subarray(2, -3))).toMatchObject({
      ok: true,
      value: { items: [{ value: 1.1 }, 2 ** 32] },
    })
  })
})

describe('any bytes', () => {
  it('make a value or a refusal, and a value is read from one spelling alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const result = decodeCbor(bytes)
        if (!result.ok) return result.error.at <= bytes.length
        return toHex(encodeCbor(result.value)) === toHex(bytes) || containsWideFloat(result.value)
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['arrays of nothing', 0x80],
    ['arrays in arrays', 0x81],
    ['maps in maps', 0xa1],
    ['tags', 0xc0],
    ['texts', 0x61],
    ['zeros', 0x00],
  ])('of a megabyte are answered at once: %s', async (_, byte) => {
    const bytes = new Uint8Array(1_048_576).fill(byte)
    bytes.set([0x9a, 0x00, 0x0f, 0xff, 0xfb])
    await costsAtMost(50, () => decodeCbor(bytes, { maxBytes: 2_000_000 }))
  })
})

function containsWideFloat(value: CborValue): boolean {
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? 0 : inner)).includes('"float"')
}
