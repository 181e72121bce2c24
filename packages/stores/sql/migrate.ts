/**
 * Brings the tables of one service to the newest shape: every migration once, in the order of their names, all of
 * them or none, whichever of many starting instances comes first. Each service keeps its own list, so services can
 * share a database. An older release finds newer migrations applied and works on (N and N+1 run side by side).
 */
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Database } from './database.ts'

export type { Migration } from 'kysely/migration'

/** The list of applied migrations and the list of this release contradict each other; nothing was changed. */
export class MigrationOrderBroken extends Error {
  override readonly name = 'MigrationOrderBroken'
}

const NAME = /^[a-z][a-z0-9_]{0,40}$/

/** `name` is the service: its list is the table `<name>_migrations`. Answers the names applied now. */
export function migrate<Tables>(
  database: Database<Tables>,
  migrations: Readonly<Record<string, Migration>>,
  name: string,
): Promise<readonly string[]> {
  if (!NAME.test(name)) throw new RangeError('a migration list is named in lower case')
  const table = sql.table(`${name}_migrations`)
  return database.exclusively(async (transaction) => {
    await sql`create table if not exists ${table} (name text primary key, applied_at bigint not null)`.execute(
      transaction,
    )
    const pending = pendingOf(Object.keys(migrations), await appliedIn(transaction, table))
    for (const each of pending) {
      await migrations[each]?.up(transaction)
      const now = Math.floor(Date.now() / 1000)
      await sql`insert into ${table} (name, applied_at) values (${each}, ${now})`.execute(transaction)
    }
    return pending
  })
}

async function appliedIn<Tables>(
  db: Kysely<Tables>,
  table: ReturnType<typeof sql.table>,
): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`select name from ${table}`.execute(db)
  return rows.map((row) => row.name)
}

/** A migration may only be added behind all others, for it was written against the tables they leave. */
function pendingOf(known: readonly string[], applied: readonly string[]): readonly string[] {
  const done = new Set(applied)
  const pending = known.filter((name) => !done.has(name)).sort()
  const newestApplied = [...applied].sort().at(-1) ?? ''
  const tooLate = pending.find((name) => name < newestApplied)
  if (tooLate !== undefined) {
    throw new MigrationOrderBroken(
      `migration ${tooLate} is older than ${newestApplied}, which was applied before`,
    )
  }
  return pending
}
