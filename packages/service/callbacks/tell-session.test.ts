import { callbackTo, type TellingSession, withToldAgain } from '@countersign/protocol/session-callback'
import { appendEvent } from '@countersign/protocol/session-event'
import { openMemoryEngine } from '@countersign/stores/memory'
import { sessionsOverText } from '@countersign/testing/text-sessions'
import { describe, expect, it } from 'vitest'
import type { Callback, Delivery } from './post-callback.ts'
import { type TellingPorts, tellSession } from './tell-session.ts'

const START = 1_800_000_000

async function world(events: number) {
  const sessions = sessionsOverText<TellingSession>(openMemoryEngine().sessions('told'))
  const clock = { now: START }
  const posted: Callback[] = []
  const lines: string[] = []
  const receiver = { answer: async (_callback: Callback): Promise<Delivery> => ({ outcome: 'taken' }) }
  const kinds = ['requested', 'answered', 'verified']
  let made: TellingSession['events'] = appendEvent([], 'created', START)
  for (const kind of kinds.slice(0, events)) made = appendEvent(made, kind, START)
  await sessions.create('s', { events: made, callback: callbackTo('https://shop.example/told', 'key') }, 600)
  const ports: TellingPorts<TellingSession> = {
    sessions,
    callbacks: {
      random: () => 0,
      post: async (callback) => {
        posted.push(callback)
        return receiver.answer(callback)
      },
    },
    bodyOf: (_, { sequence, type }) => ({ sequence, type }),
    now: () => clock.now,
    log: {
      info: (...args: unknown[]) => void lines.push(JSON.stringify(args)),
      warn: (...args: unknown[]) => void lines.push(JSON.stringify(args)),
    },
  }
  const callback = async () => (await sessions.get('s'))?.value.callback
  return { ports, sessions, clock, posted, lines, receiver, callback }
}

const sequences = (posted: readonly Callback[]) => posted.map(({ id }) => id)

describe('telling a session', () => {
  it('tells every event once, in order, under an id of its own, and then nothing', async () => {
    const { ports, posted, callback } = await world(3)
    expect(await tellSession(ports, 's')).toBeUndefined()
    expect(posted.map(({ apiKey, body, id, uri }) => [uri, apiKey, id, body])).toEqual(
      ['requested', 'answered', 'verified'].map((type, at) => [
        'https://shop.example/told',
        'key',
        `s.${at + 2}`,
        JSON.stringify({ sequence: at + 2, type }),
      ]),
    )
    expect(await tellSession(ports, 's')).toBeUndefined()
    expect(posted).toHaveLength(3)
    expect((await callback())?.toldUpTo).toBe(4)
  })

  it('waits with all that follows while one is not taken, and comes again later and later', async () => {
    const { ports, posted, lines, receiver, clock } = await world(3)
    receiver.answer = async () => ({ outcome: 'failed', reason: 'status_500' })
    expect(await tellSession(ports, 's')).toBe(1000)
    clock.now += 60
    expect(await tellSession(ports, 's')).toBe(30_000)
    expect(sequences(posted)).toEqual(['s.2', 's.2'])
    expect(lines.join()).toContain('status_500')
    receiver.answer = async () => ({ outcome: 'taken' })
    expect(await tellSession(ports, 's')).toBeUndefined()
    expect(sequences(posted)).toEqual(['s.2', 's.2', 's.2', 's.3', 's.4'])
  })

  it('gives up after a day, or when the receiver says that he is gone, and begins again when asked', async () => {
    const { ports, posted, receiver, clock, callback, sessions } = await world(2)
    receiver.answer = async () => ({ outcome: 'failed', reason: 'timeout' })
    clock.now += 86_400
    expect(await tellSession(ports, 's')).toBeUndefined()
    expect(await callback()).toMatchObject({ toldUpTo: 1, givenUpAt: clock.now })
    expect(await tellSession(ports, 's')).toBeUndefined()
    expect(posted).toHaveLength(1)

    const found = await sessions.get('s')
    if (found === undefined) throw new Error('no session')
    await sessions.compareAndSet('s', found.version, withToldAgain(found.value, 1, clock.now))
    expect(await tellSession(ports, 's')).toBe(1000)
    receiver.answer = async () => ({ outcome: 'gone' })
    expect(await tellSession(ports, 's')).toBeUndefined()
    expect(await callback()).toMatchObject({ toldUpTo: 0, givenUpAt: clock.now })
  })

  it('comes again when a receiver that fails for others may be asked, and does not count that as a try', async () => {
    const { ports, receiver, lines } = await world(1)
    receiver.answer = async () => ({ outcome: 'spared', forMs: 1234 })
    expect(await tellSession(ports, 's')).toBe(1234)
    expect(lines).toEqual([])
  })

  it('stops before its lease is over, and comes back at once', async () => {
    const { ports, posted, receiver, clock } = await world(3)
    receiver.answer = async () => {
      clock.now += 5
      return { outcome: 'taken' }
    }
    expect(await tellSession(ports, 's')).toBe(0)
    expect(sequences(posted)).toEqual(['s.2', 's.3'])
  })

  it('moves nothing that another has moved further meanwhile, and nothing at all of a session that went away', async () => {
    const { ports, receiver, sessions, callback } = await world(3)
    receiver.answer = async ({ id }) => {
      if (id === 's.2')
        await tellSession(
          { ...ports, callbacks: { post: async () => ({ outcome: 'taken' }), random: () => 0 } },
          's',
        )
      return { outcome: 'taken' }
    }
    expect(await tellSession(ports, 's')).toBeUndefined()
    expect((await callback())?.toldUpTo).toBe(4)
    await sessions.remove('s')
    expect(await tellSession(ports, 's')).toBeUndefined()
  })
})
