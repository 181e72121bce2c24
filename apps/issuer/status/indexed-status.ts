/**
 * The status by which credentials are listed. What counts is the history of changes; `indexed_status` is an index over it, brought
 * up to date by whoever is about to read by it. So a change of status is one row as ever, and what an instance of an earlier
 * release changes is found as well (docs/decisions/054).
 */
import type { Transaction } from 'kysely'
import type { IssuerDatabase, IssuerTables } from '../database/schema.ts'

/** Of one list in one transaction: a revocation of thousands keeps nobody waiting for long. */
const STEP = 1_000

/** Includes every change that was made before it was called. */
export async function bringIndexUpToDate(database: IssuerDatabase): Promise<void> {
  for (const { id, indexed_version: done, version } of await listsBehind(database))
    for (let from = done; from < version; from += STEP)
      await database.inTransaction((transaction) =>
        takeStep(transaction, { id, from, to: Math.min(version, from + STEP) }),
      )
}

function listsBehind({ db }: IssuerDatabase) {
  return db
    .selectFrom('status_lists')
    .select(['id', 'version', 'indexed_version'])
    .whereRef('version', '>', 'indexed_version')
    .execute()
}

interface Step {
  /** Of the list. */
  readonly id: string
  /** Versions, the first excluded. */
  readonly from: number
  readonly to: number
}

/**
 * Versions are committed in their order, and the list's row is held: of two who take the same step one waits for the other and
 * finds it taken. What was taken already is taken again without harm, since the newest status is written.
 */
async function takeStep(db: Transaction<IssuerTables>, { id, from, to }: Step): Promise<void> {
  const taken = await db
    .updateTable('status_lists')
    .set({ indexed_version: to })
    .where('id', '=', id)
    .where('indexed_version', '<', to)
    .returning('id')
    .executeTakeFirst()
  if (taken === undefined) return
  await db
    .updateTable('issued_credentials')
    .set(({ selectFrom }) => ({
      indexed_status: selectFrom('status_changes')
        .select('status')
        .whereRef('status_changes.list_id', '=', 'issued_credentials.list_id')
        .whereRef('status_changes.idx', '=', 'issued_credentials.idx')
        .orderBy('version', 'desc')
        .limit(1),
    }))
    .where('list_id', '=', id)
    .where('idx', 'in', ({ selectFrom }) =>
      selectFrom('status_changes')
        .select('status_changes.idx')
        .where('status_changes.list_id', '=', id)
        .where('status_changes.version', '>', from)
        .where('status_changes.version', '<=', to),
    )
    .execute()
}
