import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../ports.ts'
import { describeDatabase } from './database.contract.ts'
import { ReferenceGone } from './database.ts'
import { openDatabase } from './open-database.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-sqlite-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describeDatabase('sqlite', async () => ({
  open: () => openDatabase(`sqlite:${join(folder, 'new', 'contract.db')}`),
  close: async () => {},
}))

/** Another process that counts as this test does, in a file of its own language: no code is shared but ours. */
const OTHER_PROCESS = `
import { openDatabase } from ${JSON.stringify(new URL('./open-database.ts', import.meta.url).href)}
import { migrate } from ${JSON.stringify(new URL('./migrate.ts', import.meta.url).href)}
const database = await openDatabase('sqlite:' + process.argv[1])
const up = (db) => db.schema.createTable('t').addColumn('id', 'text').execute()
const applied = await migrate(database, { a: { up } }, 'race')
for (let row = 0; row < 20; row += 1) await database.db.insertInto('t').values({ id: process.pid + '-' + row }).execute()
console.log(applied.length)
await database.close()
`

describe('a sqlite database', () => {
  it('processes that start at once migrate it once, and their writes all arrive', async () => {
    const file = join(folder, 'processes.db')
    const run = () =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', OTHER_PROCESS, file])
    const outputs = await Promise.all(Array.from({ length: 4 }, run))
    expect(outputs.map(({ stdout }) => stdout.trim()).sort()).toEqual(['0', '0', '0', '1'])
    const database = await openDatabase<{ t: { id: string } }>(`sqlite:${file}`)
    expect(await database.db.selectFrom('t').select('id').execute()).toHaveLength(80)
    await database.close()
  })

  it('is a file that only its user can read', async () => {
    const file = join(folder, 'private.db')
    const database = await openDatabase<{ t: { id: string } }>(`sqlite:${file}`)
    await sql`create table t (id text)`.execute(database.db)
    for (const each of [file, `${file}-wal`]) expect((await stat(each)).mode & 0o777).toBe(0o600)
    await database.close()
  })

  it('enforces foreign keys and survives without a file', async () => {
    const database = await openDatabase<{ child: { parent: string } }>('sqlite::memory:')
    await sql`create table parent (id text primary key)`.execute(database.db)
    await sql`create table child (parent text references parent(id))`.execute(database.db)
    await expect(database.db.insertInto('child').values({ parent: 'x' }).execute()).rejects.toThrow(
      ReferenceGone,
    )
    expect(database.description).toBe('sqlite::memory:')
    await database.close()
  })

  it('refuses values that it would keep as something else', async () => {
    const database = await openDatabase<{ t: { id: unknown } }>('sqlite::memory:')
    await sql`create table t (id text)`.execute(database.db)
    for (const id of [true, new Date(0), { a: 1 }, undefined]) {
      await expect(sql`insert into t values (${id})`.execute(database.db)).rejects.toThrow(TypeError)
    }
    await database.close()
  })

  it('a writer that holds the file too long is unavailability, and the process goes on meanwhile', async () => {
    const file = `sqlite:${join(folder, 'held.db')}`
    const [holder, waiting] = [await openDatabase<object>(file), await openDatabase<object>(file)]
    await holder.inTransaction(async () => {
      let ticks = 0
      const ticking = setInterval(() => (ticks += 1), 10)
      await expect(sql`create table t (id text)`.execute(waiting.db)).rejects.toThrow(StoreUnavailable)
      clearInterval(ticking)
      expect(ticks).toBeGreaterThan(50)
    })
    await sql`create table t (id text)`.execute(waiting.db)
    await holder.close()
    await waiting.close()
  })

  it('a file that is no database, and a URL that names none, are refused', async () => {
    await expect(openDatabase(`sqlite:${import.meta.filename}`)).rejects.toThrow(StoreUnavailable)
    await expect(openDatabase('sqlite:')).rejects.toThrow(TypeError)
    await expect(openDatabase('mysql://root:sesame@h/d')).rejects.toThrow(/^(?!.*sesame)/)
  })
})
