import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  readBoolean,
  readChildren,
  readDer,
  readInteger,
  readNamedBits,
  readObjectIdentifier,
  readTime,
  TAG,
} from './der.ts'
import { element as der, objectIdentifier } from './der-writer.ts'

const element = (tag: number, ...contents: readonly number[]) => {
  const bytes = Uint8Array.from(contents)
  return { tag, contents: bytes, whole: der(tag, bytes) }
}
const text = (value: string) => Array.from(value, (character) => character.charCodeAt(0))

describe('DER', () => {
  it('is read back as it was written, in every size', () => {
    for (const size of [0, 1, 127, 128, 255, 256, 60_000]) {
      const bytes = der(TAG.octetString, new Uint8Array(size))
      expect(readDer(bytes, TAG.octetString)?.contents).toHaveLength(size)
    }
  })

  it.each<[string, readonly number[]]>([
    ['an indefinite length', [0x30, 0x80, 0, 0]],
    ['a long form where the short one does', [0x30, 0x81, 1, 0]],
    ['a length with a leading zero', [0x30, 0x82, 0, 1, 0]],
    ['a length of four bytes', [0x30, 0x84, 0, 0, 0, 0]],
    ['less than it says', [0x30, 2, 0]],
    ['more than it says', [0x30, 0, 0]],
    ['another tag', [0x31, 0]],
    ['a tag of several bytes', [0x3f, 0x81, 0]],
    ['nothing', []],
  ])('is refused with %s', (_what, bytes) => {
    expect(readDer(Uint8Array.from(bytes), TAG.sequence)).toBeUndefined()
  })

  it('is refused with children without number or beyond the end', () => {
    const child = der(TAG.octetString)
    const parent = (count: number) => readDer(der(0x30, ...Array(count).fill(child)), 0x30)
    expect(readChildren(parent(128))).toHaveLength(128)
    expect(readChildren(parent(129))).toBeUndefined()
    expect(readChildren(element(0x30, 4, 2, 0))).toBeUndefined()
  })

  it('has one spelling for an integer', () => {
    expect(readInteger(element(TAG.integer, 0, 0x80))).toHaveLength(2)
    expect(readInteger(element(TAG.integer))).toBeUndefined()
    expect(readInteger(element(TAG.integer, 0, 0x7f))).toBeUndefined()
    expect(readInteger(element(TAG.integer, 0xff, 0x80))).toBeUndefined()
  })

  it('has one spelling for an object identifier', () => {
    for (const dotted of ['1.2.840.10045.4.3.2', '2.5.29.15', '2.999.3', '0.9.2342', '1.3.101.112']) {
      expect(readObjectIdentifier(readDer(objectIdentifier(dotted), 0x06))).toBe(dotted)
    }
    for (const contents of [[], [0x80, 1], [0x2a, 0x81], Array(64).fill(0xff)]) {
      expect(readObjectIdentifier(element(0x06, ...contents))).toBeUndefined()
    }
  })

  it('has one spelling for bits and truth', () => {
    expect(readNamedBits(element(0x03, 2, 0x84))).toEqual([0, 5])
    expect(readNamedBits(element(0x03, 7, 0, 0x80))).toEqual([8])
    expect(readNamedBits(element(0x03, 3, 0x84))).toBeUndefined()
    expect(readNamedBits(element(0x03, 8, 0))).toBeUndefined()
    expect(readNamedBits(element(0x03))).toBeUndefined()
    expect(readBoolean(element(0x01, 0xff))).toBe(true)
    expect(readBoolean(element(0x01, 1))).toBeUndefined()
  })

  it.each([
    [TAG.utcTime, '260101000000Z', 1_767_225_600],
    [TAG.utcTime, '500101000000Z', -631_152_000],
    [TAG.generalizedTime, '20500101000000Z', 2_524_608_000],
    [TAG.generalizedTime, '20240229235959Z', 1_709_251_199],
    [TAG.generalizedTime, '20230229000000Z', undefined],
    [TAG.generalizedTime, '20230230000000Z', undefined],
    [TAG.generalizedTime, '20260101240000Z', undefined],
    [TAG.generalizedTime, '99991231235959Z', 253_402_300_799],
    [TAG.generalizedTime, '20260101000000.5Z', undefined],
    [TAG.generalizedTime, '20260101000000', undefined],
    [TAG.utcTime, '260101000060Z', undefined],
    [TAG.utcTime, '2601010000Z', undefined],
    [TAG.utcTime, '260101000000+0100', undefined],
  ])('reads the time %i %s as %s', (tag, value, expected) => {
    expect(readTime(element(tag, ...text(value)))).toBe(expected)
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const first = readChildren(element(0x30, ...bytes))
        expect(first === undefined || Array.isArray(first)).toBe(true)
      }),
    )
  })
})
