/**
 * Deletes an account with everything that is its own: no row of it is left, and with the rows goes what was sealed in them. The
 * ways in go last, with the account itself, so that whoever was interrupted can come back and go on.
 */
import { sql } from 'kysely'
import { lockAccount, lockWallets } from '../database/locks.ts'
import type { Wallet } from '../wallet.ts'
import { deleteBulk, deleteLockedWallets } from './delete-wallets.ts'

const OF_ACCOUNT = ['tokens', 'passkeys', 'recovery_codes', 'reset_links'] as const

/** Twice is once. */
export async function deleteAccount(wallet: Wallet, accountId: string): Promise<void> {
  const { db } = wallet.database
  const held = await db.selectFrom('wallets').select('id').where('account_id', '=', accountId).execute()
  if (held.length > 0)
    await deleteBulk(
      wallet,
      held.map(({ id }) => id),
    )
  await wallet.database.inTransaction(async (transaction) => {
    if (!(await lockAccount(wallet, transaction, accountId))) return
    await deleteLockedWallets(transaction, await lockWallets(wallet, transaction, accountId))
    for (const table of OF_ACCOUNT)
      await transaction.deleteFrom(table).where('account_id', '=', accountId).execute()
    const { email_hash: emailHash } = await transaction
      .deleteFrom('accounts')
      .where('id', '=', accountId)
      .returning('email_hash')
      .executeTakeFirstOrThrow()
    // Rows of a minute, which end in what the account was found by.
    await transaction
      .deleteFrom('login_attempts')
      .where(sql<boolean>`subject like ${`%:${emailHash}`}`)
      .execute()
  })
}
