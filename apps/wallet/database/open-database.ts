/**
 * The wallet's database, brought to its newest shape. Instances and a database server come up together, so one that is
 * still starting is waited for; one that was sealed under another secret is refused before anybody is served.
 */
import { StartRefused } from '@countersign/service/operation/start-refused'
import { whenReached } from '@countersign/stores/sql/lazy-connection'
import { migrate } from '@countersign/stores/sql/migrate'
import { walletMigrations } from './migrations.ts'
import type { WalletTables } from './schema.ts'
import { isSealedBy } from './sealed-columns.ts'

type Migratable = Parameters<typeof migrate<WalletTables>>[0]

/** Throws `StartRefused` for what an operator can repair; the database stays open. */
export async function prepareDatabase(
  database: Migratable,
  secretFingerprint: string,
  warn: (message: string) => void,
): Promise<void> {
  await whenReached(() => migrate(database, walletMigrations, 'wallet'), database.description, warn)
  if (await isSealedBy(database, secretFingerprint)) return
  throw new StartRefused(`${database.description} was sealed under another secret than this deployment's`)
}
