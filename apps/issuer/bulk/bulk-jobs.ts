/**
 * Jobs in the database: one instance at a time has a job, by a lease that rises with each holder. What a holder writes is written
 * in one transaction with the number of his lease, so that one who was thought dead and wakes late writes nothing.
 */
import type { Profile } from '@countersign/api/issuer/profiles'
import type { CallbackAddress } from '@countersign/service/callbacks/parse-callback'
import type { BulkJobRow, BulkRowRow, IssuerDatabase } from '../database/schema.ts'
import type { SealedColumns } from '../database/sealed-columns.ts'

export interface BulkShelf {
  readonly database: IssuerDatabase
  readonly columns: SealedColumns
}

/** What holds for each offer of a job: the profile as it was when its input came. */
export interface BulkTerms {
  readonly profile: Profile
  readonly callback?: CallbackAddress | undefined
  readonly ttlSeconds?: number | undefined
}

/** The right to go on with a job. */
export interface BulkLease {
  readonly id: string
  readonly fence: number
}

/** Longer than a batch takes. */
const BULK_LEASE_SECONDS = 20
/** Of all instances: whoever writes without end is told to wait. */
const MOST_OPEN_JOBS = 100
const DELETED_AT_ONCE = 1000

export function findJob({ database: { db } }: BulkShelf, id: string): Promise<BulkJobRow | undefined> {
  return db
    .selectFrom('bulk_jobs')
    .selectAll()
    .where('id', '=', id)
    .where('state', 'not in', ['reading', 'deleting'])
    .executeTakeFirst()
}

export type BegunReading =
  | { readonly outcome: 'begun'; readonly lease: BulkLease }
  | { readonly outcome: 'too_many' }
  /** There is one of this id. */
  | { readonly outcome: 'there'; readonly job: BulkJobRow }

export async function beginReading(
  { columns, database: { db } }: BulkShelf,
  job: Pick<BulkJobRow, 'id' | 'content' | 'profile_name' | 'profile_version'> & {
    readonly terms: BulkTerms
  },
  now: number,
): Promise<BegunReading> {
  const { count } = await db
    .selectFrom('bulk_jobs')
    .select(({ fn }) => fn.countAll<number | string | bigint>().as('count'))
    .where('state', 'in', ['reading', 'offering', 'cancelling'])
    .executeTakeFirstOrThrow()
  if (Number(count) >= MOST_OPEN_JOBS) return { outcome: 'too_many' }
  const row: BulkJobRow = {
    ...job,
    state: 'reading',
    terms: columns.seal(termsOf(job.id), JSON.stringify(job.terms)),
    rows: 0,
    skipped: 0,
    mistakes: null,
    offered: 0,
    failed: 0,
    created_at: now,
    finished_at: null,
    ends_at: null,
    fence: 1,
    lease_ends_at: now + BULK_LEASE_SECONDS,
  }
  const inserted = await db
    .insertInto('bulk_jobs')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted !== undefined) return { outcome: 'begun', lease: { id: job.id, fence: 1 } }
  const there = await db
    .selectFrom('bulk_jobs')
    .selectAll()
    .where('id', '=', job.id)
    .executeTakeFirstOrThrow()
  return { outcome: 'there', job: there }
}

/** False: somebody took it for dead, and the rows are deleted. */
export async function writeRows(
  { database }: BulkShelf,
  lease: BulkLease,
  rows: readonly BulkRowRow[],
  now: number,
): Promise<boolean> {
  return database.inTransaction(async (transaction) => {
    const held = await transaction
      .updateTable('bulk_jobs')
      .set({ lease_ends_at: now + BULK_LEASE_SECONDS })
      .where('id', '=', lease.id)
      .where('fence', '=', lease.fence)
      .where('state', '=', 'reading')
      .returning('id')
      .executeTakeFirst()
    if (held !== undefined && rows.length > 0)
      await transaction.insertInto('bulk_rows').values(rows).execute()
    return held !== undefined
  })
}

/** From here on whoever has time makes its offers. False: somebody took it for dead. */
export async function endReading(
  { columns, database: { db } }: BulkShelf,
  { fence, id }: BulkLease,
  read: Pick<BulkJobRow, 'rows' | 'skipped' | 'content'> & { readonly mistakes: readonly unknown[] },
): Promise<boolean> {
  const { content, rows, skipped } = read
  const mistakes =
    read.mistakes.length === 0 ? null : columns.seal(mistakesOf(id), JSON.stringify(read.mistakes))
  const moved = await db
    .updateTable('bulk_jobs')
    .set({ state: 'offering', content, rows, skipped, mistakes, lease_ends_at: 0 })
    .where('id', '=', id)
    .where('fence', '=', fence)
    .where('state', '=', 'reading')
    .returning('id')
    .executeTakeFirst()
  return moved !== undefined
}

/** One that nobody has, the oldest first. */
export async function leaseJob(
  { database: { db } }: BulkShelf,
  now: number,
): Promise<BulkJobRow | undefined> {
  return db
    .updateTable('bulk_jobs')
    .set(({ eb }) => ({ fence: eb('fence', '+', 1), lease_ends_at: now + BULK_LEASE_SECONDS }))
    .where('id', '=', ({ selectFrom }) =>
      selectFrom('bulk_jobs')
        .select('id')
        .where('state', 'in', ['offering', 'cancelling'])
        .where('lease_ends_at', '<=', now)
        .orderBy('created_at')
        .limit(1),
    )
    .where('lease_ends_at', '<=', now)
    .where('state', 'in', ['offering', 'cancelling'])
    .returningAll()
    .executeTakeFirst()
}

export function rowsAfter(
  { database: { db } }: BulkShelf,
  id: string,
  position: number,
  limit: number,
): Promise<readonly BulkRowRow[]> {
  return db
    .selectFrom('bulk_rows')
    .selectAll()
    .where('job_id', '=', id)
    .where('position', '>', position)
    .orderBy('position')
    .limit(limit)
    .execute()
}

/** What became of some rows. Undefined: the lease is another's by now, and nothing was written. */
export async function writeOutcomes(
  { database }: BulkShelf,
  { fence, id }: BulkLease,
  rows: readonly (BulkRowRow & { readonly failed: boolean })[],
  now: number,
): Promise<BulkJobRow | undefined> {
  const failed = rows.filter((row) => row.failed).length
  const offered = rows.length - failed
  return database.inTransaction(async (transaction) => {
    const job = await transaction
      .updateTable('bulk_jobs')
      .set(({ eb }) => ({
        offered: eb('offered', '+', offered),
        failed: eb('failed', '+', failed),
        lease_ends_at: now + BULK_LEASE_SECONDS,
      }))
      .where('id', '=', id)
      .where('fence', '=', fence)
      .where('state', 'in', ['offering', 'cancelling'])
      .returningAll()
      .executeTakeFirst()
    if (job === undefined) return undefined
    await transaction
      .insertInto('bulk_rows')
      .values(rows.map(({ failed: _failed, ...row }) => ({ ...row, content: null })))
      .onConflict((conflict) =>
        conflict.columns(['job_id', 'position']).doUpdateSet(({ ref }) => ({
          content: null,
          outcome: ref('excluded.outcome'),
        })),
      )
      .execute()
    return job
  })
}

export async function giveBack({ database: { db } }: BulkShelf, { fence, id }: BulkLease): Promise<void> {
  await db
    .updateTable('bulk_jobs')
    .set({ lease_ends_at: 0 })
    .where('id', '=', id)
    .where('fence', '=', fence)
    .execute()
}

/** What was offered is kept for a while. */
export async function endJob(
  { database: { db } }: BulkShelf,
  { fence, id }: BulkLease,
  end: { readonly state: 'completed' | 'cancelled'; readonly now: number; readonly keptSeconds: number },
): Promise<void> {
  await db
    .updateTable('bulk_jobs')
    .set({ state: end.state, terms: null, finished_at: end.now, ends_at: end.now + end.keptSeconds })
    .where('id', '=', id)
    .where('fence', '=', fence)
    .where('state', '=', end.state === 'completed' ? 'offering' : 'cancelling')
    .execute()
}

/** Of a job that is cancelled: claims that nobody will be offered. */
export async function deleteWaiting(shelf: BulkShelf, id: string, doneTo: number): Promise<void> {
  while (await deleteSome(shelf, id, doneTo));
}

/** Undefined where there is none; one that has ended stays as it is. */
export async function cancelJob(shelf: BulkShelf, id: string): Promise<BulkJobRow | undefined> {
  const { db } = shelf.database
  await db
    .updateTable('bulk_jobs')
    .set({ state: 'cancelling' })
    .where('id', '=', id)
    .where('state', '=', 'offering')
    .execute()
  return findJob(shelf, id)
}

/** An input that is of no use: its reader says so himself. */
export async function dropReading(shelf: BulkShelf, { fence, id }: BulkLease): Promise<void> {
  await shelf.database.db
    .updateTable('bulk_jobs')
    .set({ state: 'deleting' })
    .where('id', '=', id)
    .where('fence', '=', fence)
    .where('state', '=', 'reading')
    .execute()
  await deleteJob(shelf, id)
}

/** Jobs whose time is over, and inputs whose reader died. */
export async function deleteOld(shelf: BulkShelf, now: number): Promise<void> {
  const { db } = shelf.database
  await db
    .updateTable('bulk_jobs')
    .set(({ eb }) => ({ state: 'deleting', fence: eb('fence', '+', 1) }))
    .where(({ and, eb, or }) =>
      or([and([eb('state', '=', 'reading'), eb('lease_ends_at', '<=', now)]), eb('ends_at', '<=', now)]),
    )
    .where('state', '!=', 'deleting')
    .execute()
  const gone = await db
    .selectFrom('bulk_jobs')
    .select('id')
    .where('state', '=', 'deleting')
    .limit(10)
    .execute()
  for (const { id } of gone) await deleteJob(shelf, id)
}

async function deleteJob(shelf: BulkShelf, id: string): Promise<void> {
  while (await deleteSome(shelf, id, 0));
  const { db } = shelf.database
  await db.deleteFrom('bulk_jobs').where('id', '=', id).where('state', '=', 'deleting').execute()
}

/** As many as a statement has time for; false when none is left. */
async function deleteSome({ database }: BulkShelf, id: string, after: number): Promise<boolean> {
  const { db } = database
  const some = await db
    .selectFrom('bulk_rows')
    .select('position')
    .where('job_id', '=', id)
    .where('position', '>', after)
    .orderBy('position')
    .limit(DELETED_AT_ONCE)
    .execute()
  const last = some.at(-1)
  if (last === undefined) return false
  await db
    .deleteFrom('bulk_rows')
    .where('job_id', '=', id)
    .where('position', '>', after)
    .where('position', '<=', last.position)
    .execute()
  return true
}

export function termsOf(id: string) {
  return ['bulk_jobs', id, 'terms'] as const
}

export function mistakesOf(id: string) {
  return ['bulk_jobs', id, 'mistakes'] as const
}

export function rowPlace(id: string, position: number, column: 'content' | 'external_id' | 'outcome') {
  return ['bulk_rows', `${id}:${position}`, column] as const
}
