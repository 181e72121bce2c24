/** Counts what a wallet holds, as far as the limit that is asked about. */
import type { WalletDatabase } from './schema.ts'

/** Counts no further than `atMost`: whether a limit is reached is all that anybody asks. */
export async function countRows(
  { database }: { readonly database: WalletDatabase },
  table: 'credentials' | 'wallet_dids' | 'wallet_keys',
  walletId: string,
  atMost: number,
): Promise<number> {
  const present = await database.db
    .selectFrom(table)
    .select('id')
    .where('wallet_id', '=', walletId)
    .limit(atMost)
    .execute()
  return present.length
}
