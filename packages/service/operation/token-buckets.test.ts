import { describe, expect, it } from 'vitest'
import { type TokenBucketOptions, tokenBuckets } from './token-buckets.ts'

function started(options: Partial<TokenBucketOptions> = {}) {
  const clock = { ms: 1_000_000.25 }
  const buckets = tokenBuckets({ perSecond: 50, atOnce: 200, nowMs: () => clock.ms, ...options })
  const taken = (key: string, times: number) =>
    Array.from({ length: times }, () => buckets.take(key)).filter((wait) => wait === undefined).length
  return { buckets, clock, taken }
}

describe('a token bucket', () => {
  it('holds so many tokens at once, and so many come back in a second', () => {
    const { clock, taken } = started()
    expect(taken('a', 300)).toBe(200)
    clock.ms += 1000
    expect(taken('a', 300)).toBe(50)
    clock.ms += 3_600_000
    expect(taken('a', 300)).toBe(200)
  })

  it('says after how many seconds to come back, and keeps that', () => {
    const { buckets, clock, taken } = started({ perSecond: 20 / 60, atOnce: 20 })
    expect(taken('a', 20)).toBe(20)
    expect(buckets.take('a')).toBe(3)
    clock.ms += 2000
    expect(buckets.take('a')).toBe(1)
    clock.ms += 1000
    expect(buckets.take('a')).toBeUndefined()
    expect(buckets.take('a')).toBe(3)
  })

  it('says without taking one whether there is one', () => {
    const { buckets, clock, taken } = started({ perSecond: 20 / 60, atOnce: 2 })
    for (let at = 0; at < 10; at += 1) expect(buckets.waitOf('a')).toBeUndefined()
    expect(buckets.size).toBe(0)
    expect(taken('a', 10)).toBe(2)
    expect(buckets.waitOf('a')).toBe(3)
    clock.ms += 3000
    expect(buckets.waitOf('a')).toBeUndefined()
    expect(taken('a', 10)).toBe(1)
  })

  it('is not emptied further by who is told to wait', () => {
    const { clock, taken } = started({ perSecond: 1, atOnce: 1 })
    expect(taken('a', 1000)).toBe(1)
    clock.ms += 1000
    expect(taken('a', 1)).toBe(1)
  })

  it('is one for each key', () => {
    const { taken } = started({ atOnce: 3 })
    expect([taken('a', 5), taken('b', 5), taken('a', 5)]).toEqual([3, 3, 0])
  })
})

describe('the memory of token buckets', () => {
  it('has an end, whatever number of keys asks at once', () => {
    const { buckets } = started({ maxKeys: 100 })
    for (let key = 0; key < 10_000; key++) buckets.take(`key-${key}`)
    expect(buckets.size).toBe(100)
  })

  it('keeps those who asked last', () => {
    const { buckets, taken } = started({ maxKeys: 100, atOnce: 2 })
    taken('busy', 2)
    for (let key = 0; key < 99; key++) buckets.take(`first-${key}`)
    expect(taken('busy', 1)).toBe(0)
    buckets.take('second')
    expect(buckets.size).toBe(100)
  })

  it('forgets full buckets as new keys come, without a limit being reached', () => {
    const { buckets, clock } = started()
    for (let key = 0; key < 1000; key++) {
      clock.ms += 100
      buckets.take(`key-${key}`)
    }
    expect(buckets.size).toBeLessThan(5)
  })
})
