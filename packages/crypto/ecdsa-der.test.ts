import { fromHex } from '@countersign/testing/hex'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { derFromJose, joseFromDer } from './ecdsa-der.ts'

const widths = [32, 48, 66]

/** r and s as drawn, but never zero. */
const signatures = fc
  .constantFrom(...widths)
  .chain((width) =>
    fc.tuple(fc.constant(width), fc.uint8Array({ minLength: 2 * width, maxLength: 2 * width })),
  )
  .map(([width, bytes]) => {
    bytes[width - 1] = (bytes[width - 1] ?? 0) | 1
    bytes[2 * width - 1] = (bytes[2 * width - 1] ?? 0) | 1
    return { width, bytes }
  })

describe('the two spellings of an ECDSA signature', () => {
  it('convert into each other without loss', () => {
    fc.assert(
      fc.property(signatures, ({ width, bytes }) => {
        const der = derFromJose(bytes, width)
        expect(der && joseFromDer(der, width)).toEqual(bytes)
      }),
    )
  })

  it('drop leading zeros and keep numbers positive', () => {
    const signature = new Uint8Array(64)
    signature[31] = 0x7f
    signature[63] = 0x80
    expect(derFromJose(signature, 32)).toEqual(fromHex('300702017f02020080'))
  })

  it('use the long length form where P-521 needs it', () => {
    const der = derFromJose(new Uint8Array(132).fill(0xff), 66)
    expect(der?.subarray(0, 3)).toEqual(fromHex('30818a'))
  })

  it('do not change what was written before', () => {
    const signature = new Uint8Array(64).fill(1)
    const first = derFromJose(signature, 32)
    for (let more = 0; more < 300; more++) derFromJose(new Uint8Array(64).fill(0xff), 32)
    expect(first && joseFromDer(first, 32)).toEqual(signature)
    expect(derFromJose(signature, 32)).toEqual(first)
  })

  it('refuse zero and wrong widths', () => {
    const onlyR = new Uint8Array(64).fill(1, 0, 32)
    const onlyS = new Uint8Array(64).fill(1, 32)
    for (const signature of [
      new Uint8Array(64),
      onlyR,
      onlyS,
      new Uint8Array(63).fill(1),
      new Uint8Array(),
    ]) {
      expect(derFromJose(signature, 32)).toBeUndefined()
    }
  })

  it.each([
    ['trailing byte', '300602010102010200'],
    ['byte after s inside the sequence', '300702010102010200'],
    ['negative number', '3006020181020101'],
    ['padding without need', '300702020001020101'],
    ['zero', '3006020100020101'],
    ['indefinite length', '30800201010201010000'],
    ['long form for a short length', '308106020101020101'],
    ['number wider than the curve', `3026${'0221'}${'01'.repeat(33)}${'0201'}01`],
    ['cut', '300602010102'],
    ['empty', ''],
  ])('refuse DER with %s', (_, text) => {
    expect(joseFromDer(fromHex(text), 32)).toBeUndefined()
  })

  it('never throw, whatever is read', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void joseFromDer(bytes, 32)))
  })
})
