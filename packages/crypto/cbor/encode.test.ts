import { toHex } from '@countersign/testing/hex'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCbor } from './decode.ts'
import { encodeCbor } from './encode.ts'
import { EXAMPLES, plain } from './rfc8949.testing.ts'
import { type CborInput, type CborKey, mapOf, tagged } from './value.ts'

describe('encodeCbor', () => {
  it.each(EXAMPLES)('writes $hex as RFC 8949 appendix A', ({ hex, value }) => {
    expect(toHex(encodeCbor(value))).toBe(hex)
  })

  it('orders keys by their bytes (§4.2.1)', () => {
    const keys: readonly CborKey[] = ['aa', 'z', 100, -1, 10, 'b', -100]
    const map = new Map(keys.map((key) => [key, 0]))
    expect(toHex(encodeCbor(map))).toBe('a70a00186400200038630061620061' + '7a0062616100')
    expect(toHex(encodeCbor(mapOf({ z: 0, aa: 0 })))).toBe('a2617a0062616100')
  })

  it('keeps a given order, in inner maps too', () => {
    const map = mapOf({ z: mapOf({ bb: 1, a: 2 }), a: 0 })
    expect(toHex(encodeCbor([map], 'given'))).toBe('81a2617aa262626201616102616100')
  })

  it('writes numbers that are no integers, or too large for one, as floating point', () => {
    expect(toHex(encodeCbor(1.5))).toBe('f93e00')
    expect(toHex(encodeCbor(-0))).toBe('f98000')
    expect(toHex(encodeCbor(1e300))).toBe('fb7e37e43c8800759c')
    expect(toHex(encodeCbor(2 ** -24))).toBe('f90001')
    expect(toHex(encodeCbor(2 ** -25))).toBe('fa33000000')
    expect(toHex(encodeCbor(0.1))).toBe('fb3fb999999999999a')
  })

  it.each([
    [2 + 2 ** -51, 'fb4000000000000001'],
    [-2 - 2 ** -51, 'fbc000000000000001'],
    [1 + 2 ** -52, 'fb3ff0000000000001'],
    [1 + 2 ** -23, 'fa3f800001'],
    [1 + 2 ** -11, 'fa3f801000'],
    [1 + 2 ** -10, 'f93c01'],
    [2 - 2 ** -52, 'fb3fffffffffffffff'],
    [1.9990234375 + 2 ** -52, 'fb3ffffc0000000001'],
    [0.5 + 2 ** -53, 'fb3fe0000000000001'],
    [2 ** -14 + 2 ** -66, 'fb3f10000000000001'],
    [2 ** -14 - 2 ** -67, 'fb3f0fffffffffffff'],
    [1023.5 + 2 ** -43, 'fb408ffc0000000001'],
    [65_504 - 2 ** -37, 'fb40effbffffffffff'],
  ])('writes %d, which lies beside a shorter number, as itself', (value, hex) => {
    expect(toHex(encodeCbor(value))).toBe(hex)
    const read = decodeCbor(encodeCbor(value))
    expect(read.ok && plain(read.value)).toEqual({ kind: 'float', value })
  })

  it('throws for what CBOR cannot say', () => {
    expect(() => encodeCbor(2n ** 64n)).toThrow(RangeError)
    expect(() => encodeCbor('\ud800')).toThrow(TypeError)
    expect(() => encodeCbor(Object.create(null))).toThrow(TypeError)
  })

  it('writes the same bytes in whatever order a map was filled', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(anyKey, anyValue), { selector: ([key]) => key }), (entries) => {
        const forwards = encodeCbor([new Map(entries), 1])
        expect(toHex(encodeCbor([new Map(entries.toReversed()), 1]))).toBe(toHex(forwards))
      }),
    )
  })

  it('writes nothing over what it wrote before', () => {
    const first = encodeCbor(['first', new Uint8Array(100)])
    const copy = toHex(first)
    encodeCbor(['other', new Uint8Array(200_000).fill(1)])
    expect(() => encodeCbor(['x', '\udc00'])).toThrow(TypeError)
    encodeCbor([1, 2, 3])
    expect(toHex(first)).toBe(copy)
  })

  it('writes what is read back as the same value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = encodeCbor(value)
        const read = decodeCbor(bytes, { maxDepth: 64 })
        expect(read.ok && plain(read.value)).toEqual(value)
        expect(read.ok && toHex(encodeCbor(plain(read.value)))).toBe(toHex(bytes))
      }),
    )
  })
})

const anyKey = fc.oneof(fc.integer(), fc.string({ unit: 'grapheme' }))
const anyValue: fc.Arbitrary<CborInput> = fc.letrec<{ value: CborInput }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeInteger().filter((value) => !Object.is(value, -0)),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.double().map((value) => ({ kind: 'float', value }) as const),
    fc.constantFrom(true, false, null, undefined),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(anyKey, tie('value')), { maxLength: 5 }).map((entries) => new Map(entries)),
    fc.tuple(fc.nat(), tie('value')).map(([tag, content]) => tagged(tag, content)),
  ),
})).value
