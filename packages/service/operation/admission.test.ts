import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@countersign/testing/time/eventually'
import { afterEach, describe, expect, it } from 'vitest'
import { type Admission, type AdmissionLimits, admission } from './admission.ts'

const LIMITS: AdmissionLimits = { maxRequestsInFlight: 16, maxLoopDelayMs: 40, maxRequestsWhileLate: 4 }

const opened: Admission[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.stop()
})

function open(taken = 0): Admission {
  const places = admission(LIMITS)
  opened.push(places)
  for (let at = 0; at < taken; at++) places.take()
  return places
}

/** Every turn of the loop takes as long as this, until the answered function is called. */
function keepLate(ms: number): () => void {
  let on = true
  const turn = () => {
    const until = performance.now() + ms
    while (performance.now() < until);
    if (on) setImmediate(turn)
  }
  turn()
  return () => {
    on = false
  }
}

describe('admission', () => {
  it.each([
    [7, undefined, undefined],
    [8, undefined, 'in_flight'],
    [15, undefined, 'in_flight'],
    [16, 'in_flight', 'in_flight'],
  ])('with %i of 16 in flight: running %s, new %s', (taken, running, fresh) => {
    const places = open(taken)
    expect(places.tooMuch('running')).toBe(running)
    expect(places.tooMuch('new')).toBe(fresh)
  })

  it('of several who share the places one who wants all gets a half, two a third each, and as much is left', () => {
    const places = open()
    const takeAll = (name: string) => {
      const share = places.share(name)
      while (share.tooMuch('running') === undefined) share.take()
      return share
    }
    const first = takeAll('first')
    expect(first.inFlight()).toBe(8)
    expect(first.tooMuch('running')).toBe('in_flight')
    expect(takeAll('second').inFlight()).toBe(4)
    const quiet = places.share('quiet')
    expect([quiet.tooMuch('new'), quiet.tooMuch('running')]).toEqual([undefined, undefined])
    expect(places.inFlight()).toBe(12)
  })

  it('of a share what is new gets half of what its running steps get', () => {
    const share = open().share('one')
    while (share.tooMuch('new') === undefined) share.take()
    expect(share.inFlight()).toBe(6)
    expect(share.tooMuch('running')).toBeUndefined()
  })

  it('a place of a share that is left twice is given back once, to the share and to all', () => {
    const places = open()
    const share = places.share('one')
    const leave = [share.take(), share.take()][0]
    leave?.()
    leave?.()
    expect([share.inFlight(), places.inFlight()]).toEqual([1, 1])
  })

  it('a place that is left twice is given back once', () => {
    const places = open(2)
    const leave = places.take()
    leave()
    leave()
    expect(places.inFlight()).toBe(2)
  })

  it('tells more of them to come back later, the more are refused, and never all at once', async () => {
    const places = open(8)
    const told = () =>
      Array.from({ length: 3 }, () => places.retryAfterSeconds('new')).toSorted((a, b) => a - b)
    expect(told()).toEqual([1, 2, 3])
    await eventually('it is told later', () => {
      for (let refused = 0; refused < 100; refused++) places.retryAfterSeconds('new')
      return told()[0] === 8
    })
    expect(told()).toEqual([8, 9, 10])
    expect(places.retryAfterSeconds('running')).toBeLessThanOrEqual(3)
    await eventually('it is over', async () => {
      await sleep(1_500)
      return told()[0] === 1
    })
  })

  it('one long pause is no overload', async () => {
    const places = open(4)
    const until = performance.now() + 1_500
    while (performance.now() < until);
    await sleep(1)
    expect(places.tooMuch('running')).toBeUndefined()
    expect(places.tooMuch('new')).toBeUndefined()
  })

  it('a loop that stays late takes fewer, what is new above all, until it is in time and nobody is refused', async () => {
    const [one, three, four] = [open(1), open(3), open(4)]
    const end = keepLate(70)
    await eventually('it is overloaded', () => four.tooMuch('running'))
    expect(four.tooMuch('running')).toBe('loop_delay')
    expect(three.tooMuch('running')).toBeUndefined()
    expect(three.tooMuch('new')).toBe('loop_delay')
    expect(one.tooMuch('new')).toBe('loop_delay')
    expect(open().tooMuch('new')).toBeUndefined()
    end()
    const asking = setInterval(() => one.tooMuch('new'), 100)
    await eventually('the other is in time', async () => {
      await sleep(3_500)
      return three.tooMuch('running') === undefined && four.tooMuch('running') === undefined
    })
    expect(one.tooMuch('new')).toBe('loop_delay')
    clearInterval(asking)
    await eventually('it is in time', async () => {
      await sleep(3_500)
      return one.tooMuch('new') === undefined
    })
  })
})
