/**
 * PostgreSQL through a pool of `pg`. Here its errors get their meaning: what the server says about a statement stays
 * as it is, everything about reaching the server is `StoreUnavailable`. A connection that did not answer in time is
 * thrown away, for nobody knows what it is still doing.
 */
import { withinTime } from '@countersign/event-loop/time-limit'
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from 'kysely'
import pg from 'pg'
import { StoreRefuses, StoreUnavailable } from '../ports.ts'
import { checkedRoom, type Database, type DatabaseOptions, ReferenceGone } from './database.ts'
import { postgresRoom } from './postgres-room.ts'
import { inTime } from './time-limit.ts'

const MAX_CONNECTIONS = 10
const STATEMENT_TIMEOUT_MS = 5_000
/** For a connection of the pool, new or given back. */
const CONNECT_TIMEOUT_MS = 2_000
/** The server's own limit comes first when it can, so that nothing goes on that nobody waits for. */
const GRACE_MS = 500
const MIGRATION_TIMEOUT_MS = 3_600_000
/** Any number, the same in every instance. */
const MIGRATION_LOCK = 4_672_117_903

export function openPostgres<Tables>(url: string, options: DatabaseOptions): Database<Tables> {
  const description = describe(url)
  const timeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS
  const connections = options.maxConnections ?? MAX_CONNECTIONS
  const pool = openPool(url, connections, timeoutMs, options)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const ping: Database<Tables>['ping'] = (pingTimeoutMs) =>
    inTime(requireWritable(db), pingTimeoutMs, 'postgres')
  const exclusively: Database<Tables>['exclusively'] = async (work) => {
    const alone = openPool(url, 1, MIGRATION_TIMEOUT_MS, options)
    await using patient = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: alone }) })
    return await patient.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction)
      return await work(transaction)
    })
  }
  const ofRoom = { connections: Math.ceil(connections / 2), waitMs: CONNECT_TIMEOUT_MS }
  return {
    db,
    engine: 'postgres',
    description,
    ping,
    inTransaction: (work) => db.transaction().execute(work),
    exclusively,
    room: async (name) =>
      postgresRoom(checkedRoom(name), { description, exclusively, ping, pool, ...ofRoom }),
    close: () => db.destroy(),
  }
}

/** A standby is read-only, and so is a server whose owner said so, for example while its disk is full. */
async function requireWritable<Tables>(db: Kysely<Tables>): Promise<void> {
  const asked = sql<{ read_only: string }>`select current_setting('transaction_read_only') as read_only`
  const { rows } = await asked.execute(db)
  if (rows[0]?.read_only === 'on')
    throw new StoreUnavailable('postgres: takes no writes (read-only)', { answered: true })
}

function openPool(url: string, max: number, timeoutMs: number, options: DatabaseOptions): PostgresPool {
  const pool = new pg.Pool({
    connectionString: withStrictTls(url),
    max,
    // The library counts pauses of this process; whoever waits is told by the limits below, which do not.
    connectionTimeoutMillis: 2 * CONNECT_TIMEOUT_MS,
    statement_timeout: timeoutMs,
    keepAlive: true,
    application_name: 'countersign',
    types: { getTypeParser },
  })
  const report = (error: Error) => options.onProblem?.(`postgres: connection lost: ${error.message}`)
  // Without a listener a connection that breaks while it is idle, or between two statements, ends the process.
  pool.on('error', report)
  pool.on('connect', (client) => client.on('error', () => {}))
  return withMeaningfulErrors(pool, timeoutMs + GRACE_MS)
}

/** What the driver does with each of these today; said plainly, or it warns of other meanings that they may have one day. */
function withStrictTls(url: string): string {
  if (url.includes('uselibpqcompat=')) return url
  return url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, '$1verify-full')
}

function withMeaningfulErrors(pool: pg.Pool, queryTimeoutMs: number): PostgresPool {
  const guarded = new WeakMap<pg.PoolClient, PostgresPoolClient>()
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await connectionOf(pool).catch((error: unknown) => Promise.reject(meaningOf(error)))
      const known = guarded.get(client) ?? guard(client, queryTimeoutMs)
      guarded.set(client, known)
      return known
    },
  }
}

/** One that comes too late goes back to the others. */
function connectionOf(pool: pg.Pool): Promise<pg.PoolClient> {
  const connecting = pool.connect()
  return withinTime(connecting, CONNECT_TIMEOUT_MS, () => {
    connecting.then(
      (client) => client.release(),
      () => undefined,
    )
    return new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`)
  })
}

function guard(client: pg.PoolClient, queryTimeoutMs: number): PostgresPoolClient {
  let broken = false
  const late = () => new Error(`no answer within ${queryTimeoutMs} ms`)
  const query = async (text: string, parameters: readonly unknown[]) => {
    try {
      return await withinTime(client.query(text, [...parameters]), queryTimeoutMs, late)
    } catch (error) {
      const meaning = meaningOf(error)
      broken ||= meaning instanceof StoreUnavailable
      throw meaning
    }
  }
  return {
    // The type has a second form, for cursors; `PostgresDialect` was given none and does not use it.
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy || broken),
  }
}

/** Counts and epoch seconds arrive as numbers; one too large for a number is a bug and not rounded in silence. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') => {
  if (oid === pg.types.builtins.INT8) return safeInteger
  return format === 'binary' ? pg.types.getTypeParser(oid, format) : pg.types.getTypeParser(oid, 'text')
}

function safeInteger(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw new RangeError('a bigint in the database does not fit a number')
}

// Connection exceptions, insufficient resources, operator intervention (a cancelled statement included), I/O errors;
// read-only: a standby that was the primary before.
const NOT_SERVING = /^(08|53|57|58|25006)/
// Foreign key violation.
const REFERENCE = '23503'
// Invalid authorization, a database or schema that does not exist, no right to what we need.
const REFUSING = /^(28|3D000|3F000|42501)/

function meaningOf(error: unknown): unknown {
  if (error instanceof TypeError || error instanceof RangeError) return error
  if (!(error instanceof pg.DatabaseError))
    return new StoreUnavailable('postgres: not reached', { cause: error })
  if (error.code === REFERENCE) return new ReferenceGone('postgres: a row refers to none', { cause: error })
  if (REFUSING.test(error.code ?? ''))
    return new StoreRefuses(`postgres: ${error.message}: user, password and name stand in \`database\``, {
      cause: error,
    })
  if (!NOT_SERVING.test(error.code ?? '')) return error
  return new StoreUnavailable(`postgres: SQLSTATE ${error.code}`, { cause: error, answered: true })
}

function describe(url: string): string {
  const parsed = URL.parse(url)
  if (!parsed) throw new TypeError('not a PostgreSQL URL')
  return `postgres://${parsed.host}${parsed.pathname}`
}
