/** What the wallet keeps is sealed, in its tables; and whether a database is this deployment's. */
import type { SealedColumns as Columns } from '@countersign/stores/sql/sealed-columns'
import type { WalletDatabase, WalletTables } from './schema.ts'

type HashPurpose =
  | 'email'
  | 'sender'
  | 'did'
  | 'hosted_did'
  | 'key'
  | 'offer'
  | 'slot'
  | 'request'
  | 'receiver'
  | 'picture'
  | 'wish'
  | 'csrf'
  | 'passkey'
  | 'challenge'
  | 'recovery_code'
  | 'category'
  | 'event_credential'
  | 'client_instance'

export type SealedColumns = Columns<keyof WalletTables, HashPurpose>

/**
 * Whether the database was sealed under this deployment's secret; the first instance ever leaves its mark. Asked at
 * start, so that a lost secret is a clear refusal and not an error in the middle of somebody's request.
 */
export async function isSealedBy({ db }: Pick<WalletDatabase, 'db'>, fingerprint: string): Promise<boolean> {
  const name = 'secret_fingerprint'
  await db
    .insertInto('wallet_settings')
    .values({ name, value: fingerprint })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const found = await db
    .selectFrom('wallet_settings')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return found.value === fingerprint
}
