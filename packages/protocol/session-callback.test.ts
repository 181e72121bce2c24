import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  callbackTo,
  nextToTell,
  nextTryMs,
  type TellingSession,
  TOLD_WITHIN_SECONDS,
  withGivenUp,
  withTold,
  withToldAgain,
} from './session-callback.ts'
import { appendEvent } from './session-event.ts'

const AT = 1_800_000_000

function session(events: number, callback = callbackTo('https://shop.example/told', 'key')): TellingSession {
  const none: TellingSession['events'] = []
  return {
    events: Array.from({ length: events }).reduce<TellingSession['events']>(
      (known, _, at) => appendEvent(known, `event-${at + 1}`, AT + at),
      none,
    ),
    callback,
  }
}

describe('what is to be told of a session', () => {
  it('is nothing where nobody wants it, and never that it was made', () => {
    expect(nextToTell({ events: session(3).events })).toBeUndefined()
    expect(nextToTell(session(1))).toBeUndefined()
    expect(nextToTell(session(2))?.sequence).toBe(2)
  })

  it('comes one after the other, and ends when all is told', () => {
    const told: number[] = []
    let now = session(5)
    for (let event = nextToTell(now); event !== undefined; event = nextToTell(now)) {
      told.push(event.sequence)
      now = withTold(now, event.sequence)
    }
    expect(told).toEqual([2, 3, 4, 5])
    expect(withTold(now, 5)).toBe(now)
  })

  it('does not go back where a late teller says what he has told', () => {
    const now = withTold(session(5), 4)
    expect(withTold(now, 2)).toBe(now)
    expect(nextToTell(now)?.sequence).toBe(5)
  })

  it('is nothing after it was given up, and all of it again when somebody asks for it', () => {
    const given = withGivenUp(withTold(session(5), 4), AT + 10)
    expect(nextToTell(given)).toBeUndefined()
    expect(withGivenUp(given, AT + 20)).toBe(given)
    const again = withToldAgain(given, 2, AT + 30)
    expect(nextToTell(again)?.sequence).toBe(2)
    expect(again.callback?.givenUpAt).toBeUndefined()
    // Asked for from a number that is not told yet: nothing is passed over.
    expect(withToldAgain(given, 9, AT + 30).callback?.toldUpTo).toBe(4)
  })
})

describe('when it is tried again', () => {
  const [, event] = session(2).events
  const { callback } = session(2)
  if (event === undefined || callback === undefined) throw new Error('no event')

  it.each([
    [0, 1000],
    [1, 1000],
    [10, 5000],
    [60, 30_000],
    [3600, 1_800_000],
    [7200, 3_600_000],
    [86_399, 3_600_000],
  ])('after %d seconds in %d ms', (after, ms) => {
    expect(nextTryMs(event, callback, event.at + after)).toBe(ms)
  })

  it('ends after a day, counted anew from when somebody asked to be told again', () => {
    const end = event.at + TOLD_WITHIN_SECONDS
    expect(nextTryMs(event, callback, end)).toBeUndefined()
    expect(nextTryMs(event, { ...callback, triedFrom: end }, end + 10)).toBe(5000)
  })

  it('is tried at most sixty times a day', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (spread) => {
        let tries = 0
        let now = event.at
        for (
          let ms = nextTryMs(event, callback, now);
          ms !== undefined;
          ms = nextTryMs(event, callback, now)
        ) {
          tries += 1
          now += (ms / 1000) * (1 + spread / 4)
        }
        expect(tries).toBeLessThan(60)
        expect(tries).toBeGreaterThan(20)
      }),
    )
  })
})
