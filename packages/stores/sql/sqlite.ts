/**
 * SQLite through `node:sqlite`, one connection a process. Waiting for another writer happens between attempts, never
 * inside SQLite, which would stop the whole process (and for good, when the other writer is in this process).
 * Every transaction takes the write lock at its beginning: one that reads first and writes later could not be retried.
 */
import { closeSync, constants, mkdirSync, openSync } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import { StoreRefuses, StoreUnavailable } from '../ports.ts'
import { checkedRoom, type Database, ReferenceGone } from './database.ts'
import { inTime } from './time-limit.ts'

const BUSY_WAIT_MS = 5_000
const BUSY_PAUSE_MS = 5
const STATEMENTS_KEPT = 200

export async function openSqlite<Tables>(file: string): Promise<Database<Tables>> {
  if (file === '') throw new TypeError('a SQLite URL names a file: sqlite:FILE')
  const connection = new SqliteConnection(openFile(file), file)
  try {
    await connection.run('pragma journal_mode = wal')
    // An acknowledged write survives a power cut: in WAL mode that takes `full`.
    await connection.run('pragma synchronous = full')
  } catch (error) {
    connection.close()
    throw error
  }
  const db = new Kysely<Tables>({ dialect: dialectOver(connection) })
  const inTransaction: Database<Tables>['inTransaction'] = (work) => db.transaction().execute(work)
  return {
    db,
    engine: 'sqlite',
    description: `sqlite:${file}`,
    ping: async (timeoutMs) => {
      await inTime(sql`select 1`.execute(db), timeoutMs, 'sqlite')
      if (file !== ':memory:') await requireWritable(file)
    },
    inTransaction,
    exclusively: inTransaction,
    room: (name) => openSqlite(roomOf(file, checkedRoom(name))),
    close: () => db.destroy(),
  }
}

/** `issuer.sqlite` has `issuer.acme.sqlite` beside it. */
function roomOf(file: string, name: string): string {
  if (file === ':memory:') return file
  const { dir, ext, name: stem } = parse(file)
  return join(dir, `${stem}.${name}${ext}`)
}

/** Of the file and its file system, since a transaction to try it would wait for the other writers. */
async function requireWritable(file: string): Promise<void> {
  try {
    await access(file, constants.W_OK)
    if ((await statfs(dirname(file))).bavail === 0) throw new Error('the disk is full')
  } catch (error) {
    const reason = error instanceof Error ? error.message : ''
    throw new StoreUnavailable(`sqlite: takes no writes: ${reason}`, { cause: error })
  }
}

function openFile(file: string): DatabaseSync {
  if (file !== ':memory:') {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    // SQLite would make it readable by all; its log files take over the mode of the file.
    closeSync(openSync(file, 'a', 0o600))
  }
  try {
    return new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 0 })
  } catch (error) {
    throw meaningOf(error, file)
  }
}

function dialectOver(connection: SqliteConnection): Dialect {
  return {
    createDriver: () => driverOver(connection),
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  }
}

/** Kysely lets one caller at a time have the connection, a whole transaction long. */
function driverOver(connection: SqliteConnection): Driver {
  return {
    init: async () => {},
    acquireConnection: async () => connection,
    releaseConnection: async () => {},
    beginTransaction: () => connection.run('begin immediate'),
    commitTransaction: () => connection.run('commit'),
    rollbackTransaction: () => connection.rollBack(),
    destroy: async () => connection.close(),
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  readonly #file: string
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync, file: string) {
    this.#database = database
    this.#file = file
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const giveUpAt = performance.now() + BUSY_WAIT_MS
    for (;;) {
      try {
        return this.#execute<R>(query)
      } catch (error) {
        if (!isBusy(error)) throw meaningOf(error, this.#file)
        if (performance.now() > giveUpAt)
          throw new StoreUnavailable('sqlite: locked by another', { cause: error, answered: true })
      }
      await sleep(BUSY_PAUSE_MS)
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query)
  }

  async run(text: string): Promise<void> {
    await this.executeQuery(CompiledQuery.raw(text))
  }

  /** SQLite ends a transaction itself on some errors, a full disk for one. */
  async rollBack(): Promise<void> {
    if (this.#database.isTransaction) await this.run('rollback')
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #execute<R>({ sql: text, parameters }: CompiledQuery): QueryResult<R> {
    const statement = this.#prepared(text)
    const values = parameters.map(checkedParameter)
    if (statement.columns().length > 0) return { rows: statement.all(...values) as R[] }
    const { changes, lastInsertRowid } = statement.run(...values)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  #prepared(text: string): StatementSync {
    const known = this.#statements.get(text)
    if (known) return known
    const statement = this.#database.prepare(text)
    if (this.#statements.size >= STATEMENTS_KEPT) this.#statements.clear()
    this.#statements.set(text, statement)
    return statement
  }
}

function checkedParameter(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    return value
  }
  if (value instanceof Uint8Array) return value
  throw new TypeError(`SQLite stores text, numbers, bytes and null, not a ${typeof value}`)
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode : undefined
}

/** Primary result code of SQLite: the low byte of the extended one. */
function primaryCode(error: unknown): number | undefined {
  const code = resultCode(error)
  return code === undefined ? undefined : code & 0xff
}

// SQLITE_CONSTRAINT_FOREIGNKEY
const FOREIGN_KEY = 787

// SQLITE_BUSY, SQLITE_LOCKED
function isBusy(error: unknown): boolean {
  return [5, 6].includes(primaryCode(error) ?? 0)
}

// SQLITE_IOERR, FULL
const NOT_SERVING = [10, 13]
// SQLITE_READONLY, CORRUPT, CANTOPEN, NOTADB
const REFUSING = [8, 11, 14, 26]

function meaningOf(error: unknown, file: string): unknown {
  const code = primaryCode(error) ?? 0
  if (!(error instanceof Error)) return error
  if (resultCode(error) === FOREIGN_KEY)
    return new ReferenceGone('sqlite: a row refers to none', { cause: error })
  const sentence = `sqlite: ${file}: ${error.message}`
  if (REFUSING.includes(code)) return new StoreRefuses(sentence, { cause: error })
  return NOT_SERVING.includes(code) ? new StoreUnavailable(sentence, { cause: error, answered: true }) : error
}
