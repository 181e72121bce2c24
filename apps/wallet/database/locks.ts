/**
 * Lets one at a time change what belongs together, on however many instances, until the transaction ends. Whoever writes a row that
 * refers to a locked one waits too, and finds it gone if it was deleted.
 */
import type { Transaction } from 'kysely'
import type { WalletDatabase, WalletTables } from './schema.ts'

interface Locking {
  readonly database: Pick<WalletDatabase, 'engine'>
}

type Locked = Transaction<WalletTables>

/** False: there is no such account any more. */
export async function lockAccount(locking: Locking, transaction: Locked, id: string): Promise<boolean> {
  return (await lock(locking, transaction, 'accounts', ['id', id])).length > 0
}

/** All of the account: their ids. */
export function lockWallets(
  locking: Locking,
  transaction: Locked,
  accountId: string,
): Promise<readonly string[]> {
  return lock(locking, transaction, 'wallets', ['account_id', accountId])
}

export async function lockWallet(locking: Locking, transaction: Locked, id: string): Promise<void> {
  await lock(locking, transaction, 'wallets', ['id', id])
}

async function lock(
  { database }: Locking,
  transaction: Locked,
  table: 'accounts' | 'wallets',
  [column, value]: readonly ['id' | 'account_id', string],
): Promise<readonly string[]> {
  const { ref } = transaction.dynamic
  const query = transaction.selectFrom(table).select('id').where(ref<'id'>(column), '=', value).orderBy('id')
  // SQLite has one writer at a time.
  const locking = database.engine === 'postgres' ? query.forUpdate() : query
  return (await locking.execute()).map(({ id }) => id)
}
