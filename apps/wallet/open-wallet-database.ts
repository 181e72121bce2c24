/** The database that the configuration names: for the service, and for the command that works on accounts. */
import { databaseUrl } from '@countersign/service/compose/database-url'
import type { Runtime } from '@countersign/service/compose/runtime'
import type { Config } from '@countersign/service/config/load'
import { StartRefused } from '@countersign/service/operation/start-refused'
import type { Database } from '@countersign/stores/sql/database'
import { openDatabase } from '@countersign/stores/sql/open-database'
import type { walletShape } from './config.ts'
import { prepareDatabase } from './database/open-database.ts'
import type { WalletTables } from './database/schema.ts'

export async function openWalletDatabase(
  runtime: Runtime,
  config: Config<typeof walletShape>,
): Promise<Database<WalletTables>> {
  const { dataDir, deployment, log, closeAtEnd } = runtime
  const url = databaseUrl({
    service: config.service,
    configured: config.database,
    mustBeShared: false,
    dataDir,
  })
  if (url === undefined)
    throw new StartRefused('database is needed: postgres://…, or sqlite:FILE for a single instance')
  const onProblem = (message: string) => log.warn(message)
  const database = await openDatabase<WalletTables>(url, { onProblem })
  closeAtEnd(() => database.close())
  const patience = { warn: onProblem, waitSeconds: config.storeWaitSeconds }
  await prepareDatabase(database, deployment.sealing.fingerprint, patience)
  return database
}
