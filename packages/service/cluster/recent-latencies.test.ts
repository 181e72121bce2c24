import { describe, expect, it } from 'vitest'
import { recentLatencies } from './recent-latencies.ts'

describe('recent latencies', () => {
  it('are right to a tenth of themselves, from a twentieth of a millisecond to a minute', () => {
    for (const typical of [0.06, 1, 7, 29, 480, 59_000]) {
      const latencies = recentLatencies(3)
      for (let times = 0; times < 10; times += 1) latencies.observe(typical)
      const { p50, p99 } = latencies.read() ?? { p50: 0, p99: 0 }
      expect(Math.abs(p50 / typical - 1), `${typical} ms`).toBeLessThan(0.1)
      expect(p99).toBe(p50)
    }
  })

  it('tell the half, the twentieth and the hundredth that took longest', () => {
    const latencies = recentLatencies(1)
    for (let ms = 1; ms <= 1_000; ms += 1) latencies.observe(ms)
    const { p50 = 0, p95 = 0, p99 = 0 } = latencies.read() ?? {}
    expect([p50 / 500, p95 / 950, p99 / 990].filter((one) => Math.abs(one - 1) > 0.1)).toEqual([])
  })

  it('forget what is as many turns old as there are parts, and nothing sooner', () => {
    const latencies = recentLatencies(3)
    latencies.observe(100)
    latencies.turn()
    latencies.turn()
    expect(latencies.read()).toBeDefined()
    latencies.observe(2)
    latencies.turn()
    expect(latencies.read()?.p99).toBeLessThan(3)
    latencies.turn()
    latencies.turn()
    expect(latencies.read()).toBeUndefined()
  })

  it.each([0, -1, Number.NaN, 1e9, Number.POSITIVE_INFINITY])('have a place for %d', (ms) => {
    const latencies = recentLatencies(1)
    latencies.observe(ms)
    expect(latencies.read()?.p50).toBeGreaterThan(0)
  })
})
