import { ok, refuse } from '@countersign/core/result'
import { appendEvent, type SessionEvent } from '@countersign/protocol/session-event'
import type { SessionStore, Versioned } from '@countersign/stores/ports'
import { describe, expect, it } from 'vitest'
import { stepSession, transition } from './session-transition.ts'

interface Counter {
  readonly count: number
  readonly events: readonly SessionEvent[]
}

const counter = (count: number): Counter => ({ count, events: [] })

function store(initial: number | undefined, beforeCas: () => void = () => undefined) {
  let now: Versioned<Counter> | undefined =
    initial === undefined ? undefined : { value: counter(initial), version: 1 }
  const writes: Counter[] = []
  const sessions: SessionStore<Counter> = {
    create: async () => false,
    remove: async () => {},
    get: async () => now,
    async compareAndSet(_id, expected, value) {
      beforeCas()
      if (now?.version !== expected) return false
      now = { value, version: expected + 1 }
      writes.push(value)
      return true
    },
  }
  const change = (count: number | undefined) => {
    now = count === undefined ? count : { value: counter(count), version: (now?.version ?? 0) + 1 }
  }
  return { sessions, writes, change }
}

const plusOne = (value: Counter) => ok({ ...value, count: value.count + 1 })

describe('a session transition', () => {
  it('commits what was decided and tells both values', async () => {
    const { sessions } = store(1)
    expect(await transition(sessions, 'a', plusOne)).toEqual(
      ok({ before: counter(1), after: counter(2), changed: true }),
    )
  })

  it('writes nothing when the same object comes back', async () => {
    const { sessions, writes } = store(1)
    expect(await transition(sessions, 'a', ok)).toMatchObject({ ok: true, value: { changed: false } })
    expect(writes).toEqual([])
  })

  it('hands a refusal through and writes nothing', async () => {
    const { sessions, writes } = store(1)
    expect(await transition(sessions, 'a', () => refuse({ code: 'spent' }))).toEqual(
      refuse({ code: 'spent' }),
    )
    expect(writes).toEqual([])
  })

  it('decides again on the value of whoever was first', async () => {
    let races = 3
    const world = store(0, () => {
      if (races-- > 0) world.change(10 + races)
    })
    const result = await transition(world.sessions, 'a', plusOne)
    expect(result).toMatchObject({ ok: true, value: { before: { count: 10 }, after: { count: 11 } } })
  })

  it('loses no step when two hundred race', async () => {
    const { sessions } = store(0)
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
    const world = store(0, () => {
      if (races-- > 0) world.change(races)
    })
    await transition(world.sessions, 'a', plusOne, undefined, async (lostRaces) => void waits.push(lostRaces))
    expect(waits).toEqual([1, 2, 3])
  })

  it('refuses an unknown session and one that vanished in between', async () => {
    expect(await transition(store(undefined).sessions, 'a', plusOne)).toEqual(
      refuse({ code: 'session_unknown' }),
    )
    const world = store(0, () => world.change(undefined))
    expect(await transition(world.sessions, 'a', plusOne)).toEqual(refuse({ code: 'session_unknown' }))
  })

  it('gives up as an unavailable store when it never wins', async () => {
    let count = 0
    const world = store(0, () => world.change(++count))
    await expect(transition(world.sessions, 'a', plusOne)).rejects.toMatchObject({ name: 'StoreUnavailable' })
    expect(count).toBe(12)
  })
})

describe('a step of a session', () => {
  it('has the name of the instance in its own events, and in none of those before', async () => {
    const { sessions } = store(1)
    const due = { put: async () => {} }
    const told = (value: Counter) => ok({ ...value, events: appendEvent(value.events, 'told', 1000) })
    const servedBy = async (name: string | undefined) => {
      const moved = await stepSession({ sessions, due, servedBy: name }, 'a', told)
      return moved.ok ? moved.value.after.events.map((event) => event.servedBy) : []
    }
    expect(await servedBy(undefined)).toEqual([undefined])
    expect(await servedBy('verifier-1')).toEqual([undefined, 'verifier-1'])
    expect(await servedBy('verifier-2')).toEqual([undefined, 'verifier-1', 'verifier-2'])
    const written = (await sessions.get('a'))?.value.events.at(-1)
    expect(written).toEqual({ sequence: 3, type: 'told', at: 1000, servedBy: 'verifier-2' })
  })

  it('waits between lost races as its ports say', async () => {
    let races = 2
    const waits: number[] = []
    const world = store(0, () => {
      if (races-- > 0) world.change(races)
    })
    const session = {
      sessions: world.sessions,
      due: { put: async () => {} },
      backOff: async (lostRaces: number) => void waits.push(lostRaces),
    }
    await stepSession(session, 'a', plusOne)
    expect(waits).toEqual([1, 2])
  })
})
