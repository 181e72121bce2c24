/**
 * A schema of a server as a database of its own. Statements name it, so that they mean the same on whichever connection they run
 * and through whichever pooler; migrations find nothing but it. A room has its own places among the connections of the process,
 * fewer than there are: whoever keeps all of his busy lets others wait for none of theirs.
 */
import { withinTime } from '@countersign/event-loop/time-limit'
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from 'kysely'
import { StoreUnavailable } from '../ports.ts'
import type { Database } from './database.ts'

interface Connections {
  readonly pool: PostgresPool
  /** How many connections it may have at a time. */
  readonly connections: number
  /** How long somebody waits for one. */
  readonly waitMs: number
}

type RoomParts<Tables> = Pick<Database<Tables>, 'description' | 'exclusively' | 'ping'> & Connections

export function postgresRoom<Tables>(name: string, parts: RoomParts<Tables>): Database<Tables> {
  const schema = schemaOf(name)
  const dialect = new PostgresDialect({ pool: withFewerConnections(parts) })
  const db = new Kysely<Tables>({ dialect }).withSchema(schema)
  return {
    db,
    engine: 'postgres',
    description: `${parts.description} (${schema})`,
    ping: (timeoutMs) => parts.ping(timeoutMs),
    inTransaction: (work) => db.transaction().execute(work),
    exclusively: (work) =>
      parts.exclusively(async (transaction) => {
        // Whether it is there is asked first: whoever may not make schemas may use one that somebody made for him.
        const { rows } = await sql`select 1 from pg_catalog.pg_namespace where nspname = ${schema}`.execute(
          transaction,
        )
        if (rows.length === 0) await sql`create schema ${sql.id(schema)}`.execute(transaction)
        await sql`set local search_path to ${sql.id(schema)}`.execute(transaction)
        return await work(transaction)
      }),
    room: async () => {
      throw new Error('a room has no rooms')
    },
    // The connections are those of the whole.
    close: async () => {},
  }
}

/** No room has an underscore in its name: two rooms are two schemas. */
function schemaOf(room: string): string {
  return `tenant_${room.replaceAll('-', '_')}`
}

function withFewerConnections({ connections, pool, waitMs }: Connections): PostgresPool {
  const waiting: (() => void)[] = []
  let free = connections
  const leave = () => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }
  const enter = async () => {
    if (free > 0) {
      free -= 1
      return
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.push(resolve)
    const late = () => new StoreUnavailable(`postgres: no connection within ${waitMs} ms`)
    await withinTime(promise, waitMs, late).catch((error: unknown) => {
      const at = waiting.indexOf(resolve)
      // The place that came too late is for the next one.
      if (at < 0) leave()
      else waiting.splice(at, 1)
      throw error
    })
  }
  return {
    options: pool.options,
    end: async () => {},
    connect: async () => {
      await enter()
      try {
        return leaving(await pool.connect(), leave)
      } catch (error) {
        leave()
        throw error
      }
    },
  }
}

function leaving(client: PostgresPoolClient, leave: () => void): PostgresPoolClient {
  return {
    ...client,
    release: (destroy) => {
      client.release(destroy)
      leave()
    },
  }
}
