/**
 * The SQL behind index allocation. A list gives away its positions 0, 1, 2 … in blocks: taking one is a single
 * statement that raises the counter, so no two callers ever get the same positions, whatever dies when. What a dead
 * process had left of its block is lost and never given again.
 */
import type { Awaitable } from '@countersign/crypto/engine'
import type { IssuerDatabase, ListFacts, ListKind } from '../database/schema.ts'

/** What lists of this deployment have in common. */
export interface ListSeries {
  readonly kind: ListKind
  readonly baseUrl: string
  readonly permutation: string
}

/** Positions `next` to `end - 1` of a list. */
export interface PositionBlock {
  readonly list: ListFacts
  readonly next: number
  readonly end: number
}

export interface NewLists {
  readonly size: number
  readonly newId: () => string
  /** Epoch seconds. */
  readonly now: () => number
}

/** A block of the newest list; of the one after it when that is full. Answers fewer positions at a list's end. */
export async function claimBlock(
  database: IssuerDatabase,
  series: ListSeries,
  positions: number,
  lists: NewLists,
): Promise<PositionBlock> {
  for (;;) {
    const newest = await newestList(database, series)
    const block = newest && (await claimFrom(database, newest, positions))
    if (block !== undefined) return block
    await createSuccessor(database, series, (newest?.series ?? 0) + 1, lists)
  }
}

/** The next positions of this list; undefined when it is full. */
export async function claimFrom(
  { db }: IssuerDatabase,
  list: ListFacts,
  positions: number,
): Promise<PositionBlock | undefined> {
  // The counter may pass the size: that costs nothing, and a smaller last block needs no second statement.
  const taken = await db
    .updateTable('status_lists')
    .set(({ eb }) => ({ next_position: eb('next_position', '+', positions) }))
    .where('id', '=', list.id)
    .whereRef('next_position', '<', 'size')
    .returning('next_position')
    .executeTakeFirst()
  if (taken === undefined) return undefined
  const { next_position: after } = taken
  return { list, next: after - positions, end: Math.min(after, list.size) }
}

/** From here on nothing is given from the list; its credentials keep their status. */
export async function closeList({ db }: IssuerDatabase, listId: string): Promise<void> {
  await db
    .updateTable('status_lists')
    .set(({ ref }) => ({ next_position: ref('size') }))
    .where('id', '=', listId)
    .whereRef('next_position', '<', 'size')
    .execute()
}

function newestList(
  { db }: IssuerDatabase,
  { kind, baseUrl, permutation }: ListSeries,
): Awaitable<(ListFacts & { readonly series: number }) | undefined> {
  return db
    .selectFrom('status_lists')
    .select(['id', 'kind', 'base_url', 'size', 'series'])
    .where('kind', '=', kind)
    .where('base_url', '=', baseUrl)
    .where('permutation', '=', permutation)
    .orderBy('series', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Instances that find a list full at once all try; the unique series lets one through. */
async function createSuccessor(
  { db }: IssuerDatabase,
  { kind, baseUrl, permutation }: ListSeries,
  series: number,
  { size, newId, now }: NewLists,
): Promise<void> {
  await db
    .insertInto('status_lists')
    .values({
      id: newId(),
      kind,
      base_url: baseUrl,
      permutation,
      series,
      size,
      next_position: 0,
      version: 0,
      indexed_version: 0,
      created_at: now(),
    })
    .onConflict((conflict) => conflict.columns(['kind', 'base_url', 'permutation', 'series']).doNothing())
    .execute()
}
