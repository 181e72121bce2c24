import { describe, expect, it } from 'vitest'
import { bodyPool } from './large-bodies.ts'

const limits = { poolBytes: 100, senderBytes: 60, bodyMs: 1000 }

describe('the pool of large bodies', () => {
  it('has room for as many bytes, for all and for each sender', () => {
    const pool = bodyPool(limits)
    const [first, second, third] = [pool.open('a'), pool.open('a'), pool.open('b')]
    expect([first.growTo(40), second.growTo(21), second.growTo(20)]).toEqual([true, false, true])
    expect([third.growTo(41), third.growTo(40)]).toEqual([false, true])
    expect(pool.open(undefined).growTo(1)).toBe(false)
  })

  it('gets back what a body took, once, and nothing goes to one that has left', () => {
    const pool = bodyPool(limits)
    const room = pool.open('a')
    expect([room.growTo(30), room.growTo(60), room.growTo(10)]).toEqual([true, true, true])
    room.leave()
    room.leave()
    expect(room.growTo(61)).toBe(false)
    const [again, other] = [pool.open('a'), pool.open('b')]
    expect([again.growTo(60), other.growTo(40), other.growTo(41)]).toEqual([true, true, false])
  })

  it('of several who share it one who wants all gets a half, and the next a third of what there is at most', () => {
    const pool = bodyPool(limits)
    const takeAll = (share: typeof pool) => {
      const rooms = []
      for (let bytes = 0; share.open(undefined).growTo(1); bytes += 1) rooms.push(bytes)
      return rooms.length
    }
    const [first, second, third] = [pool.share(), pool.share(), pool.share()]
    expect(first.open(undefined).growTo(51)).toBe(false)
    expect(takeAll(first)).toBe(50)
    expect(takeAll(second)).toBe(25)
    expect(third.open('a').growTo(12)).toBe(true)
    expect(pool.open(undefined).growTo(14)).toBe(false)
  })

  it('gives back to all what a body of a share took', () => {
    const pool = bodyPool(limits)
    const [share, other] = [pool.share(), pool.share()]
    const room = share.open('a')
    expect([room.growTo(50), other.open('a').growTo(26)]).toEqual([true, false])
    room.leave()
    expect(other.open('a').growTo(50)).toBe(true)
  })

  it('counts nobody who is not to be counted', () => {
    const pool = bodyPool(limits)
    expect([pool.open(undefined).growTo(50), pool.open(undefined).growTo(50)]).toEqual([true, true])
  })
})
