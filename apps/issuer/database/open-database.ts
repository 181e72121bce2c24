/** The issuer's database, brought to its newest shape before anybody is served. */
import { migrate } from '@countersign/stores/sql/migrate'
import { type StorePatience, whenReached } from '@countersign/stores/when-reached'
import { issuerMigrations } from './migrations.ts'
import type { IssuerTables } from './schema.ts'

type Migratable = Parameters<typeof migrate<IssuerTables>>[0]

export async function prepareDatabase(
  database: Migratable,
  patience: Omit<StorePatience, 'description'>,
): Promise<void> {
  const { description } = database
  await whenReached(() => migrate(database, issuerMigrations, 'issuer'), { ...patience, description })
}
