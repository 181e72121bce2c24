/**
 * What every store engine promises, as one suite that each adapter's test runs. Two engines on one store stand for
 * two instances; an engine of one process gives the same one twice.
 */
import { KEPT } from '@countersign/core/size-limits'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkId } from './limits.ts'
import type { StoreEngine } from './ports.ts'
import { textSessions } from './text-sessions.ts'

export interface StoreUnderTest {
  /** Two engines that see the same store. */
  open(): Promise<readonly [StoreEngine, StoreEngine]>
  /** Lets time pass, for expiry. */
  pass(ms: number): Promise<void>
  close(): Promise<void>
}

const RACERS = 200
let places = 0

export function describeStoreEngine(name: string, prepare: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let store: StoreUnderTest
    let a: StoreEngine
    let b: StoreEngine
    beforeAll(async () => {
      store = await prepare()
      ;[a, b] = await store.open()
    })
    afterAll(async () => {
      await a.close()
      await b.close()
      await store.close()
    })
    const both = () => [a, b] as const
    const pass = (ms: number) => store.pass(ms)
    describeSessions(both, pass)
    describeOnce(both, pass)
    describeRaces(both)
    describeSignals(both)
    describeLimits(both)
    it('answers a ping', () => a.ping(1_000))
  })
}

type Both = () => readonly [StoreEngine, StoreEngine]
type Pass = (ms: number) => Promise<void>

/** A name nobody used before, so tests do not meet in one store. */
function fresh(): string {
  places += 1
  return `place-${places}`
}

function describeSessions(both: Both, pass: Pass): void {
  const pair = () => {
    const namespace = fresh()
    const [a, b] = both()
    return [textSessions(a.sessions(namespace)), textSessions(b.sessions(namespace))] as const
  }

  it('a session made by one instance is read by the other', async () => {
    const [a, b] = pair()
    expect(await a.create('s', 'one', 60)).toBe(true)
    expect(await b.get('s')).toEqual({ value: 'one', version: 1 })
  })

  it('an id is created once, and the second creation changes nothing', async () => {
    const [a, b] = pair()
    await a.create('s', 'one', 60)
    expect(await b.create('s', 'two', 60)).toBe(false)
    expect(await a.get('s')).toEqual({ value: 'one', version: 1 })
  })

  it('a session nobody made is not there, and cannot be set', async () => {
    const [a] = pair()
    expect(await a.get('s')).toBeUndefined()
    expect(await a.compareAndSet('s', 1, 'two')).toBe(false)
    expect(await a.get('s')).toBeUndefined()
  })

  it('setting with the version that was read raises it by one; with another version it changes nothing', async () => {
    const [a, b] = pair()
    await a.create('s', 'one', 60)
    expect(await b.compareAndSet('s', 1, 'two')).toBe(true)
    expect(await a.compareAndSet('s', 1, 'late')).toBe(false)
    expect(await a.compareAndSet('s', 3, 'early')).toBe(false)
    expect(await a.get('s')).toEqual({ value: 'two', version: 2 })
  })

  it('many steps of one session keep their order and their count', async () => {
    const [a, b] = pair()
    await a.create('s', '0', 60)
    for (let step = 1; step <= 30; step += 1) {
      expect(await (step % 2 ? a : b).compareAndSet('s', step, `${step}`)).toBe(true)
    }
    expect(await a.get('s')).toEqual({ value: '30', version: 31 })
  })

  it('a session ends with its time to live, which setting does not prolong', async () => {
    const [a, b] = pair()
    await a.create('s', 'one', 2)
    await pass(1_000)
    expect(await b.compareAndSet('s', 1, 'two')).toBe(true)
    await pass(1_100)
    expect(await a.get('s')).toBeUndefined()
    expect(await a.compareAndSet('s', 2, 'three')).toBe(false)
    expect(await b.create('s', 'again', 60)).toBe(true)
  })

  it('a session that is removed is gone for both, whatever they hold of it, and only that one', async () => {
    const [a, b] = pair()
    await a.create('s', 'one', 60)
    await a.create('t', 'stays', 60)
    await b.compareAndSet('s', 1, 'two')
    await b.remove('s')
    expect(await a.get('s')).toBeUndefined()
    expect(await a.compareAndSet('s', 2, 'late')).toBe(false)
    await a.remove('s')
    await a.remove('never-there')
    expect(await b.get('t')).toEqual({ value: 'stays', version: 1 })
    expect(await b.create('s', 'another', 60)).toBe(true)
    expect(await a.get('s')).toEqual({ value: 'another', version: 1 })
  })

  it('namespaces do not see each other, nor sessions and claims of one namespace', async () => {
    const [engine] = both()
    const [one, two] = [fresh(), fresh()]
    await textSessions(engine.sessions(one)).create('x', 'session', 60)
    expect(await textSessions(engine.sessions(two)).get('x')).toBeUndefined()
    expect(await engine.once(one).claim('x', 60)).toBe(true)
    expect(await engine.once(two).claim('x', 60)).toBe(true)
    expect(await textSessions(engine.sessions(one)).get('x')).toEqual({ value: 'session', version: 1 })
  })

  it('every byte comes back as it was', async () => {
    const namespace = fresh()
    const [a, b] = both()
    const bytes = Uint8Array.from({ length: 512 }, (_, at) => at)
    await a.sessions(namespace).create('s', bytes, 60)
    expect([...((await b.sessions(namespace).get('s'))?.value ?? [])]).toEqual([...bytes])
    const part = bytes.subarray(100, 300)
    await b.sessions(namespace).compareAndSet('s', 1, part)
    expect([...((await a.sessions(namespace).get('s'))?.value ?? [])]).toEqual([...part])
  })

  it('text of every kind and a megabyte come back as they were', async () => {
    const [a, b] = pair()
    const texts = [
      '',
      '\0\r\n$5\r\n',
      'ß→字🎟\u{10FFFF}\uFFFD',
      '{"a":1}',
      'é'.repeat(524_288),
      'x'.repeat(1_048_576),
    ]
    for (const [index, text] of texts.entries()) {
      await a.create(`s${index}`, text, 60)
      expect((await b.get(`s${index}`))?.value === text).toBe(true)
      await b.compareAndSet(`s${index}`, 1, `${text}!`)
      expect((await a.get(`s${index}`))?.value === `${text}!`).toBe(true)
    }
  })
}

function describeOnce(both: Both, pass: Pass): void {
  const pair = () => {
    const namespace = fresh()
    const [a, b] = both()
    return [a.once(namespace), b.once(namespace)] as const
  }

  it('a claim is made once, and is free again after its time', async () => {
    const [a, b] = pair()
    expect(await a.claim('k', 2)).toBe(true)
    expect(await b.claim('k', 60)).toBe(false)
    expect(await a.claim('k', 60)).toBe(false)
    await pass(2_100)
    expect(await b.claim('k', 60)).toBe(true)
  })
}

function describeRaces(both: Both): void {
  /** Runs the action for every racer at once, on both instances by turns, and counts the winners. */
  const winners = async (action: (engine: StoreEngine, racer: number) => Promise<boolean>) => {
    const racing = Array.from({ length: RACERS }, (_, racer) => action(both()[racer % 2 ? 1 : 0], racer))
    return (await Promise.all(racing)).filter(Boolean).length
  }

  it('of 200 creations of one id one wins, and its value stays', async () => {
    const namespace = fresh()
    let winner = -1
    const count = await winners(async (engine, racer) => {
      const won = await textSessions(engine.sessions(namespace)).create('s', `${racer}`, 60)
      if (won) winner = racer
      return won
    })
    expect(count).toBe(1)
    expect(await textSessions(both()[0].sessions(namespace)).get('s')).toEqual({
      value: `${winner}`,
      version: 1,
    })
  })

  it('of 200 settings of one version one wins, and its value stays', async () => {
    const namespace = fresh()
    await textSessions(both()[0].sessions(namespace)).create('s', 'start', 60)
    let winner = -1
    const count = await winners(async (engine, racer) => {
      const won = await textSessions(engine.sessions(namespace)).compareAndSet('s', 1, `${racer}`)
      if (won) winner = racer
      return won
    })
    expect(count).toBe(1)
    expect(await textSessions(both()[1].sessions(namespace)).get('s')).toEqual({
      value: `${winner}`,
      version: 2,
    })
  })

  it('of 200 claims one is made', async () => {
    const namespace = fresh()
    expect(await winners((engine) => engine.once(namespace).claim('k', 60))).toBe(1)
  })

  it('200 read-and-set loops lose no step', async () => {
    const namespace = fresh()
    await textSessions(both()[0].sessions(namespace)).create('s', '0', 60)
    await winners(async (engine) => {
      const sessions = textSessions(engine.sessions(namespace))
      for (;;) {
        const found = await sessions.get('s')
        if (!found) return false
        if (await sessions.compareAndSet('s', found.version, `${Number(found.value) + 1}`)) return true
      }
    })
    expect(await textSessions(both()[0].sessions(namespace)).get('s')).toEqual({
      value: `${RACERS}`,
      version: RACERS + 1,
    })
  })
}

function describeSignals(both: Both): void {
  it('a change wakes whoever watches, and nothing else does', async () => {
    const namespace = fresh()
    const [a, b] = both()
    const woken = counter()
    const sessions = textSessions(a.sessions(namespace))
    await b.signals(namespace).watch('s', woken.count)
    await sessions.create('s', 'one', 60)
    await sessions.compareAndSet('s', 7, 'late')
    await sessions.get('s')
    await sessions.compareAndSet('s', 1, 'two')
    await woken.reaches(1)
    await sessions.remove('s')
    await woken.reaches(2)
    await sessions.create('s', 'three', 60)
    await sessions.compareAndSet('s', 1, 'four')
    await woken.reaches(3)
    expect(woken.seen()).toBe(3)
  })

  it('a signal on one instance wakes the watchers of the other, each of them', async () => {
    const namespace = fresh()
    const [a, b] = both()
    const first = counter()
    const second = counter()
    await b.signals(namespace).watch('t', first.count)
    await b.signals(namespace).watch('t', second.count)
    await a.sessions(namespace).remove('t')
    await Promise.all([first.reaches(1), second.reaches(1)])
  })

  it('a watcher that closed is not called, and the others still are', async () => {
    const namespace = fresh()
    const [a, b] = both()
    const closed = counter()
    const open = counter()
    const watcher = await b.signals(namespace).watch('t', closed.count)
    await b.signals(namespace).watch('t', open.count)
    await watcher.close()
    await watcher.close()
    await a.sessions(namespace).remove('t')
    await open.reaches(1)
    expect(closed.seen()).toBe(0)
  })

  it('watching, closing and watching again at once hears the next signal', async () => {
    const namespace = fresh()
    const [a, b] = both()
    const heard = counter()
    const watcher = await b.signals(namespace).watch('t', () => {})
    const closing = watcher.close()
    await b.signals(namespace).watch('t', heard.count)
    await closing
    await a.sessions(namespace).remove('t')
    await heard.reaches(1)
  })

  it('a signal stays in its topic and its namespace', async () => {
    const [one, two] = [fresh(), fresh()]
    const [a, b] = both()
    const other = counter()
    const meant = counter()
    await b.signals(one).watch('u', other.count)
    await b.signals(two).watch('t', other.count)
    await b.signals(one).watch('t', meant.count)
    await a.sessions(one).remove('t')
    await meant.reaches(1)
    expect(other.seen()).toBe(0)
  })
}

/** Counts calls, and waits for them. */
export function counter() {
  let seen = 0
  const reaches = (wanted: number) => eventually(`${wanted} calls`, () => seen >= wanted)
  const count = () => {
    seen += 1
  }
  return { count, seen: () => seen, reaches }
}

function describeLimits(both: Both): void {
  it('an id, a namespace, a lifetime or a value out of bounds throws', async () => {
    const [engine] = both()
    const sessions = textSessions(engine.sessions(fresh()))
    for (const id of ['', 'a b', 'a\n', 'é', '*', '{a}', 'x'.repeat(257)]) {
      expect(() => checkId(id)).toThrow(RangeError)
      await expect(sessions.get(id)).rejects.toThrow(RangeError)
      await expect(sessions.create(id, 'v', 60)).rejects.toThrow(RangeError)
      await expect(engine.once('n').claim(id, 60)).rejects.toThrow(RangeError)
      await expect(engine.signals('n').watch(id, () => {})).rejects.toThrow(RangeError)
    }
    expect(() => engine.sessions('a:b')).toThrow(RangeError)
    for (const ttl of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(sessions.create('s', 'v', ttl)).rejects.toThrow(RangeError)
    }
    await expect(sessions.create('s', 'x'.repeat(KEPT.sealed + 1), 60)).rejects.toThrow(RangeError)
    expect(await sessions.get('s')).toBeUndefined()
  })
}
