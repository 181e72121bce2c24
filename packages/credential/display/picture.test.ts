import { decodeBase64, decodeUtf8, encodeUtf8 } from '@countersign/core/base64url'
import { describe, expect, it } from 'vitest'
import { readPicture } from './picture.ts'

const zeros = (count: number) => Array.from({ length: count }, () => 0)
const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? Array.from(part, (character) => character.charCodeAt(0)) : part,
    ),
  )
const png = (width: number, height: number) =>
  bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', word(width), word(height), [8, 6, 0, 0, 0])
const word = (value: number) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]
const short = (value: number) => [value & 255, value >> 8]
const webp = (kind: string, rest: readonly number[]) => bytes('RIFF', word(0), 'WEBP', kind, word(0), rest)

describe('a picture', () => {
  it.each([
    ['image/png', png(200, 100)],
    [
      'image/png',
      decodeBase64(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      ) ?? new Uint8Array(),
    ],
    ['image/gif', bytes('GIF89a', short(200), short(100), [0, 0, 0])],
    ['image/webp', webp('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, ...short(200), ...short(100)])],
    ['image/webp', webp('VP8L', [0x2f, 0xc7, 0xc0, 0x18, 0x00, 0, 0, 0, 0, 0])],
    ['image/webp', webp('VP8X', [0, 0, 0, 0, 199, 0, 0, 99, 0, 0])],
    [
      'image/jpeg',
      bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1, 0xff, 0xc0, 0, 17, 8, 0, 100, 0, 200, 3, 1, 0x22, 0]),
    ],
  ])('is %s by its first bytes', (type, content) => {
    expect(readPicture(content)).toEqual({ type, bytes: content })
  })

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['a program', encodeUtf8('<script>alert(1)</script>')],
    ['a page', encodeUtf8('<!doctype html><h1>x</h1>')],
    ['one that is too wide', png(2049, 1)],
    ['one that is too high', png(1, 4_000_000_000)],
    ['one of no size', png(0, 10)],
    ['one that is cut off', png(1, 1).slice(0, 20)],
    ['a JPEG without a frame', bytes([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, ...zeros(40)])],
    ['a WebP of another kind', webp('VP9 ', zeros(20))],
    ['another picture', bytes('BM', zeros(60))],
  ])('is not %s', (_what, content) => {
    expect(readPicture(content)).toBeUndefined()
  })

  it('that is a drawing is written anew', () => {
    const drawing =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'
    const read = readPicture(encodeUtf8(drawing))
    expect(read?.type).toBe('image/svg+xml')
    expect(decodeUtf8(read?.bytes ?? new Uint8Array())).toContain('<rect')
  })

  it.each(['<script>1</script>', '<image href="https://evil.example/x"/>', '<rect onload="x"/>'])(
    'that is a drawing is none with %s',
    (inside) => {
      const drawing = `<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`
      const read = readPicture(encodeUtf8(drawing))
      expect(decodeUtf8(read?.bytes ?? new Uint8Array()) ?? '').not.toMatch(/script|evil|onload/)
    },
  )
})
