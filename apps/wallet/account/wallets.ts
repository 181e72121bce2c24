/** The wallets of an account: one from the start, more where they are wanted, and at least one for as long as it lasts. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { lockAccount, lockWallets } from '../database/locks.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { ListedWallet } from './accounts.ts'
import { deleteBulk, deleteLockedWallets } from './delete-wallets.ts'
import { insertWallet } from './register-account.ts'

export const MAX_WALLETS = 20

export interface TooManyWallets {
  readonly code: 'too_many_wallets'
  readonly max: number
}

/** With a key and a DID, as the first one. */
export async function createWallet(
  wallet: Wallet,
  accountId: string,
  name: string,
): Promise<Result<ListedWallet, TooManyWallets>> {
  return wallet.database.inTransaction(async (transaction) => {
    await lockAccount(wallet, transaction, accountId)
    const held = await transaction
      .selectFrom('wallets')
      .select('id')
      .where('account_id', '=', accountId)
      .execute()
    if (held.length >= MAX_WALLETS) return refuse({ code: 'too_many_wallets', max: MAX_WALLETS })
    return ok(await insertWallet(wallet, transaction, accountId, name))
  })
}

export async function renameWallet(
  { columns, database }: Wallet,
  owned: OwnedWallet,
  name: string,
): Promise<void> {
  await database.db
    .updateTable('wallets')
    .set({ name_sealed: columns.seal(['wallets', owned.id, 'name'], name) })
    .where('id', '=', owned.id)
    .execute()
}

export interface LastWallet {
  readonly code: 'last_wallet'
}

/** Of two that are deleted at once, the last one stays, whole: which of them goes is written down before anything is deleted. */
export async function deleteWallet(
  wallet: Wallet,
  { accountId, id }: OwnedWallet,
): Promise<Result<undefined, LastWallet>> {
  if (!(await markDeleting(wallet, accountId, id))) return refuse({ code: 'last_wallet' })
  await deleteBulk(wallet, [id])
  await wallet.database.inTransaction(async (transaction) => {
    await lockAccount(wallet, transaction, accountId)
    const ids = await lockWallets(wallet, transaction, accountId)
    if (ids.includes(id)) await deleteLockedWallets(transaction, [id])
  })
  return ok(undefined)
}

/** False where every other one is about to go too. */
function markDeleting(wallet: Wallet, accountId: string, id: string): Promise<boolean> {
  return wallet.database.inTransaction(async (transaction) => {
    await lockAccount(wallet, transaction, accountId)
    const staying = await transaction
      .selectFrom('wallets')
      .select('id')
      .where('account_id', '=', accountId)
      .where('deleting_at', 'is', null)
      .where('id', '<>', id)
      .execute()
    if (staying.length === 0) return false
    await transaction.updateTable('wallets').set({ deleting_at: wallet.now() }).where('id', '=', id).execute()
    return true
  })
}
