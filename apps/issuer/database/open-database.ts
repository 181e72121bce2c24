/** The issuer's database, brought to its newest shape before anybody is served. */
import { whenReached } from '@countersign/stores/sql/lazy-connection'
import { migrate } from '@countersign/stores/sql/migrate'
import { issuerMigrations } from './migrations.ts'
import type { IssuerTables } from './schema.ts'

type Migratable = Parameters<typeof migrate<IssuerTables>>[0]

export async function prepareDatabase(database: Migratable, warn: (message: string) => void): Promise<void> {
  await whenReached(() => migrate(database, issuerMigrations, 'issuer'), database.description, warn)
}
