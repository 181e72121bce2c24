import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import { webCompression } from '@countersign/status-list/web-compression'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeCompression } from './node-compression.ts'

const { deflate, gunzip, gzip, inflate } = nodeCompression

describe('compression of servers', () => {
  it('is read by everybody, and reads what others wrote', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
        expect(new Uint8Array(inflateSync(await deflate(bytes)))).toEqual(bytes)
        expect(new Uint8Array(gunzipSync(await gzip(bytes)))).toEqual(bytes)
        expect(await inflate(await webCompression.deflate(bytes), 5000)).toMatchObject({ ok: true })
        const unpacked = await gunzip(await webCompression.gzip(bytes), 5000)
        expect(unpacked.ok && Buffer.from(unpacked.value).equals(bytes)).toBe(true)
      }),
      { numRuns: 25 },
    )
  })

  it('packs as tightly as appendix B of Token Status List says: a million valid ones in 144 bytes', async () => {
    expect((await deflate(new Uint8Array(125_000))).length).toBeLessThanOrEqual(144)
  })

  it('stops at the limit, long before a bomb is as large as it would become', async () => {
    const bomb = deflateSync(new Uint8Array(256 * 2 ** 20))
    const before = process.memoryUsage().arrayBuffers
    expect(await inflate(bomb, 100_000)).toEqual({ ok: false, error: { code: 'inflated_too_large' } })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 2 ** 20)
    expect(await gunzip(gzipSync(new Uint8Array(1001)), 1000)).toEqual({
      ok: false,
      error: { code: 'inflated_too_large' },
    })
    expect(await gunzip(gzipSync(new Uint8Array(1000)), 1000)).toMatchObject({ ok: true })
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['noise', Uint8Array.of(1, 2, 3, 4, 5)],
    ['a list that is cut off', deflateSync(Buffer.from('some statuses')).subarray(0, -3)],
    ['the other format', gzipSync(Buffer.from('some statuses'))],
  ])('refuses %s', async (_what, bytes) => {
    expect(await inflate(bytes, 1000)).toEqual({ ok: false, error: { code: 'compressed_malformed' } })
  })
})
