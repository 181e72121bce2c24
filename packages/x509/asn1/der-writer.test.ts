import { derFromJose, joseFromDer } from '@countersign/crypto/ecdsa-der'
import { toHex } from '@countersign/testing/hex'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readInteger, readSequence } from './der.ts'
import * as der from './der-writer.ts'

describe('DER', () => {
  it.each([
    ['zero', der.unsignedInteger(Uint8Array.of(0, 0)), '020100'],
    ['a number with its sign bit set', der.unsignedInteger(Uint8Array.of(0, 0x80)), '02020080'],
    ['true', der.boolean(true), '0101ff'],
    ['an empty sequence', der.sequence(), '3000'],
    ['digitalSignature', der.namedBits(0), '03020780'],
    ['keyCertSign and cRLSign', der.namedBits(5, 6), '03020106'],
    ['a ninth bit', der.namedBits(8), '0303070080'],
    ['an object identifier', der.objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    ['an arc of the second root above 39', der.objectIdentifier('2.999'), '06028837'],
    [
      'a time before 2050',
      der.time(Date.UTC(2049, 11, 31, 23, 59, 59) / 1000),
      '170d3439313233313233353935395a',
    ],
    ['a time from 2050', der.time(Date.UTC(2050, 0, 1) / 1000), '180f32303530303130313030303030305a'],
  ])('writes %s', (_, written, expected) => {
    expect(toHex(written)).toBe(expected)
  })

  it('writes lengths in their shortest form', () => {
    expect(toHex(der.octetString(new Uint8Array(127))).slice(0, 4)).toBe('047f')
    expect(toHex(der.octetString(new Uint8Array(128))).slice(0, 6)).toBe('048180')
    expect(toHex(der.octetString(new Uint8Array(256))).slice(0, 8)).toBe('04820100')
  })

  it.each(['', '1', '3.1', '1.40', '1.2.x', '1..2', '1.-2'])(
    'throws for the object identifier "%s"',
    (dotted) => {
      expect(() => der.objectIdentifier(dotted)).toThrow()
    },
  )

  it('throws for text that is not ASCII', () => {
    expect(() => der.ascii('Möbius')).toThrow()
  })
})

/** `crypto/ecdsa-der` does it by hand, because every verification pays for it: to the same bytes, and from no others. */
describe('an ECDSA signature', () => {
  const number = (width: number) => fc.uint8Array({ minLength: width, maxLength: width })
  const numbers = fc.constantFrom(32, 48, 66).chain((width) => fc.tuple(number(width), number(width)))

  it('is written as this writer would', () => {
    fc.assert(
      fc.property(numbers, ([r, s]) => {
        const isZero = [r, s].some((one) => one.every((byte) => byte === 0))
        const written = derFromJose(Uint8Array.from([...r, ...s]), r.length)
        expect(written).toEqual(
          isZero ? undefined : der.sequence(der.unsignedInteger(r), der.unsignedInteger(s)),
        )
      }),
    )
  })

  it('is read where the reader of certificates finds two positive numbers that fit', () => {
    // Few lengths and many sign bytes, so that most texts are nearly right.
    const content = fc.array(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), { maxLength: 34 })
    const integer = fc
      .tuple(fc.constantFrom(2, 2, 2, 4), content)
      .map(([tag, bytes]) => [tag, bytes.length, ...bytes])
    const written = fc
      .uint8Array({ minLength: 30, maxLength: 34 })
      .map((bytes) => [...der.unsignedInteger(bytes)])
    const bodies = fc
      .array(fc.oneof(integer, written), { minLength: 1, maxLength: 3 })
      .map((all) => Uint8Array.from(all.flat()))
    const texts = fc.oneof(
      bodies.map((body) => der.element(0x30, body)),
      fc
        .tuple(bodies, fc.constantFrom(-1, 1))
        .map(([body, off]) => Uint8Array.of(0x30, body.length + off, ...body)),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const found = readSequence(text)?.map((element) => readInteger(element))
        const fit = found?.map((bytes) => (bytes?.[0] === 0 ? bytes.subarray(1) : bytes)) ?? []
        const isSignature =
          fit.length === 2 &&
          found?.every((bytes) => bytes !== undefined && bytes[0]! < 0x80) === true &&
          fit.every((bytes) => bytes !== undefined && bytes.length > 0 && bytes.length <= 32)
        const expected = new Uint8Array(64)
        for (const [at, bytes = new Uint8Array()] of fit.entries())
          if (isSignature) expected.set(bytes, 32 * (at + 1) - bytes.length)
        expect(joseFromDer(text, 32)).toEqual(isSignature ? expected : undefined)
      }),
      { numRuns: 2000 },
    )
  })
})
