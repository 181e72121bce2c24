/**
 * API keys in the database of a service: who has one, for what, and until when, under an id that stands in the key. Of the key
 * itself a keyed hash is there, made of everything that it may do as well: whoever writes to the table can neither make a key nor widen
 * one. A key that is deleted has no row any more. Times are epoch seconds.
 */
import { MANAGEMENT_SCOPES, type ManagementScope } from '@countersign/api/scopes'
import type { Kysely } from 'kysely'

/** A table of whoever keeps keys. */
export interface ApiKeyRow {
  readonly id: string
  readonly name: string
  /** JSON: a list, in order. */
  readonly scopes: string
  readonly hash: string
  readonly created_at: number
  readonly created_by: string | null
  readonly expires_at: number | null
  /** To the hour. */
  readonly last_used_at: number | null
}

export interface ApiKeyTables {
  api_keys: ApiKeyRow
}

/** What a key may do: part of its hash. */
export type KeyRights = Pick<ApiKeyRow, 'scopes' | 'expires_at'>

export interface ApiKeyShelf {
  readonly db: Pick<Kysely<ApiKeyTables>, 'selectFrom' | 'insertInto' | 'deleteFrom' | 'updateTable' | 'fn'>
  /** Keyed: equal for equal texts. */
  hash(text: string): Promise<string>
  readonly now: () => number
  readonly randomBytes: (length: number) => Uint8Array
}

export const MOST_KEYS = 1000
const HOUR = 3600

export function hashOfKey(shelf: ApiKeyShelf, key: string, rights: KeyRights): Promise<string> {
  return shelf.hash(JSON.stringify([key, rights.scopes, rights.expires_at]))
}

/** In the order of the list of all, each once: the same rights are the same text. */
export function writeScopes(scopes: readonly ManagementScope[]): string {
  return JSON.stringify(MANAGEMENT_SCOPES.filter((scope) => scopes.includes(scope)))
}

/** One that this release does not know opens nothing here. */
export function readScopes(text: string): readonly ManagementScope[] {
  const named: unknown = JSON.parse(text)
  return MANAGEMENT_SCOPES.filter((scope) => Array.isArray(named) && named.includes(scope))
}

export function findKey({ db }: ApiKeyShelf, id: string): Promise<ApiKeyRow | undefined> {
  return db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst()
}

export function listKeys({ db }: ApiKeyShelf): Promise<readonly ApiKeyRow[]> {
  return db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id').limit(MOST_KEYS).execute()
}

export async function countKeys({ db }: ApiKeyShelf): Promise<number> {
  const { count } = await db
    .selectFrom('api_keys')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

export async function insertKey({ db }: ApiKeyShelf, row: ApiKeyRow): Promise<void> {
  await db.insertInto('api_keys').values(row).execute()
}

/** False: there is none. */
export async function deleteKey({ db }: ApiKeyShelf, id: string): Promise<boolean> {
  const deleted = await db.deleteFrom('api_keys').where('id', '=', id).returning('id').executeTakeFirst()
  return deleted !== undefined
}

/** One statement a key and hour, whichever instance is first. */
export async function noteUse({ db, now }: ApiKeyShelf, row: ApiKeyRow): Promise<void> {
  const hour = Math.floor(now() / HOUR) * HOUR
  if (row.last_used_at !== null && row.last_used_at >= hour) return
  await db
    .updateTable('api_keys')
    .set({ last_used_at: hour })
    .where('id', '=', row.id)
    .where(({ eb, or }) => or([eb('last_used_at', 'is', null), eb('last_used_at', '<', hour)]))
    .execute()
}
