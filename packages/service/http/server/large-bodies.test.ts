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

  it('counts nobody who is not to be counted', () => {
    const pool = bodyPool(limits)
    expect([pool.open(undefined).growTo(50), pool.open(undefined).growTo(50)]).toEqual([true, true])
  })
})
