import { ok, refuse } from '@countersign/core/result'
import type { SessionStore, Versioned } from '@countersign/stores/ports'
import { describe, expect, it } from 'vitest'
import { stepSession, transition } from './session-transition.ts'

interface Counter {
  readonly count: number
}

function store(initial: Counter | undefined, beforeCas: () => void = () => undefined) {
  let now: Versioned<Counter> | undefined = initial && { value: initial, version: 1 }
  const writes: Counter[] = []
  const sessions: SessionStore<Counter> = {
    create: async () => false,
    get: async () => now,
    async compareAndSet(_id, expected, value) {
      beforeCas()
      if (now?.version !== expected) return false
      now = { value, version: expected + 1 }
      writes.push(value)
      return true
    },
  }
  const change = (value: Counter | undefined) => {
    now = value && { value, version: (now?.version ?? 0) + 1 }
  }
  return { sessions, writes, change }
}

const plusOne = (value: Counter) => ok({ count: value.count + 1 })

describe('a session transition', () => {
  it('commits what was decided and tells both values', async () => {
    const { sessions } = store({ count: 1 })
    expect(await transition(sessions, 'a', plusOne)).toEqual(
      ok({ before: { count: 1 }, after: { count: 2 }, changed: true }),
    )
  })

  it('writes nothing when the same object comes back', async () => {
    const { sessions, writes } = store({ count: 1 })
    expect(await transition(sessions, 'a', ok)).toMatchObject({ ok: true, value: { changed: false } })
    expect(writes).toEqual([])
  })

  it('hands a refusal through and writes nothing', async () => {
    const { sessions, writes } = store({ count: 1 })
    expect(await transition(sessions, 'a', () => refuse({ code: 'spent' }))).toEqual(
      refuse({ code: 'spent' }),
    )
    expect(writes).toEqual([])
  })

  it('decides again on the value of whoever was first', async () => {
    let races = 3
    const world = store({ count: 0 }, () => {
      if (races-- > 0) world.change({ count: 10 + races })
    })
    const result = await transition(world.sessions, 'a', plusOne)
    expect(result).toMatchObject({ ok: true, value: { before: { count: 10 }, after: { count: 11 } } })
  })

  it('loses no step when two hundred race', async () => {
    const { sessions } = store({ count: 0 })
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, () => transition(sessions, 'a', plusOne)),
    )
    const done = results.filter((result) => result.status === 'fulfilled').length
    expect(await sessions.get('a')).toMatchObject({ value: { count: done } })
    expect(done).toBeGreaterThan(10)
  })

  it('waits as it is told after each lost race', async () => {
    let races = 3
    const waits: number[] = []
    const world = store({ count: 0 }, () => {
      if (races-- > 0) world.change({ count: races })
    })
    await transition(world.sessions, 'a', plusOne, undefined, async (lostRaces) => void waits.push(lostRaces))
    expect(waits).toEqual([1, 2, 3])
  })

  it('refuses an unknown session and one that vanished in between', async () => {
    expect(await transition(store(undefined).sessions, 'a', plusOne)).toEqual(
      refuse({ code: 'session_unknown' }),
    )
    const world = store({ count: 0 }, () => world.change(undefined))
    expect(await transition(world.sessions, 'a', plusOne)).toEqual(refuse({ code: 'session_unknown' }))
  })

  it('gives up as an unavailable store when it never wins', async () => {
    let count = 0
    const world = store({ count: 0 }, () => world.change({ count: ++count }))
    await expect(transition(world.sessions, 'a', plusOne)).rejects.toMatchObject({ name: 'StoreUnavailable' })
    expect(count).toBe(12)
  })
})

describe('a step of a session', () => {
  function ports(initial: Counter | undefined, notify: (topic: string) => Promise<void>) {
    const { sessions } = store(initial)
    return { sessions, signals: { notify } }
  }

  it('wakes whoever watches the session once it is written', async () => {
    const woken: string[] = []
    const session = ports({ count: 1 }, async (topic) => void woken.push(topic))
    expect(await stepSession(session, 'a', plusOne)).toMatchObject({ ok: true, value: { changed: true } })
    expect(woken).toEqual(['a'])
  })

  it('wakes nobody when nothing changed, was refused or is not there', async () => {
    const woken: string[] = []
    const notify = async (topic: string) => void woken.push(topic)
    await stepSession(ports({ count: 1 }, notify), 'a', ok)
    await stepSession(ports({ count: 1 }, notify), 'a', () => refuse({ code: 'spent' }))
    await stepSession(ports(undefined, notify), 'a', plusOne)
    expect(woken).toEqual([])
  })

  it('stands although nobody could be woken', async () => {
    const session = ports({ count: 1 }, async () => {
      throw new Error('away')
    })
    expect(await stepSession(session, 'a', plusOne)).toMatchObject({ ok: true, value: { changed: true } })
  })

  it('waits between lost races as its ports say', async () => {
    let races = 2
    const waits: number[] = []
    const world = store({ count: 0 }, () => {
      if (races-- > 0) world.change({ count: races })
    })
    const session = {
      sessions: world.sessions,
      signals: { notify: async () => undefined },
      backOff: async (lostRaces: number) => void waits.push(lostRaces),
    }
    await stepSession(session, 'a', plusOne)
    expect(waits).toEqual([1, 2])
  })
})
