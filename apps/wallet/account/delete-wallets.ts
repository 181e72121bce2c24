/**
 * Deletes wallets with everything in them: keys, DIDs, credentials, history. What there can be very much of goes first, a part at a
 * time, since no statement may take long; the rest in one transaction. Whoever stops in between leaves a wallet that can be
 * deleted again.
 */
import type { Transaction } from 'kysely'
import type { WalletTables } from '../database/schema.ts'
import { retireHosted } from '../dids/hosted-dids.ts'
import type { Wallet } from '../wallet.ts'

const AT_ONCE = 1000

/** What nothing else refers to. */
const LARGE = ['events', 'pictures', 'presentations', 'exchanges', 'credential_copies'] as const

export async function deleteBulk({ database }: Wallet, walletIds: readonly string[]): Promise<void> {
  const { db } = database
  for (const table of LARGE)
    for (;;) {
      const some = db.selectFrom(table).select('id').where('wallet_id', 'in', walletIds).limit(AT_ONCE)
      const deleted = await db.deleteFrom(table).where('id', 'in', some).returning('id').execute()
      if (deleted.length < AT_ONCE) break
    }
}

/** In the order in which one refers to the other. */
const REST = [
  ...LARGE,
  'categories',
  'credentials',
  'renewals',
  'deferred_credentials',
  'receptions',
  'wallet_dids',
  'wallet_keys',
  'holder_settings',
] as const

/** The wallets are locked. Names of our host stay taken. */
export async function deleteLockedWallets(
  transaction: Transaction<WalletTables>,
  walletIds: readonly string[],
): Promise<void> {
  if (walletIds.length === 0) return
  await retireHosted(transaction, walletIds)
  for (const table of REST) await transaction.deleteFrom(table).where('wallet_id', 'in', walletIds).execute()
  await transaction.deleteFrom('wallets').where('id', 'in', walletIds).execute()
}
