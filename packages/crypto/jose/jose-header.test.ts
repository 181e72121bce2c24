import { encodeBase64url, encodeUtf8 } from '@countersign/core/base64url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeJsonPart, readHeader } from './jose-header.ts'

const LIMIT = 65_536
const textOf = (value: unknown) => encodeBase64url(encodeUtf8(JSON.stringify(value)))
const long = (name: string, length = 600) => textOf({ alg: 'ES256', x5c: [name + 'A'.repeat(length)] })

function readPart(text: string) {
  const part = decodeJsonPart(text, { maxBytes: LIMIT })
  return part.ok ? part.value : undefined
}

describe('a header', () => {
  it('is what stands there, the first time and again', () => {
    const text = long('one')
    const expected = readPart(text)
    for (const _ of [1, 2, 3]) expect(readHeader(text, LIMIT)).toEqual(expected)
  })

  it('of certificates is read once, and nobody can change it for the others', () => {
    const text = long('shared')
    const first = readHeader(text, LIMIT)
    expect(readHeader(`${text}`, LIMIT)).toBe(first)
    expect(() => Object.assign(first?.x5c ?? {}, { 0: 'x' })).toThrow(TypeError)
    expect(() => Object.assign(first ?? {}, { alg: 'none' })).toThrow(TypeError)
  })

  it('of a type and an algorithm is read once, too', () => {
    const text = textOf({ typ: 'kb+jwt', alg: 'ES256' })
    expect(readHeader(`${text}`, LIMIT)).toBe(readHeader(text, LIMIT))
  })

  it('is not mixed up with one that begins like it', () => {
    const [a, b] = [long('same'), long('same', 601)]
    expect(readHeader(a, LIMIT)).not.toEqual(readHeader(b, LIMIT))
  })

  it('is forgotten when enough others came, and read again', () => {
    const text = long('early')
    const first = readHeader(text, LIMIT)
    for (let at = 0; at < 100; at++) readHeader(long(`other ${at}`), LIMIT)
    const again = readHeader(text, LIMIT)
    expect(again).not.toBe(first)
    expect(again).toEqual(first)
  })

  it.each([
    ['one with a key', textOf({ alg: 'ES256', jwk: { x: 'A'.repeat(100) } })],
    ['a huge one', long('huge', 9000)],
  ])('is not kept: %s', (_name, text) => {
    expect(readHeader(text, LIMIT)).not.toBe(readHeader(text, LIMIT))
  })

  it('that is refused stays refused', () => {
    const twice = encodeBase64url(encodeUtf8(`{"alg":"ES256","alg":"none","x":"${'A'.repeat(600)}"}`))
    for (const _ of [1, 2]) expect(readHeader(twice, LIMIT)).toBeUndefined()
  })

  it('is whatever the part is, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.object().map(textOf), fc.string({ minLength: 500 })), (text) => {
        expect(readHeader(text, LIMIT)).toEqual(readPart(text))
      }),
    )
  })
})
