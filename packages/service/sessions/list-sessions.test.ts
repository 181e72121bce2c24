import { openMemoryEngine } from '@countersign/stores/memory'
import { StoreUnavailable } from '@countersign/stores/ports'
import { StoredValueUnreadable } from '@countersign/stores/sealed'
import { textSessions } from '@countersign/stores/text-sessions'
import { describe, expect, it } from 'vitest'
import { parsePlace, writePlace } from './list-place.ts'
import { eventFacts } from './list-route.ts'
import { type ListedPage, type ListOrder, listSessions } from './list-sessions.ts'

const NOW = 1_800_000_000

interface Thing {
  readonly id: string
  readonly createdAt: number
  readonly state: string
}

function listed() {
  const engine = openMemoryEngine({ now: () => 0 })
  const index = engine.index('things')
  const kept = textSessions(engine.sessions('things'))
  const read: string[] = []
  const sessions = {
    get: async (id: string) => {
      read.push(id)
      if (id.startsWith('unreadable')) throw new StoredValueUnreadable('things', 'newer_schema')
      const found = await kept.get(id)
      return found && { version: found.version, value: JSON.parse(found.value) as Thing }
    },
  }
  const make = async (id: string, createdAt: number, state = 'open') => {
    await kept.create(id, JSON.stringify({ id, createdAt, state }), 60)
    await index.put(id, createdAt, 60)
  }
  const list = async (order: ListOrder = {}, now = NOW): Promise<ListedPage<Thing>> => {
    const page = await listSessions({ index, sessions, now: () => now }, order, (thing) => thing)
    if (!page.ok) throw new Error(page.error.code)
    return page.value
  }
  return { engine, index, make, list, read, sessions }
}

const idsOf = ({ sessions }: ListedPage<Thing>) => sessions.map(({ id }) => id)
const nameOf = (at: number) => `session-${String(at).padStart(5, '0')}`

async function allPages(list: (order: ListOrder) => Promise<ListedPage<Thing>>, order: ListOrder = {}) {
  const read: string[] = []
  for (let before: string | undefined, pages = 0; pages < 100; pages += 1) {
    const page = await list({ ...order, before })
    read.push(...idsOf(page))
    before = page.next
    if (before === undefined) return read
  }
  throw new Error('the list has no end')
}

describe('a list of sessions', () => {
  it('is newest first, twenty at a time, and all pages together have each once', async () => {
    const { make, list, read } = listed()
    const names = Array.from({ length: 65 }, (_, at) => nameOf(at))
    for (const [at, name] of names.entries()) await make(name, NOW - at * 400)
    const first = await list()
    expect(idsOf(first)).toEqual(names.slice(0, 20))
    expect(first).not.toHaveProperty('stoppedAt')
    expect(read.length).toBeLessThanOrEqual(21)
    expect(await allPages(list)).toEqual(names)
    expect(await allPages(list, { limit: 65 })).toEqual(names)
    expect(await list({ limit: 65 })).not.toHaveProperty('next')
  })

  it('reads on for a filter, and says where the page ended', async () => {
    const { make, list } = listed()
    for (let at = 0; at < 250; at += 1) await make(nameOf(at), NOW - at, at % 50 === 0 ? 'rare' : 'open')
    const page = await list({ state: 'rare', limit: 3 })
    expect(idsOf(page)).toEqual([nameOf(0), nameOf(50), nameOf(100)])
    expect(idsOf(await list({ state: 'rare', limit: 3, before: page.next }))).toEqual([
      nameOf(150),
      nameOf(200),
    ])
    expect(await list({ state: 'nothing-has-it' })).toEqual({ sessions: [] })
  })

  it('looks at a thousand for one page and no more, and goes on from there', async () => {
    const { make, list, read } = listed()
    for (let at = 0; at < 1_500; at += 1) await make(nameOf(at), NOW - at)
    await make('session-wanted', NOW - 1_600, 'rare')
    const first = await list({ state: 'rare' })
    expect(first).toMatchObject({ sessions: [], stoppedAt: NOW - 999, next: expect.any(String) })
    expect(read).toHaveLength(1_000)
    const second = await list({ state: 'rare', before: first.next })
    expect(second).toMatchObject({ sessions: [{ id: 'session-wanted' }] })
    expect(second).not.toHaveProperty('next')
  })

  it('passes over what is over and gone, what cannot be read, and the earlier life of an id', async () => {
    const { index, make, list } = listed()
    await make('session-one', NOW - 10)
    await index.put('session-gone', NOW - 9, 60)
    await index.put('unreadable-one', NOW - 8, 60)
    await index.put('session-two', NOW - 4_000, 60)
    await make('session-two', NOW - 5)
    expect(idsOf(await list())).toEqual(['session-two', 'session-one'])
  })

  it('has sessions of instances whose clocks are ahead, and goes on whatever the clock of the next reader is', async () => {
    const { make, list } = listed()
    await make('session-ahead', NOW + 1_200)
    await make('session-now', NOW)
    await make('session-old', NOW - 9_000)
    const page = await list({ limit: 1 })
    expect(idsOf(page)).toEqual(['session-ahead'])
    for (const now of [NOW - 86_400, NOW, NOW + 86_400])
      expect(idsOf(await list({ before: page.next }, now))).toEqual(['session-now', 'session-old'])
  })

  it('is no list while the store is away', async () => {
    const { list, index, sessions } = listed()
    await index.put('session-one', NOW, 60)
    const away = async () => Promise.reject(new StoreUnavailable('away'))
    const order = [{}, (thing: Thing) => thing] as const
    await expect(listSessions({ index: { page: away }, sessions, now: () => NOW }, ...order)).rejects.toThrow(
      'away',
    )
    await expect(listSessions({ index, sessions: { get: away }, now: () => NOW }, ...order)).rejects.toThrow(
      'away',
    )
    expect(await list()).toEqual({ sessions: [] })
  })
})

describe('the place where a page ended', () => {
  it('is read as it was written', () => {
    const place = { createdAt: NOW, id: 'order-4711-zP3kQ9' }
    expect(parsePlace(writePlace(place))).toEqual(place)
  })

  const place = (text: string) => Buffer.from(text).toString('base64url')

  it.each([
    '',
    'x',
    '%00',
    place('tr0o8w0'),
    place('.order-4711-zP3kQ9'),
    place('tr0o8w0.'),
    place('tr0o8w0.a/b/c/d/e/f'),
    place('tr0o8w0.order-4711-zP3kQ9.more'),
    place('-1.order-4711-zP3kQ9'),
    place('zzzzzzzzz.order-4711-zP3kQ9'),
    place('1.8e9.order-4711-zP3kQ9'),
    place(`tr0o8w0.${'x'.repeat(129)}`),
  ])('is refused as %j', async (text) => {
    const { index, sessions } = listed()
    expect(parsePlace(text)).toBeUndefined()
    const refused = await listSessions(
      { index, sessions, now: () => NOW },
      { before: text },
      (thing: Thing) => thing,
    )
    expect(refused).toEqual({ ok: false, error: { code: 'list_place_unknown' } })
  })
})

describe('what a row says of events', () => {
  it('is the last one without its detail, and who wrote them in the order of their first', () => {
    const events = [
      { sequence: 1, type: 'created', at: 1, servedBy: 'two' },
      { sequence: 2, type: 'requested', at: 2, servedBy: 'one' },
      { sequence: 3, type: 'attempted', at: 3, servedBy: 'two', detail: 'declined' },
    ]
    expect(eventFacts(events)).toEqual({
      lastEvent: { sequence: 3, type: 'attempted', at: 3, servedBy: 'two' },
      servedBy: ['two', 'one'],
    })
    expect(eventFacts([{ sequence: 1, type: 'created', at: 1 }])).toEqual({
      lastEvent: { sequence: 1, type: 'created', at: 1 },
    })
    expect(eventFacts([])).toEqual({})
  })
})
