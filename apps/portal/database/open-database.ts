/**
 * The portal's database, brought to its newest shape. Instances and a database server come up together, so one that is still
 * starting is waited for; one that was sealed under another secret is refused before anybody is served.
 */
import { StartRefused } from '@countersign/service/operation/start-refused'
import { migrate } from '@countersign/stores/sql/migrate'
import { type StorePatience, whenReached } from '@countersign/stores/when-reached'
import { portalMigrations } from './migrations.ts'
import type { PortalTables } from './schema.ts'
import { isSealedBy } from './sealed-columns.ts'

type Migratable = Parameters<typeof migrate<PortalTables>>[0]

/** Throws `StartRefused` for what an operator can repair; the database stays open. */
export async function prepareDatabase(
  database: Migratable,
  secretFingerprint: string,
  patience: Omit<StorePatience, 'description'>,
): Promise<void> {
  const { description } = database
  await whenReached(() => migrate(database, portalMigrations, 'portal'), { ...patience, description })
  if (await isSealedBy(database, secretFingerprint)) return
  throw new StartRefused(
    `${description} was sealed under another secret than this deployment's: start with that secret, or name an empty database`,
  )
}
