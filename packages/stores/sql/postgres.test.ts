import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFaultProxy } from '@countersign/local-servers/fault-proxy'
import { type PostgresServer, startPostgres } from '@countersign/local-servers/postgres-server'
import { eventually } from '@countersign/testing/time/eventually'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StoreRefuses, StoreUnavailable } from '../ports.ts'
import { describeDatabase } from './database.contract.ts'
import type { Database } from './database.ts'
import { type Migration, migrate } from './migrate.ts'
import { openDatabase } from './open-database.ts'

describeDatabase('postgres', async () => {
  const server = await startPostgres({ durable: false })
  return { open: () => openDatabase(server.url, { maxConnections: 3 }), close: () => server.stop() }
})

interface Tables {
  t: { id: string }
}

async function expectUnavailable(operation: () => Promise<unknown>, withinMs: number): Promise<void> {
  await takesAtMost(withinMs, () => expect(operation()).rejects.toThrow(StoreUnavailable))
}

describe('a postgres server that goes and comes', () => {
  let folder: string
  let server: PostgresServer
  let database: Database<Tables>
  const problems: string[] = []

  const insert = (id: string) => database.db.insertInto('t').values({ id }).execute()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-data-'))
    server = await startPostgres({ dataFolder: folder, durable: false })
    const onProblem = (message: string) => problems.push(message)
    database = await openDatabase(server.url, { statementTimeoutMs: 5_000, onProblem })
    await sql`create table t (id text primary key)`.execute(database.db)
  })
  afterAll(async () => {
    await database.close()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('that speaks no TLS is unavailable where TLS is asked for, and the driver adds nothing to what is said', async () => {
    const warnings: string[] = []
    const listen = ({ message }: Error) => void warnings.push(message)
    process.on('warning', listen)
    for (const mode of ['prefer', 'require', 'verify-ca', 'verify-full']) {
      const strict = await openDatabase(`${server.url}?sslmode=${mode}`)
      await expect(strict.ping(2000), mode).rejects.toThrow(StoreUnavailable)
      await strict.close()
    }
    process.off('warning', listen)
    expect(warnings).toEqual([])
  })

  it('while it is down statements, transactions and pings are unavailable, and then work again', async () => {
    await insert('before')
    await server.stop()
    await expectUnavailable(() => insert('down'), 1_000)
    await expectUnavailable(
      () => database.inTransaction((tx) => tx.selectFrom('t').selectAll().execute()),
      1_000,
    )
    await expectUnavailable(() => database.ping(300), 1_000)
    server = await startPostgres({ dataFolder: folder, durable: false, port: server.port })
    await insert('after')
    expect(await database.db.selectFrom('t').select('id').orderBy('id').execute()).toEqual([
      { id: 'after' },
      { id: 'before' },
    ])
    expect(problems.join()).toContain('connection lost')
  })

  it('a server that dies between two statements of a transaction ends that transaction only', async () => {
    const dying = database.inTransaction(async (transaction) => {
      await transaction.insertInto('t').values({ id: 'half' }).execute()
      await server.stop()
      await transaction.insertInto('t').values({ id: 'other half' }).execute()
    })
    await expect(dying).rejects.toThrow(StoreUnavailable)
    server = await startPostgres({ dataFolder: folder, durable: false, port: server.port })
    const half = await database.db.selectFrom('t').select('id').where('id', 'like', '%half').execute()
    expect(half).toEqual([])
  })

  it('a server that does not answer is unavailable, and its connections are not used again', async () => {
    const proxy = await startFaultProxy(server.port)
    const url = server.url.replace(`:${server.port}`, `:${proxy.port}`)
    const proxied = await openDatabase<Tables>(url, { statementTimeoutMs: 1_500 })
    const insertProxied = (id: string) => proxied.db.insertInto('t').values({ id }).execute()
    await insertProxied('proxied')
    proxy.freeze()
    await expectUnavailable(() => insertProxied('frozen'), 3_000)
    await expectUnavailable(() => proxied.ping(300), 500)
    proxy.thaw()
    await insertProxied('thawed')
    await proxied.close()
    await proxy.close()
  })

  it('a server that takes no writes does not answer a ping', async () => {
    const writing = '?options=-c%20default_transaction_read_only%3Doff'
    const operator = await openDatabase<Tables>(`${server.url}${writing}`)
    const readOnly = async (how: 'on' | 'off') => {
      await sql`alter system set default_transaction_read_only = ${sql.raw(how)}`.execute(operator.db)
      await sql`select pg_reload_conf()`.execute(operator.db)
    }
    const pinged = () =>
      database.ping(2_000).then(
        () => 'takes writes',
        (error: Error) => error.message,
      )
    await readOnly('on')
    await eventually('the server is read-only', async () => (await pinged()).includes('read-only'))
    await readOnly('off')
    await eventually('the server takes writes', async () => (await pinged()) === 'takes writes')
    await operator.close()
  })

  it('a statement that lasts too long is ended on the server too', async () => {
    const hasty = await openDatabase<Tables>(server.url, { statementTimeoutMs: 500 })
    await expectUnavailable(() => sql`select pg_sleep(20)`.execute(hasty.db), 1_500)
    await hasty.close()
    const { rows } =
      await sql`select 1 from pg_stat_activity where query like '%pg_sleep(2%' and state = 'active'
      and pid <> pg_backend_pid()`.execute(database.db)
    expect(rows).toEqual([])
  })

  it('a room that keeps all of its connections busy leaves some to the others, and its own wait no longer than for any', async () => {
    const whole = await openDatabase<Tables>(server.url, { maxConnections: 2 })
    const [busy, quiet] = [await whole.room('busy'), await whole.room('quiet')]
    const waiting = Array.from({ length: 5 }, () => sql`select pg_sleep(4)`.execute(busy.db))
    const ended = Promise.allSettled(waiting)
    await takesAtMost(1_500, () => sql`select 1`.execute(quiet.db))
    await takesAtMost(1_500, () => sql`select 1`.execute(whole.db))
    const outcomes = (await ended).map(({ status }) => status)
    expect(outcomes.toSorted()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected', 'rejected'])
    // Nobody keeps a place that he did not get.
    await takesAtMost(1_500, () => sql`select 1`.execute(busy.db))
    await whole.close()
  })

  it('many rooms use the connections that there are, and no more', async () => {
    const whole = await openDatabase<Tables>(server.url, { maxConnections: 2 })
    const rooms = await Promise.all(Array.from({ length: 8 }, (_, at) => whole.room(`room-${at}`)))
    const asked = rooms.map((room) => sql`select pg_sleep(0.11)`.execute(room.db))
    const seen: number[] = []
    const count = async () => {
      const { rows } = await sql<{ n: number }>`select count(*) as n from pg_stat_activity
        where query like '%pg_sleep(0.11)%' and pid <> pg_backend_pid()`.execute(database.db)
      seen.push(rows[0]?.n ?? 0)
    }
    const counting = (async () => {
      for (let turn = 0; turn < 10; turn++) await count()
    })()
    await Promise.all([...asked, counting])
    await count()
    expect(Math.max(...seen)).toBeGreaterThan(0)
    expect(Math.max(...seen)).toBeLessThanOrEqual(2)
    await whole.close()
  })

  it('whoever may make no schema uses one that was made for him', async () => {
    const operator = await openDatabase<Tables>(server.url)
    await sql`create role limited login password 'limited'`.execute(operator.db)
    await sql`create schema tenant_made authorization limited`.execute(operator.db)
    const url = new URL(server.url)
    url.username = url.password = 'limited'
    const limited = await openDatabase<Tables>(url.href)
    const made: Record<string, Migration> = {
      '2026-01': { up: async (db) => void (await sql`create table t (id text)`.execute(db)) },
    }
    const room = await limited.room('made')
    expect(await migrate(room, made, 'x')).toEqual(['2026-01'])
    expect(await room.db.selectFrom('t').selectAll().execute()).toEqual([])
    await expect(migrate(await limited.room('missing'), made, 'x')).rejects.toThrow(StoreRefuses)
    await limited.close()
    await operator.close()
  })

  it('a number that does not fit is refused, not rounded; the description has no credentials', async () => {
    await expect(sql`select 9007199254740993::bigint as n`.execute(database.db)).rejects.toThrow(RangeError)
    const described = await openDatabase('postgres://me:sesame@db.example:5433/wallet')
    expect(described.description).toBe('postgres://db.example:5433/wallet')
    await described.close()
  })
})
