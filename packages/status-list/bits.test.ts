import { decodeBase64url } from '@countersign/core/base64url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countStatuses, getStatus, newStatusBits, type StatusSize, setStatus } from './bits.ts'
import { TOKEN_STATUS_LIST_VECTORS, VECTOR_ENTRIES } from './token-status-list-vectors.testing.ts'
import { webCompression } from './web-compression.ts'

const SIZES: readonly StatusSize[] = [1, 2, 4, 8]
const ORDERS = ['least_significant_first', 'most_significant_first'] as const

const sameBytes = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, at) => byte === b[at])
const bytesOf = (text: string) => decodeBase64url(text) ?? new Uint8Array()

describe('statuses in bytes', () => {
  it.each([
    { size: 1, statuses: [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1], bytes: [0xb9, 0xa3] },
    { size: 2, statuses: [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3], bytes: [0xc9, 0x44, 0xf9] },
  ] as const)('are packed as the example of Token Status List §4.1 with $size bits', (example) => {
    const bits = newStatusBits(example.statuses.length, example.size, 'least_significant_first')
    for (const [index, status] of example.statuses.entries()) setStatus(bits, index, status)
    expect([...bits.bytes]).toEqual(example.bytes)
  })

  it.each(TOKEN_STATUS_LIST_VECTORS)(
    'agree with appendix C for $size bits',
    async ({ lst, size, statuses }) => {
      const made = newStatusBits(VECTOR_ENTRIES, size, 'least_significant_first')
      for (const [index, status] of statuses) setStatus(made, index, status)
      const inflated = await webCompression.inflate(bytesOf(lst), 2 ** 20)
      const bytes = inflated.ok ? inflated.value : new Uint8Array()
      expect(sameBytes(made.bytes, bytes)).toBe(true)
      const read = { bytes, size, order: 'least_significant_first' } as const
      expect(countStatuses(read)).toBe(VECTOR_ENTRIES)
      for (const [index, status] of statuses) expect(getStatus(read, index)).toBe(status)
    },
  )

  it('are empty in the example of Bitstring Status List §2.2', async () => {
    const encoded = 'H4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA'
    const empty = newStatusBits(131_072, 1, 'most_significant_first')
    expect(await webCompression.gunzip(bytesOf(encoded), 2 ** 20)).toEqual({ ok: true, value: empty.bytes })
  })

  it('begin with the left-most bit in a Bitstring Status List', () => {
    const bits = newStatusBits(16, 1, 'most_significant_first')
    setStatus(bits, 0, 1)
    setStatus(bits, 9, 1)
    expect([...bits.bytes]).toEqual([0b1000_0000, 0b0100_0000])
  })

  it('say something else in the other order', () => {
    const bytes = Uint8Array.of(0b0000_0001)
    expect(getStatus({ bytes, size: 1, order: 'least_significant_first' }, 0)).toBe(1)
    expect(getStatus({ bytes, size: 1, order: 'most_significant_first' }, 0)).toBe(0)
    expect(getStatus({ bytes, size: 1, order: 'most_significant_first' }, 7)).toBe(1)
  })

  it('of odd sizes lie across bytes', () => {
    const bits = {
      bytes: Uint8Array.of(0b1010_0110, 0b1100_0000),
      size: 3,
      order: 'most_significant_first',
    } as const
    expect([0, 1, 2, 3, 4].map((index) => getStatus(bits, index))).toEqual([5, 1, 5, 4, 0])
    expect(countStatuses(bits)).toBe(5)
    expect(getStatus(bits, 5)).toBeUndefined()
    const wide = {
      bytes: Uint8Array.of(0xff, 0xff, 0xff, 0xff),
      size: 32,
      order: 'most_significant_first',
    } as const
    expect(getStatus(wide, 0)).toBe(0xffff_ffff)
  })

  it('outside of the list are not there', () => {
    const bits = newStatusBits(9, 1, 'least_significant_first')
    expect(countStatuses(bits)).toBe(16)
    for (const index of [16, -1, 0.5, 2 ** 31, 2 ** 53 - 1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(getStatus(bits, index)).toBeUndefined()
    }
  })

  it.each([
    ['an index beyond the end', 1024, 0],
    ['a negative index', -1, 0],
    ['half an index', 1.5, 0],
    ['a status that is too large', 0, 4],
    ['a negative status', 0, -1],
  ])('are not written for %s', (_what, index, status) => {
    expect(() => setStatus(newStatusBits(1024, 2, 'least_significant_first'), index, status)).toThrow(
      RangeError,
    )
  })

  it('are not written in a size that no list has, nor for a list of nothing', () => {
    const odd = { bytes: new Uint8Array(3), size: 3, order: 'most_significant_first' } as const
    expect(() => setStatus(odd, 0, 1)).toThrow(RangeError)
    expect(() => newStatusBits(0, 1, 'most_significant_first')).toThrow(RangeError)
    expect(() => newStatusBits(1.5, 1, 'most_significant_first')).toThrow(RangeError)
  })

  it('keep each its own place, in every size and order', () => {
    const entries = fc.array(fc.tuple(fc.nat(499), fc.nat(255)), { maxLength: 60 })
    fc.assert(
      fc.property(fc.constantFrom(...SIZES), fc.constantFrom(...ORDERS), entries, (size, order, changes) => {
        const bits = newStatusBits(500, size, order)
        const expected = Array.from({ length: 500 }, () => 0)
        for (const [index, value] of changes) {
          const status = value % 2 ** size
          setStatus(bits, index, status)
          expected[index] = status
        }
        expect(expected.map((_, index) => getStatus(bits, index))).toEqual(expected)
      }),
    )
  })
})
