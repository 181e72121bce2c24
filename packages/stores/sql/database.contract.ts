/** What both SQL engines promise, as one suite; also the portable subset of SQL, by example. */
import { type Generated, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, ReferenceGone } from './database.ts'
import { type Migration, MigrationOrderBroken, migrate } from './migrate.ts'

interface Tables {
  issued: { id: string; index_in_list: number; issued_at: number; claims: string }
  log: { id: Generated<number>; text: string }
}

export interface SqlUnderTest {
  /** One more opening of the same, at first empty, database. */
  open(): Promise<Database<Tables>>
  close(): Promise<void>
}

const RACERS = 8

const migrations: Record<string, Migration> = {
  '2026-01-issued': {
    up: async (db) => {
      await db.schema
        .createTable('issued')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('index_in_list', 'integer', (column) => column.notNull().unique())
        .addColumn('issued_at', 'bigint', (column) => column.notNull())
        .addColumn('claims', 'text', (column) => column.notNull())
        .execute()
    },
  },
  '2026-02-log': {
    up: async (db) => {
      await sql`create table log (id integer primary key, text text not null)`.execute(db)
      await sql`insert into log (id, text) values (1, 'first')`.execute(db)
    },
  },
}

export function describeDatabase(name: string, prepare: () => Promise<SqlUnderTest>): void {
  describe(name, () => {
    let source: SqlUnderTest
    let racers: Database<Tables>[]
    let applied: (readonly string[])[]
    const database = () => racers[0]!
    beforeAll(async () => {
      source = await prepare()
      racers = await Promise.all(Array.from({ length: RACERS }, () => source.open()))
      applied = await Promise.all(racers.map((racer) => migrate(racer, migrations, 'issuer')))
    })
    afterAll(async () => {
      await Promise.all(racers.map((racer) => racer.close()))
      await source.close()
    })

    it('of many instances that start on an empty database one applies each migration', async () => {
      expect(applied.flat().sort()).toEqual(Object.keys(migrations))
      expect(await database().db.selectFrom('log').selectAll().execute()).toEqual([{ id: 1, text: 'first' }])
    })

    describeMigrations(database)
    describeStatements(database)
    describeConcurrency(() => racers)
    describeRooms(() => source)
    it('answers a ping', () => database().ping(1_000))
  })
}

function describeMigrations(database: () => Database<Tables>): void {
  const never: Migration = { up: () => Promise.reject(new Error('applied')) }

  it('what was applied is not applied again, also when this release does not know it', async () => {
    expect(await migrate(database(), { '2026-01-issued': never, '2026-02-log': never }, 'issuer')).toEqual([])
    expect(await migrate(database(), { '2026-01-issued': never }, 'issuer')).toEqual([])
  })

  it('a migration that would come before an applied one is refused', async () => {
    const late = { ...migrations, '2026-01-z': never }
    await expect(migrate(database(), late, 'issuer')).rejects.toThrow(MigrationOrderBroken)
  })

  it('a migration that fails leaves nothing behind, and succeeds later', async () => {
    const table: Migration = { up: async (db) => void (await sql`create table half (id text)`.execute(db)) }
    await expect(migrate(database(), { a: table, b: never }, 'verifier')).rejects.toThrow('applied')
    expect(await migrate(database(), { a: table }, 'verifier')).toEqual(['a'])
  })

  it('lists of services are apart, and their names cannot carry SQL', async () => {
    const none: Migration = { up: async () => {} }
    expect(await migrate(database(), { '2026-01-issued': none }, 'wallet')).toEqual(['2026-01-issued'])
    expect(() => migrate(database(), {}, 'x; drop table log')).toThrow(RangeError)
  })
}

function describeStatements(database: () => Database<Tables>): void {
  const row = (id: string, index: number) => ({
    id,
    index_in_list: index,
    issued_at: 1_900_000_000_000,
    claims: '{"é":"🎟"}',
  })

  it('what is inserted is returned and read with the same types, large numbers and counts included', async () => {
    const { db } = database()
    const inserted = await db
      .insertInto('issued')
      .values(row('a', 1))
      .returningAll()
      .executeTakeFirstOrThrow()
    expect(inserted).toEqual(row('a', 1))
    expect(await db.selectFrom('issued').selectAll().where('id', '=', 'a').execute()).toEqual([row('a', 1)])
    const counted = await db
      .selectFrom('issued')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .executeTakeFirst()
    expect(counted).toEqual({ n: 1 })
  })

  it('an upsert changes the row that is there, and says how many rows a statement changed', async () => {
    const { db } = database()
    await db.insertInto('issued').values(row('b', 2)).execute()
    const upserted = await db
      .insertInto('issued')
      .values(row('b', 99))
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ claims: '{}' }))
      .returning(['index_in_list', 'claims'])
      .executeTakeFirst()
    expect(upserted).toEqual({ index_in_list: 2, claims: '{}' })
    const update = db.updateTable('issued').set({ claims: '[]' })
    expect((await update.where('id', '=', 'b').executeTakeFirst()).numUpdatedRows).toBe(1n)
    expect((await update.where('id', '=', 'nobody').executeTakeFirst()).numUpdatedRows).toBe(0n)
  })

  it('a second row with the same key is told from other failures', async () => {
    const { db } = database()
    await db.insertInto('issued').values(row('c', 3)).execute()
    const failures = [
      db.insertInto('issued').values(row('c', 30)).execute(),
      db.insertInto('issued').values(row('c2', 3)).execute(),
      sql`insert into issued (id, index_in_list, issued_at) values ('c3', 31, 1)`.execute(db),
      sql`select * from missing`.execute(db),
    ]
    const errors = await Promise.all(
      failures.map((failure) =>
        failure.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    )
    expect(errors.every((error) => error instanceof Error)).toBe(true)
  })

  it('a row that would refer to none is told from other failures, and so is one that others refer to', async () => {
    const { db } = database()
    await sql`create table owners (id text primary key)`.execute(db)
    await sql`create table owned (owner text references owners(id))`.execute(db)
    await sql`insert into owners values ('a')`.execute(db)
    await sql`insert into owned values ('a')`.execute(db)
    await expect(sql`insert into owned values ('b')`.execute(db)).rejects.toThrow(ReferenceGone)
    await expect(sql`delete from owners`.execute(db)).rejects.toThrow(ReferenceGone)
  })

  it('a transaction that throws changes nothing, and one that ends does', async () => {
    const failing = database().inTransaction(async (transaction) => {
      await transaction.insertInto('issued').values(row('d', 4)).execute()
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    await database().inTransaction((transaction) =>
      transaction.insertInto('issued').values(row('e', 5)).execute(),
    )
    const ids = await database().db.selectFrom('issued').select('id').where('id', 'in', ['d', 'e']).execute()
    expect(ids).toEqual([{ id: 'e' }])
  })

  it('text cannot become SQL', async () => {
    const id = `'); drop table issued; --`
    await database().db.insertInto('issued').values(row(id, 6)).execute()
    expect(await database().db.selectFrom('issued').select('id').where('id', '=', id).execute()).toEqual([
      { id },
    ])
  })
}

function describeConcurrency(racers: () => readonly Database<Tables>[]): void {
  it('instances that allocate numbers at once never give one twice', async () => {
    const allocate = (database: Database<Tables>) =>
      database.inTransaction(async (transaction) => {
        const next = await sql<{ text: string }>`
          update log set text = cast(cast(text as integer) + 1 as text) where id = 2 returning text`.execute(
          transaction,
        )
        return Number(next.rows[0]?.text)
      })
    await racers()[0]!.db.insertInto('log').values({ id: 2, text: '0' }).execute()
    const numbers = await Promise.all(
      racers().flatMap((each) => Array.from({ length: 10 }, () => allocate(each))),
    )
    expect(numbers.sort((a, b) => a - b)).toEqual(
      Array.from({ length: RACERS * 10 }, (_, index) => index + 1),
    )
  })
}

function describeRooms(source: () => SqlUnderTest): void {
  describe('rooms', () => {
    let whole: Database<Tables>
    let rooms: readonly [Database<Tables>, Database<Tables>]
    const row = { index_in_list: 77, issued_at: 1, claims: '' }
    const idsIn = async ({ db }: Pick<Database<Tables>, 'db'>) =>
      (await db.selectFrom('issued').select('id').where('index_in_list', '=', 77).execute()).map(
        ({ id }) => id,
      )
    beforeAll(async () => {
      whole = await source().open()
      rooms = [await whole.room('acme'), await whole.room('a-b')]
      for (const room of rooms) await migrate(room, migrations, 'issuer')
    })
    afterAll(async () => {
      await Promise.all(rooms.map((room) => room.close()))
      await whole.close()
    })

    it('have tables of their own, and what is written into one is found in no other', async () => {
      const [acme, other] = rooms
      await acme.db
        .insertInto('issued')
        .values({ id: 'of-acme', ...row })
        .execute()
      expect(await Promise.all([acme, other, whole].map(idsIn))).toEqual([['of-acme'], [], []])
      await other.inTransaction((transaction) =>
        transaction
          .insertInto('issued')
          .values({ id: 'of-other', ...row })
          .execute(),
      )
      expect(await Promise.all([acme, other, whole].map(idsIn))).toEqual([['of-acme'], ['of-other'], []])
    })

    it('one that is opened once more is as it was, and is migrated once', async () => {
      const again = await source().open()
      const acme = await again.room('acme')
      expect(await migrate(acme, migrations, 'issuer')).toEqual([])
      expect(await idsIn(acme)).toEqual(['of-acme'])
      await acme.close()
      await again.close()
    })

    it.each(['', 'A', 'a_b', '-a', 'a.b', 'a"b', '../a', 'a'.repeat(41)])(
      'there is none of the name %j',
      async (name) => {
        await expect((async () => whole.room(name))()).rejects.toThrow(RangeError)
      },
    )
  })
}
