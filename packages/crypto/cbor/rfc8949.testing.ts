/** The examples of RFC 8949 appendix A: bytes and what they mean. */
import { fromHex } from '@countersign/testing/hex'
import { type CborInput, type CborValue, isBytes, tagged } from './value.ts'

export interface CborExample {
  readonly hex: string
  readonly value: CborInput
}

const float = (value: number): CborValue => ({ kind: 'float', value })
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1)
const bytes = fromHex

/** In the deterministic form. */
export const EXAMPLES: readonly CborExample[] = [
  { hex: '00', value: 0 },
  { hex: '01', value: 1 },
  { hex: '0a', value: 10 },
  { hex: '17', value: 23 },
  { hex: '1818', value: 24 },
  { hex: '1819', value: 25 },
  { hex: '1864', value: 100 },
  { hex: '1903e8', value: 1000 },
  { hex: '1a000f4240', value: 1_000_000 },
  { hex: '1b000000e8d4a51000', value: 1_000_000_000_000 },
  { hex: '1bffffffffffffffff', value: 18_446_744_073_709_551_615n },
  { hex: 'c249010000000000000000', value: tagged(2, bytes('010000000000000000')) },
  { hex: '3bffffffffffffffff', value: -18_446_744_073_709_551_616n },
  { hex: 'c349010000000000000000', value: tagged(3, bytes('010000000000000000')) },
  { hex: '20', value: -1 },
  { hex: '29', value: -10 },
  { hex: '3863', value: -100 },
  { hex: '3903e7', value: -1000 },
  { hex: 'f90000', value: float(0) },
  { hex: 'f98000', value: float(-0) },
  { hex: 'f93c00', value: float(1) },
  { hex: 'fb3ff199999999999a', value: float(1.1) },
  { hex: 'f93e00', value: float(1.5) },
  { hex: 'f97bff', value: float(65_504) },
  { hex: 'fa47c35000', value: float(100_000) },
  { hex: 'fa7f7fffff', value: float((2 - 2 ** -23) * 2 ** 127) },
  { hex: 'fb7e37e43c8800759c', value: float(1e300) },
  { hex: 'f90001', value: float(2 ** -24) },
  { hex: 'f90400', value: float(2 ** -14) },
  { hex: 'f9c400', value: float(-4) },
  { hex: 'fbc010666666666666', value: float(-4.1) },
  { hex: 'f97c00', value: float(Number.POSITIVE_INFINITY) },
  { hex: 'f97e00', value: float(Number.NaN) },
  { hex: 'f9fc00', value: float(Number.NEGATIVE_INFINITY) },
  { hex: 'f4', value: false },
  { hex: 'f5', value: true },
  { hex: 'f6', value: null },
  { hex: 'f7', value: undefined },
  { hex: 'c074323031332d30332d32315432303a30343a30305a', value: tagged(0, '2013-03-21T20:04:00Z') },
  { hex: 'c11a514b67b0', value: tagged(1, 1_363_896_240) },
  { hex: 'c1fb41d452d9ec200000', value: tagged(1, float(1_363_896_240.5)) },
  { hex: 'd74401020304', value: tagged(23, bytes('01020304')) },
  { hex: 'd818456449455446', value: tagged(24, bytes('6449455446')) },
  { hex: 'd82076687474703a2f2f7777772e6578616d706c652e636f6d', value: tagged(32, 'http://www.example.com') },
  { hex: '40', value: bytes('') },
  { hex: '4401020304', value: bytes('01020304') },
  { hex: '60', value: '' },
  { hex: '6161', value: 'a' },
  { hex: '6449455446', value: 'IETF' },
  { hex: '62225c', value: '"\\' },
  { hex: '62c3bc', value: '\u00fc' },
  { hex: '63e6b0b4', value: '\u6c34' },
  { hex: '64f0908591', value: '\ud800\udd51' },
  { hex: '80', value: [] },
  { hex: '83010203', value: [1, 2, 3] },
  { hex: '8301820203820405', value: [1, [2, 3], [4, 5]] },
  { hex: '98190102030405060708090a0b0c0d0e0f101112131415161718181819', value: range(25) },
  { hex: 'a0', value: new Map() },
  {
    hex: 'a201020304',
    value: new Map([
      [1, 2],
      [3, 4],
    ]),
  },
  {
    hex: 'a26161016162820203',
    value: new Map<string, CborInput>([
      ['a', 1],
      ['b', [2, 3]],
    ]),
  },
  { hex: '826161a161626163', value: ['a', new Map([['b', 'c']])] },
  {
    hex: 'a56161614161626142616361436164614461656145',
    value: new Map(['a', 'b', 'c', 'd', 'e'].map((letter) => [letter, letter.toUpperCase()])),
  },
]

/** Longer spellings of numbers that have a shorter one. */
export const WIDE_FLOATS: readonly CborExample[] = [
  { hex: 'fa7f800000', value: float(Number.POSITIVE_INFINITY) },
  { hex: 'fa7fc00000', value: float(Number.NaN) },
  { hex: 'faff800000', value: float(Number.NEGATIVE_INFINITY) },
  { hex: 'fb7ff0000000000000', value: float(Number.POSITIVE_INFINITY) },
  { hex: 'fb7ff8000000000000', value: float(Number.NaN) },
  { hex: 'fbfff0000000000000', value: float(Number.NEGATIVE_INFINITY) },
]

/** Simple values that nobody gave a meaning. */
export const SIMPLE_VALUES: readonly string[] = ['f0', 'f818', 'f8ff']

export const INDEFINITE_LENGTHS: readonly string[] = [
  '5f42010243030405ff',
  '7f657374726561646d696e67ff',
  '9fff',
  '9f018202039f0405ffff',
  '9f01820203820405ff',
  '83018202039f0405ff',
  '83019f0203ff820405',
  '9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff',
  'bf61610161629f0203ffff',
  '826161bf61626163ff',
  'bf6346756ef563416d7421ff',
]

/** What was read, without the bytes it was read from. */
export function plain(value: CborValue): CborInput {
  if (typeof value !== 'object' || value === null || isBytes(value)) return value
  switch (value.kind) {
    case 'array':
      return value.items.map(plain)
    case 'map':
      return new Map(Array.from(value.entries, ([key, inner]) => [key, plain(inner)]))
    case 'tag':
      return tagged(value.tag, plain(value.content))
    case 'float':
      return value
  }
}
