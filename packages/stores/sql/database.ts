/**
 * Durable data over SQL: SQLite in a file by default, PostgreSQL when instances share it. Code above speaks the
 * subset both know: text ids, whole numbers for epoch seconds and flags, JSON as text, `on conflict`, `returning`;
 * no clocks or types of one engine. A database that cannot be reached is `StoreUnavailable`, as with every store;
 * a commit that ended so may have happened.
 */
import type { Kysely, Transaction } from 'kysely'

export interface Database<Tables> {
  readonly db: Kysely<Tables>
  readonly engine: 'sqlite' | 'postgres'
  /** For people, without credentials. */
  readonly description: string
  /** Resolves when the database takes writes; throws `StoreUnavailable` within `timeoutMs` when it is away or read-only. */
  ping(timeoutMs: number): Promise<void>
  /** All or nothing. Inside, use the transaction only: on SQLite everything else waits for its end. */
  inTransaction<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>
  /** A transaction that no other instance runs at the same time and that may last: for migrations. */
  exclusively<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>
  /**
   * A database of somebody's own beside this one, made where it is missing: a schema of the same server, over the same
   * connections, of which one room never takes all; a file beside the file. Nothing in it reaches a table of another's.
   */
  room(name: string): Promise<Database<Tables>>
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** PostgreSQL only; default 10. */
  readonly maxConnections?: number
  /** PostgreSQL only: how long one statement may take; default 5000. */
  readonly statementTimeoutMs?: number
  /** For logs: a connection broke while nobody used it. */
  readonly onProblem?: (message: string) => void
}

const ROOM = /^[a-z0-9][a-z0-9-]{0,39}$/

export function checkedRoom(name: string): string {
  if (ROOM.test(name)) return name
  throw new RangeError('a room is named by 1 to 40 characters of a-z 0-9 -, the first none of them a hyphen')
}

/**
 * A row would refer to one that is not there: whoever deletes it and whoever writes a row that needs it meet, and one of both
 * hears this. Nothing of the statement was done.
 */
export class ReferenceGone extends Error {
  override readonly name = 'ReferenceGone'
}
