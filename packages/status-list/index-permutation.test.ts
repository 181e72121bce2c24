import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PERMUTATION_KEY_BYTES, permuteIndex } from './index-permutation.ts'
import { sipHash } from './siphash.ts'

const KEY = Uint8Array.from({ length: PERMUTATION_KEY_BYTES }, (_, at) => at)
const someKey = fc.uint8Array({ minLength: PERMUTATION_KEY_BYTES, maxLength: PERMUTATION_KEY_BYTES })

function indices(size: number, key = KEY, count = size): readonly number[] {
  return Array.from({ length: count }, (_, position) => permuteIndex(position, size, key))
}

describe('SipHash-2-4', () => {
  // Reference outputs of the authors' implementation for the key 00..0f and the input 00, 01, 02 … of that length.
  it.each([
    [0, '726fdb47dd0e0e31'],
    [1, '74f839c593dc67fd'],
    [7, 'ab0200f58b01d137'],
    [8, '93f5f5799a932462'],
    [15, 'a129ca6149be45e5'],
  ])('answers for %i bytes as its authors say', (length, expected) => {
    const [low, high] = sipHash(
      KEY,
      Uint8Array.from({ length }, (_, at) => at),
    )
    const hex = (half: number) => half.toString(16).padStart(8, '0')
    expect(hex(high) + hex(low)).toBe(expected)
  })

  it('wants a key of 16 bytes', () => {
    expect(() => sipHash(new Uint8Array(15), new Uint8Array())).toThrow(RangeError)
  })
})

describe('the index of a position', () => {
  it('is nobody else’s, for every size from 1 to 300', () => {
    for (let size = 1; size <= 300; size++) {
      const all = indices(size)
      expect(new Set(all).size).toBe(size)
      expect(Math.max(...all)).toBe(size - 1)
    }
  })

  it.each([1000, 1023, 1024, 1025, 65_537, 131_072])('is nobody else’s among %i', (size) => {
    const seen = new Uint8Array(size)
    for (let position = 0; position < size; position++) {
      const index = permuteIndex(position, size, KEY)
      seen[index] = (seen[index] ?? 0) + 1
    }
    expect(seen.every((count) => count === 1)).toBe(true)
  })

  it('is nobody else’s under any key', () => {
    fc.assert(
      fc.property(someKey, fc.integer({ min: 1, max: 700 }), (key, size) => {
        expect(new Set(indices(size, key)).size).toBe(size)
      }),
      { numRuns: 40 },
    )
  })

  it('is in the list for lists of any size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 32 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (size, part) => {
          const index = permuteIndex(Math.min(size - 1, Math.floor(part * size)), size, KEY)
          expect(Number.isSafeInteger(index) && index >= 0 && index < size).toBe(true)
        },
      ),
    )
  })

  it('is the same on every instance, and another under another key', () => {
    expect(indices(1024, KEY, 50)).toEqual(indices(1024, Uint8Array.from(KEY), 50))
    const other = Uint8Array.from(KEY, (byte) => byte ^ 1)
    const others = indices(100_000, other, 1000)
    const same = indices(100_000, KEY, 1000).filter((index, at) => index === others[at])
    expect(same.length).toBeLessThan(5)
  })

  it('is spread over the list: neither order nor number of credentials shows', () => {
    const size = 2 ** 20
    const first = indices(size, KEY, 6400)
    const buckets = Array.from({ length: 64 }, () => 0)
    for (const index of first)
      buckets[Math.floor(index / (size / 64))] = (buckets[Math.floor(index / (size / 64))] ?? 0) + 1
    // Chi-square with 63 degrees of freedom: beyond 120 one time in 50,000; the key is fixed.
    const chiSquare = buckets.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0)
    expect(chiSquare).toBeLessThan(120)
    expect(chiSquare).toBeGreaterThan(25)
    const neighbours = first.filter((index, at) => Math.abs(index - (first[at - 1] ?? -size)) <= 16)
    expect(neighbours.length).toBeLessThan(5)
    const rising = first.filter((index, at) => at > 0 && index > (first[at - 1] ?? 0)).length
    expect(Math.abs(rising - 3200)).toBeLessThan(200)
  })

  it('has no fixed pattern in its low bits either', () => {
    const residues = Array.from({ length: 16 }, () => 0)
    for (const index of indices(2 ** 20, KEY, 4800)) residues[index % 16] = (residues[index % 16] ?? 0) + 1
    expect(residues.reduce((sum, count) => sum + (count - 300) ** 2 / 300, 0)).toBeLessThan(45)
  })

  it.each([
    [10, 10],
    [-1, 10],
    [0.5, 10],
    [0, 0],
    [0, 2 ** 32 + 1],
    [0, 1.5],
  ])('does not exist for position %d of %d', (position, size) => {
    expect(() => permuteIndex(position, size, KEY)).toThrow(RangeError)
  })
})
