/** Operators on the database that the configuration names: for the service, and for the command that makes their links. */
import { randomUUID } from 'node:crypto'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { databaseUrl } from '@countersign/service/compose/database-url'
import { databaseCheck } from '@countersign/service/compose/readiness-checks'
import type { Runtime } from '@countersign/service/compose/runtime'
import type { Config } from '@countersign/service/config/load'
import type { ReadinessCheck } from '@countersign/service/operation/health'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { openDatabase } from '@countersign/stores/sql/open-database'
import { openSealedColumns } from '@countersign/stores/sql/sealed-columns'
import type { portalShape } from './config.ts'
import { prepareDatabase } from './database/open-database.ts'
import type { PortalTables } from './database/schema.ts'
import type { Operators } from './portal.ts'

export interface OpenedOperators {
  readonly operators: Operators
  readonly check: ReadinessCheck
}

export async function openOperators(
  runtime: Runtime,
  config: Config<typeof portalShape>,
): Promise<OpenedOperators> {
  const { closeAtEnd, dataDir, deployment, log, now, stores } = runtime
  const url = databaseUrl({ service: 'portal', configured: config.database, mustBeShared: false, dataDir })
  if (url === undefined)
    throw new StartRefused(
      'database is needed for operators: postgres://…, or sqlite:FILE for a single instance',
    )
  const onProblem = (message: string) => log.warn(message)
  const database = await openDatabase<PortalTables>(url, { onProblem })
  closeAtEnd(() => database.close())
  const patience = { warn: onProblem, waitSeconds: config.storeWaitSeconds }
  await prepareDatabase(database, deployment.sealing.fingerprint, patience)
  const { sealing } = deployment
  const operators: Operators = {
    database,
    columns: openSealedColumns({ sealer: sealing.sealer('portal'), mac: sealing.mac('portal') }),
    passwords: lazyPasswords(),
    crypto: nodeCrypto,
    newId: randomUUID,
    once: stores.once('portal-challenge'),
    baseUrl: config.baseUrl,
    sessionSeconds: config.operatorSessionHours * 3600,
    limits: config,
    now,
  }
  return { operators, check: databaseCheck(database) }
}

/** Loaded at the first log-in, not at the start. */
function lazyPasswords(): Operators['passwords'] {
  let opened: ReturnType<Operators['passwords']> | undefined
  return () => {
    opened ??= import('@countersign/service/login/passwords').then(({ openPasswords }) =>
      openPasswords((length) => nodeCrypto.randomBytes(length)),
    )
    return opened
  }
}
