/**
 * What every engine promises of `Index`, as one suite that each adapter's test runs: two engines on one store stand for two
 * instances.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hourOf, LISTED_HOURS } from './limits.ts'
import type { Index, IndexEntry, IndexPlace, StoreEngine } from './ports.ts'
import type { StoreUnderTest } from './session-stores.contract.ts'

const HOUR = 3_600
/** On the hour. */
const NOW = 500_000 * HOUR
const LONG = 90_000
let places = 0

export function describeIndex(name: string, prepare: () => Promise<StoreUnderTest>): void {
  describe(`the index of sessions, in ${name}`, () => {
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
    const fresh = () => {
      places += 1
      return [engines[0].index(`index-${places}`), engines[1].index(`index-${places}`)] as const
    }
    describePages(fresh)
    describeEndsOfEntries(fresh, (ms) => store.pass(ms))
    describeBoundsOfLists(fresh)
  })
}

type Fresh = () => readonly [Index, Index]

const ids = (entries: readonly IndexEntry[]) => entries.map(({ id }) => id)

/** Page after page, as a list reads it. */
async function pages(index: Index, from: number, size: number): Promise<string[][]> {
  const read: string[][] = []
  let before: IndexPlace = { createdAt: from }
  for (;;) {
    const page = await index.page(before, size)
    if (page.length > 0) read.push(ids(page))
    const last = page.at(-1)
    if (last === undefined || page.length < size) return read
    before = last
  }
}

function describePages(fresh: Fresh): void {
  it('what one instance put is listed by the other, newest first, over several hours', async () => {
    const [a, b] = fresh()
    await a.put('old', NOW - 30 * HOUR, LONG)
    await b.put('newest', NOW + 20, LONG)
    await a.put('new', NOW + 10, LONG)
    await b.put('hour-before', NOW - 1, LONG)
    const page = await b.page({ createdAt: NOW + HOUR }, 10)
    expect(ids(page)).toEqual(['newest', 'new', 'hour-before', 'old'])
    expect(page[3]).toEqual({ id: 'old', createdAt: NOW - 30 * HOUR })
  })

  it('a page ends where it is full, and the next one goes on after its last entry', async () => {
    const [a, b] = fresh()
    for (let at = 0; at < 9; at += 1) await a.put(`s-${at}`, NOW - at * 1_000, LONG)
    expect(await pages(b, NOW + 1, 4)).toEqual([
      ['s-0', 's-1', 's-2', 's-3'],
      ['s-4', 's-5', 's-6', 's-7'],
      ['s-8'],
    ])
  })

  it('hundreds of one second are listed once each', async () => {
    const [a, b] = fresh()
    const all = Array.from({ length: 700 }, (_, at) => `s-${at}`)
    await Promise.all(all.map((id, at) => (at % 2 ? a : b).put(id, NOW, LONG)))
    const read = await pages(a, NOW + 1, 60)
    expect(read.flat()).toHaveLength(700)
    expect(new Set(read.flat())).toEqual(new Set(all))
  })

  it('what is put while somebody pages comes on no page twice', async () => {
    const [a, b] = fresh()
    for (let at = 0; at < 6; at += 1) await a.put(`s-${at}`, NOW + 10 - at, LONG)
    const first = await b.page({ createdAt: NOW + 60 }, 3)
    await a.put('newer', NOW + 30, LONG)
    await a.put('late', NOW + 9, LONG)
    const last = first.at(-1)
    expect(ids(first)).toEqual(['s-0', 's-1', 's-2'])
    expect(last && ids(await b.page(last, 10))).toEqual(['s-3', 's-4', 's-5'])
  })

  it('a place whose entry is gone goes on with its second', async () => {
    const [a] = fresh()
    await a.put('one', NOW, LONG)
    await a.put('older', NOW - 5, LONG)
    await a.put('newer', NOW + 5, LONG)
    expect(ids(await a.page({ createdAt: NOW, id: 'never-there' }, 10))).toEqual(['one', 'older'])
    expect(ids(await a.page({ createdAt: NOW }, 10))).toEqual(['older'])
  })

  it('lists of two namespaces do not meet, and an empty one is empty', async () => {
    const [a] = fresh()
    const [other] = fresh()
    await a.put('s', NOW, LONG)
    expect(await other.page({ createdAt: NOW + HOUR }, 10)).toEqual([])
  })
}

function describeEndsOfEntries(fresh: Fresh, pass: (ms: number) => Promise<void>): void {
  it('entries end with the longest of their hour, not before', async () => {
    const [a, b] = fresh()
    await a.put('short', NOW, 2)
    await b.put('shorter', NOW + 1, 0.5)
    await a.put('another-hour', NOW - 2 * HOUR, 60)
    await pass(1_000)
    expect(ids(await a.page({ createdAt: NOW + HOUR }, 10))).toEqual(['shorter', 'short', 'another-hour'])
    await pass(1_100)
    expect(ids(await a.page({ createdAt: NOW + HOUR }, 10))).toEqual(['another-hour'])
    await a.put('late', NOW + 2, 60)
    expect(ids(await b.page({ createdAt: NOW + HOUR }, 10))).toEqual(['late', 'another-hour'])
  })

  it('an entry that is a month old is found, and no page looks further back', async () => {
    const [a] = fresh()
    const oldest = NOW - (LISTED_HOURS - 1) * HOUR
    await a.put('oldest', oldest, LONG)
    await a.put('beyond', oldest - HOUR, LONG)
    expect(hourOf(oldest)).toBe(hourOf(NOW) - LISTED_HOURS + 1)
    expect(ids(await a.page({ createdAt: NOW + 1 }, 10))).toEqual(['oldest'])
  })
}

function describeBoundsOfLists(fresh: Fresh): void {
  it.each([0, 1_001, 1.5])('%s entries at once are a bug', async (max) => {
    const [a] = fresh()
    await expect(a.page({ createdAt: NOW }, max)).rejects.toThrow(RangeError)
  })

  it('ids and times that none can have are a bug', async () => {
    const [a] = fresh()
    await expect(a.put('a/b', NOW, 60)).rejects.toThrow(RangeError)
    await expect(a.put('a', -1, 60)).rejects.toThrow(RangeError)
    await expect(a.put('a', Number.NaN, 60)).rejects.toThrow(RangeError)
    await expect(a.put('a', NOW, 0)).rejects.toThrow(RangeError)
    await expect(a.page({ createdAt: Number.POSITIVE_INFINITY }, 1)).rejects.toThrow(RangeError)
  })
}
