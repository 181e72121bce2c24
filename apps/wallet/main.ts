/** Puts the wallet together. */

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import { didResolver } from '@countersign/did/did-resolver'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { openIssuerTrust, type TrustWays } from '@countersign/service/compose/believed-issuers'
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import { observedRemote } from '@countersign/service/compose/observed'
import {
  openRuntime,
  type RunningService,
  type Runtime,
  runService,
  trustAnchors,
} from '@countersign/service/compose/runtime'
import type { Config } from '@countersign/service/config/load'
import { outgoingOptions } from '@countersign/service/config/outgoing'
import { trustSources } from '@countersign/service/config/trust'
import type { ReadinessCheck } from '@countersign/service/operation/health'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { didDocumentFetcher } from '@countersign/service/outgoing/did-documents'
import { createRemote, type Remote } from '@countersign/service/outgoing/guarded-client'
import { openStatusLists } from '@countersign/service/outgoing/kept-status-lists'
import type { Database } from '@countersign/stores/sql/database'
import { openDatabase } from '@countersign/stores/sql/open-database'
import { openPasswords } from './account/passwords.ts'
import { ensurePreregistered, PREREGISTERED } from './account/register-account.ts'
import { walletShape } from './config.ts'
import { prepareDatabase } from './database/open-database.ts'
import type { WalletTables } from './database/schema.ts'
import { openSealedColumns } from './database/sealed-columns.ts'
import { walletApi } from './http/routes.ts'
import { openKeyMaker } from './keys/key-maker.ts'
import { openOutgoingClient } from './outgoing-client.ts'
import type { TrustedIssuers, Wallet } from './wallet.ts'

type WalletConfig = Config<typeof walletShape>

const MINIMUM_PASSWORD = { development: 4, production: 8 }
const DAY_SECONDS = 86_400

export async function startWallet(start: ServiceStart): Promise<RunningService> {
  const config = await configure(
    { service: 'wallet', defaultPort: 7001, extra: walletShape, managementDoor: false },
    start,
  )
  const preregistered = config.preregisteredAccount ?? config.mode === 'development'
  if (preregistered && config.mode === 'production')
    throw new StartRefused('preregisteredAccount is for development: its password is known to everybody')
  const runtime = await openRuntime(config)
  const parts = await openParts(runtime, config, preregistered).catch(async (error: unknown) => {
    await runtime.close()
    throw error
  })
  return runService(runtime, {
    title: 'Countersign wallet',
    description: 'Accounts, keys and credentials; receive over OpenID4VCI 1.0, present over OpenID4VP 1.0.',
    routes: walletApi(parts.wallet, config),
    checks: [databaseCheck(parts.database)],
    close: parts.close,
  })
}

interface Parts {
  readonly wallet: Wallet
  readonly database: Database<WalletTables>
  readonly close: readonly (() => Promise<void>)[]
}

async function openParts(runtime: Runtime, config: WalletConfig, preregistered: boolean): Promise<Parts> {
  const { deployment, log } = runtime
  const onProblem = (message: string) => log.warn(message)
  const database = await openDatabase<WalletTables>(databaseUrl(runtime, config), { onProblem })
  try {
    await prepareDatabase(database, deployment.sealing.fingerprint, onProblem)
    const { wallet, remote } = await openWallet(runtime, config, database)
    if (preregistered) await announcePreregistered(wallet, runtime)
    return { wallet, database, close: [() => remote.close(), () => database.close()] }
  } catch (error) {
    await database.close()
    throw error
  }
}

async function openWallet(
  runtime: Runtime,
  config: WalletConfig,
  database: Database<WalletTables>,
): Promise<{ readonly wallet: Wallet; readonly remote: Remote }> {
  const { sealing } = runtime.deployment
  const development = config.mode === 'development'
  const anchors = trustAnchors(runtime, config.trustedVerifierCasFile)
  const outgoing = outgoingOptions(config)
  const remote = observedRemote(createRemote(outgoing), runtime.metrics)
  const fetchDocument = didDocumentFetcher(remote, outgoing)
  const resolveKey = didResolver({ fetchDocument, now: runtime.now })
  const issuers = await openIssuers(runtime, config, { remote, resolveKey })
  const wallet: Wallet = {
    database,
    columns: openSealedColumns({ sealer: sealing.sealer('wallet'), mac: sealing.mac('wallet') }),
    passwords: await openPasswords((length) => nodeCrypto.randomBytes(length)),
    keyMaker: openKeyMaker(),
    outgoing: openOutgoingClient(remote),
    formats: formatRegistry([sdJwtVc, mdoc, jwtVcJson, vcJwt, vcSdJwt]),
    crypto: nodeCrypto,
    newId: randomUUID,
    verifiers: { anchors, required: !development },
    issuers,
    dids: { fetchDocument, keyOf: resolveKey },
    baseUrl: config.baseUrl,
    httpPolicy: outgoing.allowHttp ? 'any' : 'https_only',
    clientId: config.clientId,
    limits: {
      tokenLifetimeSeconds: config.tokenLifetimeDays * DAY_SECONDS,
      minimumPasswordLength: MINIMUM_PASSWORD[config.mode],
      loginFailuresPerMinute: config.loginFailuresPerMinute,
      loginFailuresPerMinuteInTotal: config.loginFailuresPerMinuteInTotal,
      registrationsPerMinute: config.registrationsPerMinute,
    },
    now: runtime.now,
  }
  return { wallet, remote }
}

/** In production nobody vouches for issuers until somebody is configured. */
async function openIssuers(
  runtime: Runtime,
  config: WalletConfig,
  ways: TrustWays,
): Promise<TrustedIssuers | undefined> {
  const sources = trustSources(config)
  if (config.mode === 'production' && sources.length === 0) return undefined
  const { issuers, listAnchors, statusLists } = await openIssuerTrust(runtime, sources, ways)
  const lists = openStatusLists(ways.remote, {
    crypto: nodeCrypto,
    compression: nodeCompression,
    trust: statusLists,
  })
  return { trust: issuers, statusLists: lists, listAnchors }
}

function databaseCheck(database: Database<WalletTables>): ReadinessCheck {
  return {
    name: 'database',
    check: async () => {
      await database.ping(1000)
      return undefined
    },
  }
}

function databaseUrl({ dataDir }: Runtime, { database }: WalletConfig): string {
  if (database !== undefined) return database
  if (dataDir === undefined)
    throw new StartRefused('database is needed: postgres://…, or sqlite:FILE for a single instance')
  return `sqlite:${join(dataDir, 'wallet.sqlite')}`
}

async function announcePreregistered(wallet: Wallet, { log }: Runtime): Promise<void> {
  await ensurePreregistered(wallet)
  log.info(`pre-registered account ${PREREGISTERED.email} / ${PREREGISTERED.password} (development only)`)
}
