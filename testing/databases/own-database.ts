/**
 * Databases of their own for tests: a file, or one on a PostgreSQL server that all tests of a process share, since a server takes
 * thirty times as long to make as a database on it. The server ends with the process, however that ends.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PostgresServer, startPostgres } from '@countersign/local-servers/postgres-server'
import { openDatabase } from '@countersign/stores/sql/open-database'
import { sql } from 'kysely'

export interface OwnDatabase {
  readonly url: string
  /** Nothing is left of it. */
  close(): Promise<void>
}

export async function sqliteDatabase(): Promise<OwnDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-database-'))
  return {
    url: `sqlite:${join(folder, 'test.sqlite')}`,
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

let shared: Promise<PostgresServer> | undefined

export async function postgresDatabase(): Promise<OwnDatabase> {
  shared ??= startPostgres({ durable: false })
  const { url } = await shared
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await onServer(url, `create database ${name}`)
  return {
    url: Object.assign(new URL(url), { pathname: `/${name}` }).href,
    close: () => onServer(url, `drop database ${name} with (force)`),
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const { close, db } = await openDatabase<object>(url)
  await sql.raw(statement).execute(db)
  await close()
}
