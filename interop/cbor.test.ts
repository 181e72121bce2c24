/** Our CBOR against two other implementations of RFC 8949: what each writes, and what each refuses to read. */
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborInput, type CborKey, type CborValue, isBytes } from '@countersign/crypto/cbor/value'
import * as cbor2 from 'cbor2'
import * as cborg from 'cborg'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** Values that all three write alike: numbers with a fraction are floating-point numbers, all others integers. */
type Plain = number | bigint | string | boolean | null | Uint8Array | readonly Plain[] | Map<CborKey, Plain>

const MAX_UINT64 = 2n ** 64n - 1n

/** A fraction below the least normal number of half precision, which holds it all the same: cborg writes it in four bytes. */
const isSmallHalf = (value: number) => Math.abs(value) < 2 ** -14 && Number.isInteger(value * 2 ** 24)

const integer = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt(BigInt(Number.MAX_SAFE_INTEGER) + 1n, MAX_UINT64),
  fc.bigInt(-(2n ** 64n), -(2n ** 53n) - 1n),
  fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, -1, -24, -25, -(2 ** 32)),
)
const fraction = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
  )
  .filter((value) => !Number.isInteger(value) && !isSmallHalf(value))
const text = fc.string({ unit: 'grapheme', maxLength: 300 })
const bytes = fc.uint8Array({ maxLength: 300 })
const key = fc.oneof(fc.integer(), fc.string({ maxLength: 30 }))

const { value: plain } = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    integer,
    fraction,
    text,
    bytes,
    fc.constantFrom(true, false, null),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map((entries) => new Map(entries)),
  ),
}))

/** What was read, without the difference that JavaScript does not make between integers and floating-point numbers. */
function toPlain(value: CborValue): unknown {
  if (typeof value !== 'object' || value === null || isBytes(value)) return value
  switch (value.kind) {
    case 'float':
      return value.value
    case 'array':
      return value.items.map(toPlain)
    case 'map':
      return new Map(Array.from(value.entries, ([name, inner]) => [name, toPlain(inner)]))
    case 'tag':
      return { tag: value.tag, content: toPlain(value.content) }
  }
}

function read(encoded: Uint8Array): unknown {
  const decoded = decodeCbor(encoded)
  if (!decoded.ok) throw new Error(decoded.error.code)
  return toPlain(decoded.value)
}

const hexOf = (encoded: Uint8Array) => Buffer.from(encoded).toString('hex')
const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

const CBORG_STRICT = {
  strict: true,
  useMaps: true,
  allowIndefinite: false,
  rejectDuplicateMapKeys: true,
} as const

/** Keys of a map may come in any order, and floating-point numbers in any width: what issuers sign is never written anew. */
const CBOR2_ANY_ORDER = {
  preferMap: true,
  sortKeys: null,
  rejectDuplicateKeys: true,
  rejectLongFloats: false,
} as const

/** Each with its name, how it writes deterministically, and how it reads strictly. */
const OTHERS: readonly {
  readonly name: string
  write(value: unknown): Uint8Array
  read(encoded: Uint8Array): unknown
}[] = [
  {
    name: 'cborg',
    write: (value) => new Uint8Array(cborg.encode(value, cborg.rfc8949EncodeOptions)),
    read: (encoded) => cborg.decode(encoded, CBORG_STRICT),
  },
  {
    name: 'cbor2',
    write: (value) => new Uint8Array(cbor2.encode(value, cbor2.cdeEncodeOptions)),
    read: (encoded) => cbor2.decode(encoded, { ...cbor2.cdeDecodeOptions, ...CBOR2_ANY_ORDER }),
  },
]

/** An end too early, content that is not there, reserved forms, and a break where there is nothing to end. */
const NOT_WELL_FORMED = `
  18 19 1a 1b 1901 1a0102 1b01020304050607 38 58 78 98 9a01ff00 b8 d8 f8 f900 fa0000
  fb000000 41 61 5affffffff00 5bffffffffffffffff010203 7affffffff00
  7b7fffffffffffffff010203 81 818181818181818181 8200 a1 a20102 a100 a2000000 c0 1c 1d 1e
  3c 5c 7d 9e bc dd fe f800 f801 f818 f81f ff 81ff 8200ff a1ff a1ff00 a100ff a20000ff
`
  .trim()
  .split(/\s+/)

/** Numbers and lengths that would fit in fewer bytes, indefinite lengths, and keys that are equal. */
const NOT_DETERMINISTIC = `
  1817 1900ff 1a0000ffff 1b00000000ffffffff 3817 580141 780161 980100 b8010000 5f4100ff
  7f6100ff 9f00ff bf0000ff 819f00ff a201000100 a2616100616101 81a201000100
`
  .trim()
  .split(/\s+/)

/** IEEE 754 binary16: a sign, five bits of exponent, ten of the significand. */
function fromHalf(bits: number): number {
  const sign = bits >> 15 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const significand = bits & 0x3ff
  if (exponent === 0x1f) return Number.NaN
  return sign * (exponent === 0 ? significand * 2 ** -24 : (1024 + significand) * 2 ** (exponent - 25))
}

/** Of what all three have a value for. */
function isPlain(value: CborValue): boolean {
  if (value === undefined) return false
  if (typeof value !== 'object' || value === null || isBytes(value)) return true
  switch (value.kind) {
    case 'float':
      return !Number.isInteger(value.value) && Number.isFinite(value.value) && !isSmallHalf(value.value)
    case 'array':
      return value.items.every(isPlain)
    case 'map':
      return Array.from(value.entries.values()).every(isPlain)
    case 'tag':
      return false
  }
}

describe.each(OTHERS)('beside $name', (other) => {
  it('the largest negative integer that no number holds is the same (cbor2 reads a number, and writes that as a fraction)', () => {
    const value = -(2n ** 53n)
    expect(hexOf(encodeCbor(value))).toBe(hexOf(other.write(value)))
    expect(read(other.write(value))).toBe(value)
  })

  it('every fraction that half precision holds is the same, in two bytes (cborg takes four for the smallest)', () => {
    for (let bits = 0; bits < 0x1_0000; bits++) {
      const value = fromHalf(bits)
      if (Number.isInteger(value) || !Number.isFinite(value)) continue
      const written = encodeCbor(value)
      expect(hexOf(written)).toBe(`f9${bits.toString(16).padStart(4, '0')}`)
      if (other.name === 'cborg' && isSmallHalf(value)) expect(other.read(written)).toBe(value)
      else expect(hexOf(other.write(value))).toBe(hexOf(written))
    }
  })

  it('any value has the same bytes (RFC 8949 §4.2.1)', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(hexOf(encodeCbor(value as CborInput))).toBe(hexOf(other.write(value)))
      }),
    )
  })

  it('what it writes is read here, and what is written here is read there', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(read(other.write(value))).toEqual(value)
        const written = encodeCbor(value as CborInput)
        expect(hexOf(other.write(other.read(written)))).toBe(hexOf(written))
      }),
    )
  })

  it('what is read here of damaged bytes is read there as the same', () => {
    const damage = fc.tuple(fc.nat(), fc.nat({ max: 255 }))
    let accepted = 0
    fc.assert(
      fc.property(plain, fc.array(damage, { minLength: 1, maxLength: 2 }), (value, changes) => {
        const damaged = encodeCbor(value as CborInput)
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte
        const decoded = decodeCbor(damaged)
        // Nothing of ours writes a tag or `undefined` again without knowing what it is.
        if (!decoded.ok || !isPlain(decoded.value)) return
        accepted++
        expect(hexOf(other.write(other.read(damaged)))).toBe(
          hexOf(encodeCbor(toPlain(decoded.value) as CborInput)),
        )
      }),
      { numRuns: 1000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  it.each(NOT_WELL_FORMED)('both refuse %s (RFC 8949 appendix F.1)', (hex) => {
    expect(decodeCbor(fromHex(hex)).ok).toBe(false)
    expect(() => other.read(fromHex(hex))).toThrow()
  })

  it.each(NOT_DETERMINISTIC)('both refuse %s, which has a shorter form or says one thing twice', (hex) => {
    expect(decodeCbor(fromHex(hex)).ok).toBe(false)
    expect(() => other.read(fromHex(hex))).toThrow()
  })
})
