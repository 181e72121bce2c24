import { describe, expect, it } from 'vitest'
import { freshRandomBytes } from './random-bytes.ts'

describe('random bytes', () => {
  it('gives no bytes twice, over many portions', () => {
    const seen = new Set<string>()
    for (let drawn = 0; drawn < 20_000; drawn++) seen.add(Buffer.from(freshRandomBytes(16)).toString('hex'))
    expect(seen.size).toBe(20_000)
  })

  it('gives each caller a buffer of its own', () => {
    const first = freshRandomBytes(16)
    const kept = Buffer.from(first).toString('hex')
    const second = freshRandomBytes(16)
    second.fill(0)
    expect(first.buffer).not.toBe(second.buffer)
    expect(first.buffer.byteLength).toBe(16)
    expect(Buffer.from(first).toString('hex')).toBe(kept)
  })

  it('gives as many as are asked for, none and more than a portion included', () => {
    for (const length of [0, 1, 12, 63, 64, 65, 4095, 4096, 10_000]) {
      expect(freshRandomBytes(length)).toHaveLength(length)
    }
  })

  it('leaves no byte at zero more often than chance would', () => {
    const counts = Array.from({ length: 16 }, () => 0)
    for (let drawn = 0; drawn < 5000; drawn++) {
      freshRandomBytes(16).forEach((byte, at) => {
        if (byte === 0) counts[at] = (counts[at] ?? 0) + 1
      })
    }
    // 5000 / 256 is about 20.
    for (const count of counts) expect(count).toBeLessThan(60)
  })
})
