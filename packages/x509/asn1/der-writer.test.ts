import { toHex } from '@countersign/testing/hex'
import { describe, expect, it } from 'vitest'
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
