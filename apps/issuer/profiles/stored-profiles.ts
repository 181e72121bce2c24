/**
 * Profiles that the API has written: a row a name, with a version that rises with each change and stays when it is deleted, so that
 * a name and a version are one profile for good. Two who change one at once do not pass over each other: of two with the same
 * `If-Match` one wins. What is written is sealed: there may be a secret in it, and claims.
 */
import type { Profile } from '@countersign/api/issuer/profiles'
import { ok, type Result, refuse } from '@countersign/core/result'
import { SealedValueUnreadable } from '@countersign/stores/sql/sealed-columns'
import type { IssuerDatabase, ProfileRow } from '../database/schema.ts'
import type { SealedColumns } from '../database/sealed-columns.ts'
import type { KnownProfile } from '../issuer.ts'

export interface ProfileShelf {
  readonly database: IssuerDatabase
  readonly columns: SealedColumns
}

/** Which version may be changed: any that is there, that one, or none at all. */
export type Expected = 'any' | 'none' | { readonly version: number } | undefined

export type StoringRefusal =
  | { readonly code: 'profile_unknown' }
  | { readonly code: 'profile_exists' }
  | { readonly code: 'profile_changed'; readonly version: number }
  | { readonly code: 'profiles_too_many'; readonly most: number }

export interface StoredProfile {
  readonly known: KnownProfile
  /** There was none before. */
  readonly created: boolean
}

const MOST_PROFILES = 1000
const MOST_OPEN = 10
/** Each round means that somebody else changed it in between. */
const MOST_ROUNDS = 20

export async function readProfile(shelf: ProfileShelf, name: string): Promise<KnownProfile | undefined> {
  const row = await rowOf(shelf.database, name)
  return row === undefined ? undefined : opened(shelf, row)
}

/** By their names. */
export async function readProfiles(shelf: ProfileShelf): Promise<readonly KnownProfile[]> {
  const rows = await shelf.database.db
    .selectFrom('profiles')
    .selectAll()
    .where('profile', 'is not', null)
    .orderBy('name')
    .limit(MOST_PROFILES)
    .execute()
  return rows.flatMap((row) => opened(shelf, row) ?? [])
}

/** More than one is one too many. */
export async function readOpenProfiles(
  shelf: ProfileShelf,
  configurationId: string,
): Promise<readonly KnownProfile[]> {
  const rows = await shelf.database.db
    .selectFrom('profiles')
    .selectAll()
    .where('open_for', '=', configurationId)
    .where('profile', 'is not', null)
    .orderBy('name')
    .limit(MOST_OPEN)
    .execute()
  // A release before changes the profile and not what it is open for.
  return rows
    .flatMap((row) => opened(shelf, row) ?? [])
    .filter(({ profile }) => profile.openToWallets === true)
}

/** Nothing is written where it says what is there already. */
export async function storeProfile(
  shelf: ProfileShelf,
  {
    expected,
    name,
    now,
    openFor = null,
    profile,
  }: {
    name: string
    profile: Profile
    expected: Expected
    now: number
    /** The credential configuration that wallets get by it without an offer. */
    openFor?: string | null
  },
): Promise<Result<StoredProfile, StoringRefusal>> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const row = await rowOf(shelf.database, name)
    const before = row && opened(shelf, row)
    const refused = refusalOf(before, expected)
    if (refused !== undefined) return refuse(refused)
    if (before !== undefined && JSON.stringify(before.profile) === JSON.stringify(profile))
      return ok({ known: before, created: false })
    if (before === undefined && (await countProfiles(shelf.database)) >= MOST_PROFILES)
      return refuse({ code: 'profiles_too_many', most: MOST_PROFILES })
    const version = (row?.version ?? 0) + 1
    const sealed = shelf.columns.seal(placeOf(name), JSON.stringify(profile))
    const change = { name, version, changed_at: now, profile: sealed, open_for: openFor }
    if (await replace(shelf.database, row, change))
      return ok({
        known: { name, version, origin: 'api', changedAt: now, profile },
        created: before === undefined,
      })
  }
  return refuse({ code: 'profile_changed', version: (await rowOf(shelf.database, name))?.version ?? 0 })
}

export async function deleteProfile(
  shelf: ProfileShelf,
  { expected, name, now }: { name: string; expected: Expected; now: number },
): Promise<Result<undefined, StoringRefusal>> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const row = await rowOf(shelf.database, name)
    const before = row && opened(shelf, row)
    const refused = refusalOf(before, expected)
    if (refused !== undefined) return refuse(refused)
    if (row === undefined || before === undefined) return refuse({ code: 'profile_unknown' })
    const version = row.version + 1
    if (await replace(shelf.database, row, { name, version, changed_at: now, profile: null, open_for: null }))
      return ok(undefined)
  }
  return refuse({ code: 'profile_changed', version: (await rowOf(shelf.database, name))?.version ?? 0 })
}

function refusalOf(before: KnownProfile | undefined, expected: Expected): StoringRefusal | undefined {
  if (expected === undefined) return undefined
  if (expected === 'none') return before === undefined ? undefined : { code: 'profile_exists' }
  if (before === undefined) return { code: 'profile_unknown' }
  if (expected === 'any' || expected.version === before.version) return undefined
  return { code: 'profile_changed', version: before.version }
}

function placeOf(name: string) {
  return ['profiles', name, 'profile'] as const
}

/**
 * Undefined for one that was deleted, and for one that was sealed under another secret than today's: it is lost, and may be written
 * again, under its next version.
 */
function opened({ columns }: ProfileShelf, row: ProfileRow): KnownProfile | undefined {
  const text = row.profile === null ? undefined : openedText(columns, row.name, row.profile)
  if (text === undefined) return undefined
  const profile = JSON.parse(text) as Profile
  return { name: row.name, version: row.version, origin: 'api', changedAt: row.changed_at, profile }
}

function openedText(columns: SealedColumns, name: string, sealed: string): string | undefined {
  try {
    return columns.open(placeOf(name), sealed)
  } catch (error) {
    if (error instanceof SealedValueUnreadable) return undefined
    throw error
  }
}

function rowOf({ db }: IssuerDatabase, name: string): Promise<ProfileRow | undefined> {
  return db.selectFrom('profiles').selectAll().where('name', '=', name).executeTakeFirst()
}

async function countProfiles({ db }: IssuerDatabase): Promise<number> {
  const { count } = await db
    .selectFrom('profiles')
    .select(({ fn }) => fn.countAll<number | string | bigint>().as('count'))
    .where('profile', 'is not', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** False where somebody was faster. */
async function replace(
  { db }: IssuerDatabase,
  before: ProfileRow | undefined,
  row: ProfileRow,
): Promise<boolean> {
  if (before === undefined) {
    const inserted = await db
      .insertInto('profiles')
      .values(row)
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('name')
      .executeTakeFirst()
    return inserted !== undefined
  }
  const updated = await db
    .updateTable('profiles')
    .set({
      version: row.version,
      changed_at: row.changed_at,
      profile: row.profile,
      open_for: row.open_for,
    })
    .where('name', '=', row.name)
    .where('version', '=', before.version)
    .returning('name')
    .executeTakeFirst()
  return updated !== undefined
}
