import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { webCompression } from './web-compression.ts'

const { deflate, gunzip, gzip, inflate } = webCompression
const BOMB_BYTES = 64 * 2 ** 20

describe('compression of the platform', () => {
  it('writes what zlib reads, and reads what zlib writes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
        expect(new Uint8Array(inflateSync(await deflate(bytes)))).toEqual(bytes)
        expect(new Uint8Array(gunzipSync(await gzip(bytes)))).toEqual(bytes)
        expect(await inflate(new Uint8Array(deflateSync(bytes)), 5000)).toEqual({ ok: true, value: bytes })
        expect(await gunzip(new Uint8Array(gzipSync(bytes)), 5000)).toEqual({ ok: true, value: bytes })
      }),
      { numRuns: 25 },
    )
  })

  it('stops at the limit, long before a bomb is as large as it would become', async () => {
    const bomb = deflateSync(new Uint8Array(BOMB_BYTES))
    const before = process.memoryUsage().arrayBuffers
    expect(await inflate(bomb, 10_000)).toEqual({ ok: false, error: { code: 'inflated_too_large' } })
    expect(await gunzip(gzipSync(new Uint8Array(100_000)), 10_000)).toMatchObject({ ok: false })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(BOMB_BYTES / 4)
  })

  it('takes what is exactly as large as the limit', async () => {
    expect(await inflate(deflateSync(new Uint8Array(1000)), 1000)).toMatchObject({ ok: true })
    expect(await inflate(deflateSync(new Uint8Array(1001)), 1000)).toMatchObject({ ok: false })
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['noise', Uint8Array.of(1, 2, 3, 4, 5)],
    ['a list that is cut off', deflateSync(Buffer.from('some statuses')).subarray(0, -3)],
    [
      'a damaged list',
      deflateSync(Buffer.from('some statuses')).map((byte, at) => (at === 12 ? byte ^ 8 : byte)),
    ],
    ['the other format', gzipSync(Buffer.from('some statuses'))],
  ])('refuses %s', async (_what, bytes) => {
    expect(await inflate(bytes, 1000)).toEqual({ ok: false, error: { code: 'compressed_malformed' } })
  })

  it('answers any bytes with a value or a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await inflate(bytes, 1000)).toHaveProperty('ok')
        expect(await gunzip(bytes, 1000)).toHaveProperty('ok')
      }),
      { numRuns: 50 },
    )
  })
})
