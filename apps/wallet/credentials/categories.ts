/**
 * Categories of a wallet: words of its owner, under which credentials are found again. A word is kept sealed, and found by a keyed
 * hash; a wallet has it once.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { lockWallet } from '../database/locks.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { CredentialUnknown } from './credentials.ts'

export type CategoryRefusal =
  | CredentialUnknown
  | { readonly code: 'category_unknown'; readonly name: string }
  | { readonly code: 'category_exists' }
  | { readonly code: 'too_many_categories'; readonly max: number }

export const MAX_CATEGORIES = 100

/** In the order in which they were made. */
export async function listCategories(
  { columns, database }: Wallet,
  owned: OwnedWallet,
): Promise<readonly string[]> {
  const rows = await database.db
    .selectFrom('categories')
    .select(['id', 'name_sealed'])
    .where('wallet_id', '=', owned.id)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(({ id, name_sealed: sealed }) => columns.open(['categories', id, 'name'], sealed))
}

export async function addCategory(
  wallet: Wallet,
  owned: OwnedWallet,
  name: string,
): Promise<Result<undefined, CategoryRefusal>> {
  const { columns, database, newId, now } = wallet
  const held = await listCategories(wallet, owned)
  if (held.length >= MAX_CATEGORIES) return refuse({ code: 'too_many_categories', max: MAX_CATEGORIES })
  const id = newId()
  const added = await database.db
    .insertInto('categories')
    .values({
      id,
      wallet_id: owned.id,
      created_at: now(),
      name_hash: await hashOf(wallet, owned, name),
      name_sealed: columns.seal(['categories', id, 'name'], canonical(name)),
    })
    .onConflict((conflict) => conflict.columns(['wallet_id', 'name_hash']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return added === undefined ? refuse({ code: 'category_exists' }) : ok(undefined)
}

/** Credentials stay. */
export async function deleteCategory(
  wallet: Wallet,
  owned: OwnedWallet,
  name: string,
): Promise<Result<undefined, CategoryRefusal>> {
  const deleted = await wallet.database.db
    .deleteFrom('categories')
    .where('wallet_id', '=', owned.id)
    .where('name_hash', '=', await hashOf(wallet, owned, name))
    .returning('id')
    .executeTakeFirst()
  return deleted === undefined ? refuse({ code: 'category_unknown', name }) : ok(undefined)
}

export async function renameCategory(
  wallet: Wallet,
  owned: OwnedWallet,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<Result<undefined, CategoryRefusal>> {
  const [before, after] = [await hashOf(wallet, owned, from), await hashOf(wallet, owned, to)]
  return wallet.database.inTransaction(async (transaction) => {
    await lockWallet(wallet, transaction, owned.id)
    const rows = await transaction
      .selectFrom('categories')
      .select(['id', 'name_hash'])
      .where('wallet_id', '=', owned.id)
      .where('name_hash', 'in', [before, after])
      .execute()
    const renamed = rows.find((row) => row.name_hash === before)
    if (renamed === undefined) return refuse({ code: 'category_unknown', name: from })
    if (before !== after && rows.length > 1) return refuse({ code: 'category_exists' })
    await transaction
      .updateTable('categories')
      .set({
        name_hash: after,
        name_sealed: wallet.columns.seal(['categories', renamed.id, 'name'], canonical(to)),
      })
      .where('id', '=', renamed.id)
      .execute()
    return ok(undefined)
  })
}

export async function categoriesOfCredential(
  { columns, database }: Wallet,
  owned: OwnedWallet,
  credentialId: string,
): Promise<readonly string[]> {
  const rows = await database.db
    .selectFrom('credential_categories')
    .innerJoin('categories', 'categories.id', 'credential_categories.category_id')
    .select(['categories.id', 'categories.name_sealed'])
    .where('credential_categories.credential_id', '=', credentialId)
    .where('categories.wallet_id', '=', owned.id)
    .orderBy('categories.created_at')
    .orderBy('categories.id')
    .execute()
  return rows.map(({ id, name_sealed: sealed }) => columns.open(['categories', id, 'name'], sealed))
}

/** Names by the ids of the credentials that are in any; in the order in which they were made. */
export async function categoriesByCredential(
  { columns, database }: Wallet,
  owned: OwnedWallet,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await database.db
    .selectFrom('credential_categories')
    .innerJoin('categories', 'categories.id', 'credential_categories.category_id')
    .select(['categories.id', 'categories.name_sealed', 'credential_categories.credential_id'])
    .where('categories.wallet_id', '=', owned.id)
    .orderBy('categories.created_at')
    .orderBy('categories.id')
    .execute()
  const names = new Map(
    rows.map(({ id, name_sealed: sealed }) => [id, columns.open(['categories', id, 'name'], sealed)]),
  )
  const grouped = Map.groupBy(rows, ({ credential_id: credentialId }) => credentialId)
  return new Map(
    [...grouped].map(([credentialId, its]) => [credentialId, its.flatMap(({ id }) => names.get(id) ?? [])]),
  )
}

/** All of them or none; one that it has already stays. */
export async function attachCategories(
  wallet: Wallet,
  owned: OwnedWallet,
  credentialId: string,
  names: readonly string[],
): Promise<Result<undefined, CategoryRefusal>> {
  const found = await findBoth(wallet, owned, credentialId, names)
  if (!found.ok) return found
  await wallet.database.db
    .insertInto('credential_categories')
    .values(found.value.map((id) => ({ category_id: id, credential_id: credentialId })))
    .onConflict((conflict) => conflict.columns(['category_id', 'credential_id']).doNothing())
    .execute()
  return ok(undefined)
}

export async function detachCategories(
  wallet: Wallet,
  owned: OwnedWallet,
  credentialId: string,
  names: readonly string[],
): Promise<Result<undefined, CategoryRefusal>> {
  const found = await findBoth(wallet, owned, credentialId, names)
  if (!found.ok) return found
  await wallet.database.db
    .deleteFrom('credential_categories')
    .where('credential_id', '=', credentialId)
    .where('category_id', 'in', found.value)
    .execute()
  return ok(undefined)
}

/** Keyed hashes of what a caller asks for. */
export function categoryHashes(
  wallet: Wallet,
  owned: OwnedWallet,
  names: readonly string[],
): Promise<string[]> {
  return Promise.all(names.map((name) => hashOf(wallet, owned, name)))
}

/** Ids of the categories; credential and categories are the wallet's. */
async function findBoth(
  wallet: Wallet,
  owned: OwnedWallet,
  credentialId: string,
  names: readonly string[],
): Promise<Result<readonly string[], CategoryRefusal>> {
  const { db } = wallet.database
  const credential = await db
    .selectFrom('credentials')
    .select('id')
    .where('id', '=', credentialId)
    .where('wallet_id', '=', owned.id)
    .executeTakeFirst()
  if (credential === undefined) return refuse({ code: 'credential_unknown' })
  const hashes = await categoryHashes(wallet, owned, names)
  const rows = await db
    .selectFrom('categories')
    .select(['id', 'name_hash'])
    .where('wallet_id', '=', owned.id)
    .where('name_hash', 'in', hashes)
    .execute()
  const missing = names.find((_, at) => !rows.some((row) => row.name_hash === hashes[at]))
  return missing === undefined
    ? ok(rows.map(({ id }) => id))
    : refuse({ code: 'category_unknown', name: missing })
}

function canonical(name: string): string {
  return name.trim().normalize('NFC')
}

function hashOf({ columns }: Wallet, owned: OwnedWallet, name: string): Promise<string> {
  return columns.hash('category', `${owned.id}:${canonical(name)}`)
}
