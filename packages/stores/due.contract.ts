/**
 * What every engine promises of `Due`, as one suite that each adapter's test runs: two engines on one store stand for two
 * instances. Lost answers are of redis alone and stand in its own test.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Due, Lease, StoreEngine } from './ports.ts'
import type { StoreUnderTest } from './session-stores.contract.ts'

const RACERS = 200
const LEASE_MS = 1_000
/** Longer than all else that a test does while a lease is to run, on a busy machine too. */
const LONG_MS = 600_000
let places = 0

export function describeDue(name: string, prepare: () => Promise<StoreUnderTest>): void {
  describe(`what is due, in ${name}`, () => {
    let store: StoreUnderTest
    let engines: readonly [StoreEngine, StoreEngine]
    beforeAll(async () => {
      store = await prepare()
      engines = await store.open()
    })
    afterAll(async () => {
      for (const engine of engines) await engine.close()
      await store.close()
    })
    /** Two instances' views of a place that nobody used before. */
    const fresh = () => {
      places += 1
      return [engines[0].due(`due-${places}`), engines[1].due(`due-${places}`)] as const
    }
    const pass = (ms: number) => store.pass(ms)
    describeEntries(fresh, pass)
    describeLeases(fresh, pass)
    describeEnds(fresh, pass)
    describeLeaseRaces(fresh)
    describeBounds(fresh)
  })
}

type Fresh = () => readonly [Due, Due]
type Pass = (ms: number) => Promise<void>

const ids = (leases: readonly Lease[]) => leases.map(({ id }) => id)

async function one(due: Due, leaseMs = LONG_MS): Promise<Lease> {
  const [lease, ...more] = await due.lease(10, leaseMs)
  if (lease === undefined || more.length > 0) throw new Error(`${more.length} leases more than one`)
  return lease
}

function describeEntries(fresh: Fresh, pass: Pass): void {
  it('what one instance put is leased by the other when it is due, and not before', async () => {
    const [a, b] = fresh()
    await a.put('s', 1_000)
    expect(await b.lease(10, LONG_MS)).toEqual([])
    await pass(1_010)
    expect(ids(await b.lease(10, LONG_MS))).toEqual(['s'])
  })

  it('of two times the earlier is kept, whichever came first', async () => {
    const [a, b] = fresh()
    await a.put('earlier-first', 0)
    await b.put('earlier-first', LONG_MS)
    await a.put('later-first', LONG_MS)
    await b.put('later-first', 0)
    expect(ids(await a.lease(10, LONG_MS)).sort()).toEqual(['earlier-first', 'later-first'])
    expect(await b.lease(10, LONG_MS)).toEqual([])
  })

  it('the longest due comes first, and no more than asked for', async () => {
    const [a, b] = fresh()
    for (const id of ['third', 'first', 'second']) {
      await a.put(id, { first: 0, second: 20, third: 40 }[id] ?? 0)
    }
    await pass(60)
    expect(ids(await b.lease(2, LONG_MS))).toEqual(['first', 'second'])
    expect(ids(await a.lease(2, LONG_MS))).toEqual(['third'])
  })

  it('entries that are leased do not stand before those that are free', async () => {
    const [a, b] = fresh()
    for (let index = 0; index < 20; index += 1) await a.put(`held-${index}`, 0)
    expect(await a.lease(20, LONG_MS)).toHaveLength(20)
    for (let index = 0; index < 20; index += 1) await a.put(`held-${index}`, 0)
    await pass(5)
    await a.put('free', 0)
    expect(ids(await b.lease(1, LONG_MS))).toEqual(['free'])
  })

  it('places do not see each other', async () => {
    const [[a], [other]] = [fresh(), fresh()]
    await a.put('s', 0)
    expect(await other.lease(10, LONG_MS)).toEqual([])
  })
}

function describeLeases(fresh: Fresh, pass: Pass): void {
  it('what is leased is nobody else’s, also when it is put again meanwhile', async () => {
    const [a, b] = fresh()
    await a.put('s', 0)
    await one(a)
    await b.put('s', 0)
    expect(await b.lease(10, LONG_MS)).toEqual([])
    expect(await a.lease(10, LONG_MS)).toEqual([])
  })

  it('a lease that is over is given again, to one, and is another', async () => {
    const [a, b] = fresh()
    await a.put('s', 0)
    const first = await one(a, LEASE_MS)
    await pass(LEASE_MS + 10)
    const again = await one(b)
    expect(again.id).toBe('s')
    expect(again).not.toEqual(first)
    expect(await a.lease(10, LONG_MS)).toEqual([])
  })

  it('leases that are over stand in the order of their ends among what is due: nobody keeps others waiting', async () => {
    const [a, b] = fresh()
    await a.put('hangs', 0)
    await one(a, LEASE_MS)
    await b.put('before-its-end', 0)
    await pass(LEASE_MS + 10)
    await b.put('after-it', 0)
    expect(ids(await b.lease(1, LONG_MS))).toEqual(['before-its-end'])
    expect(ids(await b.lease(1, LONG_MS))).toEqual(['hangs'])
    expect(ids(await a.lease(1, LONG_MS))).toEqual(['after-it'])
  })

  it('a session given by its entry is not given once more for its lease that was over', async () => {
    const [a, b] = fresh()
    await a.put('s', 0)
    const first = await one(a, LEASE_MS)
    await b.put('s', 0)
    await pass(LEASE_MS + 10)
    const [second] = await b.lease(1, LONG_MS)
    if (second === undefined) throw new Error('nothing was leased')
    expect(await a.done(first, 0)).toBe(false)
    expect(await b.done(second)).toBe(true)
    expect(await a.lease(10, LONG_MS)).toEqual([])
  })

  it('a session that is due and whose lease is over is leased once', async () => {
    const [a, b] = fresh()
    await a.put('s', 0)
    await one(a, LEASE_MS)
    await b.put('s', 0)
    await pass(LEASE_MS + 10)
    const lease = await one(b)
    expect(await b.done(lease)).toBe(true)
    expect(await a.lease(10, LONG_MS)).toEqual([])
  })

  it('an entry for later stays beside a lease that is given again', async () => {
    const [a, b] = fresh()
    await a.put('s', 0)
    await one(a, LEASE_MS)
    await a.put('s', 3 * LEASE_MS)
    await pass(LEASE_MS + 10)
    await b.done(await one(b))
    await pass(2 * LEASE_MS)
    expect(ids(await a.lease(10, LONG_MS))).toEqual(['s'])
  })
}

function describeEnds(fresh: Fresh, pass: Pass): void {
  it('done without a time is the end of it', async () => {
    const [a, b] = fresh()
    await a.put('s', 0)
    expect(await a.done(await one(a))).toBe(true)
    expect(await b.lease(10, LONG_MS)).toEqual([])
  })

  it('done with a time is due again then, and not before', async () => {
    const [a, b] = fresh()
    await a.put('s', 0)
    expect(await a.done(await one(a), 1_000)).toBe(true)
    expect(await b.lease(10, LONG_MS)).toEqual([])
    await pass(1_010)
    expect(ids(await b.lease(10, LONG_MS))).toEqual(['s'])
  })

  it('a put during a lease survives its end, and the earlier of both times counts', async () => {
    const [a, b] = fresh()
    await a.put('gone', 0)
    const gone = await one(a)
    await b.put('gone', 0)
    await a.done(gone)
    await a.done(await one(b), 0)
    const again = await one(a)
    await b.put('gone', 0)
    await a.done(again, LONG_MS)
    expect(ids(await b.lease(10, LONG_MS))).toEqual(['gone'])
  })

  it('whoever comes late with an old lease ends nothing and puts nothing', async () => {
    const [a, b] = fresh()
    await a.put('s', 0)
    const old = await one(a, LEASE_MS)
    await pass(LEASE_MS + 10)
    const newer = await one(b)
    expect(await a.done(old, 0)).toBe(false)
    expect(await a.lease(10, LONG_MS)).toEqual([])
    expect(await b.done(newer)).toBe(true)
    expect(await a.done(old, 0)).toBe(false)
    expect(await a.lease(10, LONG_MS)).toEqual([])
  })

  it.each(['endsAt', 'fence'] as const)(
    'a lease that differs in its %s alone ends nothing',
    async (member) => {
      const [a, b] = fresh()
      await a.put('s', 0)
      const held = await one(a)
      // Over by its own word, or made under another call: neither is the one that runs.
      const other = member === 'endsAt' ? { ...held, endsAt: 0 } : { ...held, fence: 'another' }
      await b.done(other)
      expect(await b.lease(10, LONG_MS)).toEqual([])
      expect(await a.done(held)).toBe(true)
    },
  )

  it('the end told twice is told the same, and nothing is due twice', async () => {
    const [a, b] = fresh()
    await a.put('s', 0)
    const lease = await one(a)
    expect(await a.done(lease)).toBe(true)
    expect(await a.done(lease)).toBe(true)
    expect(await b.lease(10, LONG_MS)).toEqual([])
  })
}

function describeLeaseRaces(fresh: Fresh): void {
  const racing = <T>(action: (racer: number) => Promise<T>) =>
    Promise.all(Array.from({ length: RACERS }, (_, racer) => action(racer)))

  it('of 200 who lease at once each gets what nobody else got, and nothing is left', async () => {
    const due = fresh()
    await racing((racer) => due[0].put(`s-${racer}`, 0))
    const leased = (await racing((racer) => (due[racer % 2] ?? due[0]).lease(3, LONG_MS))).flat()
    expect(ids(leased).sort()).toEqual(Array.from({ length: RACERS }, (_, racer) => `s-${racer}`).sort())
    expect(await due[0].lease(10, LONG_MS)).toEqual([])
  })

  it('of 200 who want one entry one gets it', async () => {
    const due = fresh()
    await due[0].put('s', 0)
    const leased = await racing((racer) => (due[racer % 2] ?? due[0]).lease(1, LONG_MS))
    expect(leased.flat()).toHaveLength(1)
  })

  it('200 who put, lease and end at once lose nothing', async () => {
    const due = fresh()
    await racing(async (racer) => {
      const mine = due[racer % 2] ?? due[0]
      await mine.put(`s-${racer % 10}`, 0)
      for (const lease of await mine.lease(2, LONG_MS)) expect(await mine.done(lease, 0)).toBe(true)
    })
    expect(new Set(ids(await due[0].lease(20, LONG_MS))).size).toBe(10)
  })
}

function describeBounds(fresh: Fresh): void {
  it('an id, a time, a number or a duration out of bounds throws', async () => {
    const [due] = fresh()
    for (const id of ['', 'a|b', 'a b', 'x'.repeat(257)])
      await expect(due.put(id, 0)).rejects.toThrow(RangeError)
    for (const inMs of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(due.put('s', inMs)).rejects.toThrow(RangeError)
    for (const max of [0, 1.5, 1_001]) await expect(due.lease(max, 1_000)).rejects.toThrow(RangeError)
    for (const leaseMs of [0, 0.5, 3_600_001]) await expect(due.lease(1, leaseMs)).rejects.toThrow(RangeError)
    expect(await due.lease(10, LONG_MS)).toEqual([])
  })
}
