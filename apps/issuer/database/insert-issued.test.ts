import { StoreUnavailable } from '@countersign/stores/ports'
import { ReferenceGone } from '@countersign/stores/sql/database'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { onBothDatabases, watched } from '../testing/durable.testing.ts'
import { insertIssued } from './insert-issued.ts'
import type { IssuedCredentialRow, IssuerDatabase } from './schema.ts'

const LIST = 'a-list'
let rowsMade = 0

/** With a place of its own. */
function newRow(more: Partial<IssuedCredentialRow> = {}): IssuedCredentialRow {
  rowsMade += 1
  return {
    id: `row-${rowsMade}`,
    session_id: 'a-session',
    configuration_id: 'a-configuration',
    format: 'dc+sd-jwt',
    list_id: LIST,
    idx: rowsMade,
    purpose: null,
    issued_at: 1,
    expires_at: null,
    indexed_status: 0,
    ...more,
  }
}

function newRows(count: number): readonly IssuedCredentialRow[] {
  return Array.from({ length: count }, () => newRow())
}

async function idsIn({ db }: IssuerDatabase, rows: readonly IssuedCredentialRow[]): Promise<Set<string>> {
  const ids = rows.map(({ id }) => id)
  const found = await db.selectFrom('issued_credentials').select('id').where('id', 'in', ids).execute()
  return new Set(found.map(({ id }) => id))
}

/** What each of the calls came to: whether its row was written, or why it failed. */
async function outcomes(database: IssuerDatabase, rows: readonly IssuedCredentialRow[]) {
  const calls = rows.map(async (row) => (await insertIssued(database, [row])).has(row.id))
  return (await Promise.allSettled(calls)).map((call) =>
    call.status === 'fulfilled' ? call.value : call.reason,
  )
}

function counted(database: IssuerDatabase, before: () => void = () => undefined) {
  const statements = { count: 0 }
  const seen = watched(database, {
    before: () => {
      statements.count += 1
      before()
    },
  })
  return { seen, statements }
}

afterEach(() => {
  vi.restoreAllMocks()
})

onBothDatabases('rows of issued credentials that come at once', (database) => {
  beforeAll(async () => {
    await database()
      .db.insertInto('status_lists')
      .values({
        id: LIST,
        kind: 'token',
        base_url: 'https://issuer.example',
        permutation: 'any',
        series: 1,
        size: 131_072,
        next_position: 0,
        version: 0,
        indexed_version: 0,
        created_at: 1,
      })
      .execute()
  })

  it('are written by one statement, and whoever was answered finds his own', async () => {
    const { seen, statements } = counted(database())
    const rows = newRows(40)
    const found = await Promise.all(
      rows.map(async (row) => {
        const written = await insertIssued(seen, [row])
        return written.has(row.id) && (await idsIn(database(), [row])).has(row.id)
      }),
    )
    expect(found).toEqual(rows.map(() => true))
    expect(statements.count).toBe(1)
  })

  it('go on one after another, each in a statement of its own', async () => {
    const { seen, statements } = counted(database())
    for (const row of newRows(3)) expect(await outcomes(seen, [row])).toEqual([true])
    expect(statements.count).toBe(3)
  })

  it('while others are written share the next statement', async () => {
    const later = newRows(5)
    const outcomesOfLater: Promise<unknown[]>[] = []
    let statements = 0
    const seen = watched(database(), {
      after: () => {
        statements += 1
        if (statements === 1) outcomesOfLater.push(outcomes(seen, later))
      },
    })
    expect(await outcomes(seen, newRows(2))).toEqual([true, true])
    expect(await Promise.all(outcomesOfLater)).toEqual([later.map(() => true)])
    expect(statements).toBe(2)
  })

  it('are no more than 64 in a statement, and those of one call stay together', async () => {
    const { seen, statements } = counted(database())
    const batches = [newRows(30), newRows(30), newRows(100), newRows(1)]
    const written = await Promise.all(batches.map((batch) => insertIssued(seen, batch)))
    batches.forEach((batch, at) => {
      expect(batch.filter(({ id }) => written[at]?.has(id))).toEqual(batch)
    })
    expect(statements.count).toBe(3)
  })

  it('hear each of its own place: one that is taken, and one that two ask for', async () => {
    const [taken = newRow()] = newRows(1)
    await insertIssued(database(), [taken])
    const rows = [newRow(), newRow({ idx: taken.idx }), newRow({ idx: 90_000 }), newRow({ idx: 90_000 })]
    const { seen, statements } = counted(database())
    const [first, second, third, fourth] = await outcomes(seen, rows)
    expect([first, second, new Set([third, fourth])]).toEqual([true, false, new Set([true, false])])
    expect((await idsIn(database(), rows)).size).toBe(2)
    expect(statements.count).toBe(1)
  })

  it('without a status are never in the way of one another', async () => {
    const rows = Array.from({ length: 3 }, () => newRow({ list_id: null, idx: null }))
    expect(await outcomes(database(), rows)).toEqual([true, true, true])
  })

  it('do not fail with one of them that cannot be written', async () => {
    const { seen, statements } = counted(database())
    const rows = newRows(5).map((row, at) => (at === 2 ? { ...row, list_id: 'no-list' } : row))
    expect(await outcomes(seen, rows)).toEqual([true, true, expect.any(ReferenceGone), true, true])
    expect((await idsIn(database(), rows)).size).toBe(4)
    expect(statements.count).toBe(6)
  })

  it('all fail at once where the database is away, and the next ones are written', async () => {
    let isAway = true
    const { seen, statements } = counted(database(), () => {
      if (isAway) throw new StoreUnavailable('away')
    })
    const rows = newRows(20)
    expect(await outcomes(seen, rows)).toEqual(rows.map(() => expect.any(StoreUnavailable)))
    expect(await idsIn(database(), rows)).toEqual(new Set())
    expect(statements.count).toBe(1)
    isAway = false
    expect(await outcomes(seen, rows)).toEqual(rows.map(() => true))
  })

  it('are all there where the instance dies when the statement is done', async () => {
    const dying = watched(database(), {
      after: () => {
        throw new StoreUnavailable('killed')
      },
    })
    const rows = newRows(4)
    expect(await outcomes(dying, rows)).toEqual(rows.map(() => expect.any(StoreUnavailable)))
    expect((await idsIn(database(), rows)).size).toBe(4)
  })

  it.each([
    ['1 s: is tried', 1_000, true, 2],
    ['3 s: hears that it is away, too', 3_000, expect.any(StoreUnavailable), 1],
  ])(
    'and wait behind a statement that finds the database away, for %s',
    async (_, waitedMs, outcome, sent) => {
      const behind: Promise<unknown[]>[] = []
      let statements = 0
      const seen = watched(database(), {
        after: () => {
          statements += 1
          if (statements > 1) return
          behind.push(outcomes(seen, newRows(2)))
          const now = performance.now()
          vi.spyOn(performance, 'now').mockImplementation(() => now + waitedMs)
          throw new StoreUnavailable('away')
        },
      })
      expect(await outcomes(seen, newRows(1))).toEqual([expect.any(StoreUnavailable)])
      expect(await Promise.all(behind)).toEqual([[outcome, outcome]])
      expect(statements).toBe(sent)
    },
  )
})
