import { expect, it } from 'vitest'
import type { IssuerDatabase, ListKind } from '../database/schema.ts'
import { newDeployment, onBothDatabases, SMALL_LIST, watched } from '../testing/durable.testing.ts'
import type { IndexAllocator } from './allocate-index.ts'

async function take(indices: IndexAllocator, count: number, kind: ListKind = 'token') {
  const places = await Promise.all(Array.from({ length: count }, () => indices.next(kind)))
  return places.map(({ list, index }) => ({ listId: list.id, index, place: `${list.id} ${index}` }))
}

function indicesOf(
  database: () => IssuerDatabase,
  options: Parameters<ReturnType<typeof newDeployment>['instance']>[0] = {},
) {
  return newDeployment(database()).instance({ listSize: SMALL_LIST, ...options }).statusLists.indices
}

onBothDatabases('status indices', (database) => {
  it('of a list are given once each, all of them, and then those of the next list', async () => {
    const taken = await take(indicesOf(database, { blockSize: 10 }), 2 * SMALL_LIST)
    const [first, second] = [taken.slice(0, SMALL_LIST), taken.slice(SMALL_LIST)]
    const everyIndex = Array.from({ length: SMALL_LIST }, (_, index) => index)
    for (const some of [first, second]) {
      expect(new Set(some.map(({ listId }) => listId)).size).toBe(1)
      expect(some.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(everyIndex)
    }
    expect(first[0]?.listId).not.toBe(second[0]?.listId)
  })

  it('are unique over instances that all ask at once, and their lists follow each other without a gap', async () => {
    const deployment = newDeployment(database())
    const instances = Array.from({ length: 5 }, (_, number) =>
      deployment.instance({ listSize: SMALL_LIST, blockSize: 3 + number }),
    )
    const taken = await Promise.all(instances.map(({ statusLists }) => take(statusLists.indices, 200)))
    expect(new Set(taken.flat().map(({ place }) => place)).size).toBe(1000)
    const ids = [...new Set(taken.flat().map(({ listId }) => listId))]
    const lists = await database().db.selectFrom('status_lists').selectAll().where('id', 'in', ids).execute()
    expect(lists.map(({ series }) => series).toSorted((a, b) => a - b)).toEqual(ids.map((_, at) => at + 1))
  })

  it('of an instance that died are lost with its block and never given again', async () => {
    const deployment = newDeployment(database())
    const next = (count: number) =>
      take(deployment.instance({ listSize: SMALL_LIST, blockSize: 8 }).statusLists.indices, count)
    const before = await next(3)
    const after = await next(SMALL_LIST - 8)
    expect(new Set([...before, ...after].map(({ place }) => place)).size).toBe(SMALL_LIST - 5)
    expect(new Set(after.map(({ listId }) => listId))).toEqual(new Set([before[0]?.listId]))
    expect((await next(1))[0]?.listId).not.toBe(before[0]?.listId)
  })

  it('come in another order for another list and another secret', async () => {
    const order = async () => (await take(indicesOf(database), 2 * SMALL_LIST)).map(({ index }) => index)
    const [mine, others] = [await order(), await order()]
    expect(mine.slice(0, SMALL_LIST)).not.toEqual(mine.slice(SMALL_LIST))
    expect(mine.slice(0, SMALL_LIST)).not.toEqual(others.slice(0, SMALL_LIST))
    const rising = mine.filter((index, at) => at > 0 && index === (mine[at - 1] ?? 0) + 1)
    expect(rising.length).toBeLessThan(10)
  })

  it('are of lists made for the same address, kind and secret only', async () => {
    const deployment = newDeployment(database())
    const here = deployment.instance({ listSize: SMALL_LIST }).statusLists.indices
    const elsewhere = deployment.instance({ listSize: SMALL_LIST, baseUrl: 'https://other.example' })
    const lists = [
      await take(here, 1),
      await take(here, 1, 'bitstring'),
      await take(elsewhere.statusLists.indices, 1),
      await take(indicesOf(database), 1),
    ]
    expect(new Set(lists.flat().map(({ listId }) => listId)).size).toBe(4)
  })

  it('need the database once a block', async () => {
    let statements = 0
    const counting = watched(database(), { before: () => (statements += 1) })
    const indices = indicesOf(database, { database: counting, listSize: 1000, blockSize: 100 })
    await take(indices, 1)
    statements = 0
    await take(indices, 99)
    expect(statements).toBe(0)
    await take(indices, 100)
    expect(statements).toBe(1)
  })

  it('cannot be had while the database is away, and can right after', async () => {
    let away = false
    const failing = watched(database(), {
      before: () => {
        if (away) throw new Error('away')
      },
    })
    const indices = indicesOf(database, { database: failing, blockSize: 4 })
    const before = await take(indices, 4)
    away = true
    const refused = await Promise.allSettled(Array.from({ length: 3 }, () => indices.next('token')))
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    away = false
    expect(new Set([...before, ...(await take(indices, 20))].map(({ place }) => place)).size).toBe(24)
  })

  it('of a list that is not trusted any more are given by no instance', async () => {
    const deployment = newDeployment(database())
    const [one, other] = [0, 1].map(() => deployment.instance({ listSize: SMALL_LIST, blockSize: 4 }))
    const place = await one?.statusLists.indices.next('token')
    if (one === undefined || other === undefined || place === undefined)
      throw new Error('nothing to distrust')
    await one.statusLists.indices.distrust(place.list)
    for (const { statusLists } of [one, other]) {
      expect((await take(statusLists.indices, 10)).map(({ listId }) => listId)).not.toContain(place.list.id)
    }
  })
})
