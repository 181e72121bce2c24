/** Which database the issuer has, if any, and how it is brought to its newest shape before anybody is served. */
import { join } from 'node:path'
import { whenReached } from '@countersign/stores/sql/lazy-connection'
import { migrate } from '@countersign/stores/sql/migrate'
import { issuerMigrations } from './migrations.ts'
import type { IssuerTables } from './schema.ts'

type Migratable = Parameters<typeof migrate<IssuerTables>>[0]

export interface DatabaseSetting {
  readonly configured?: string | undefined
  /** Sessions are seen by other instances. */
  readonly sharedSessions: boolean
  readonly dataDir?: string | undefined
}

/**
 * The configured one; else a file, as long as one process is the whole issuer. Instances that share their sessions and
 * were given no database have none: a list kept by one of them would not be found on the others.
 */
export function databaseUrl({ configured, sharedSessions, dataDir }: DatabaseSetting): string | undefined {
  if (configured !== undefined) return configured
  if (sharedSessions || dataDir === undefined) return undefined
  return `sqlite:${join(dataDir, 'issuer.sqlite')}`
}

export async function prepareDatabase(database: Migratable, warn: (message: string) => void): Promise<void> {
  await whenReached(() => migrate(database, issuerMigrations, 'issuer'), database.description, warn)
}
