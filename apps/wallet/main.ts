/** Opens what the wallet stands on, as its configuration says, and starts it. */
import { randomUUID } from 'node:crypto'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { type FormatRegistry, formatRegistry } from '@countersign/credential/contract/registry'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import {
  type OpenTrust,
  openIssuerTrust,
  type TrustWays,
} from '@countersign/service/compose/believed-issuers'
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import { openOutgoing } from '@countersign/service/compose/outgoing'
import { databaseCheck } from '@countersign/service/compose/readiness-checks'
import { openedOn, type RunningService, runService } from '@countersign/service/compose/run-service'
import { openRuntime, type Runtime } from '@countersign/service/compose/runtime'
import { trustAnchors } from '@countersign/service/compose/trust-anchors'
import type { Config } from '@countersign/service/config/load'
import { trustSettings } from '@countersign/service/config/trust'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { openStatusLists } from '@countersign/service/outgoing/kept-status-lists'
import type { Database } from '@countersign/stores/sql/database'
import { ensurePreregistered, PREREGISTERED } from './account/register-account.ts'
import { buildWallet, type WalletPorts, walletService } from './build.ts'
import { walletShape } from './config.ts'
import type { WalletTables } from './database/schema.ts'
import { knownVerifiers } from './known-verifiers.ts'
import { openProvider } from './open-provider.ts'
import { openWalletDatabase } from './open-wallet-database.ts'
import type { TrustedIssuers, Wallet } from './wallet.ts'

type WalletConfig = Config<typeof walletShape>

export async function startWallet(start: ServiceStart, formats = ALL_FORMATS): Promise<RunningService> {
  const config = await configure({ service: 'wallet', extra: walletShape, managementDoor: false }, start)
  const preregistered = config.preregisteredAccount ?? config.mode === 'development'
  if (preregistered && config.mode === 'production')
    throw new StartRefused('preregisteredAccount is for development: its password is known to everybody')
  const runtime = await openRuntime(config, walletShape, start)
  const { wallet, checks } = await openedOn(runtime, async () => {
    const opened = await openWalletDatabase(runtime, config)
    const { checks: ofTrust, ...ports } = await openPorts(runtime, config, opened, formatRegistry(formats))
    const built = await buildWallet({ ...ports, formats }, config)
    if (preregistered) await announcePreregistered(built, runtime)
    return { wallet: built, checks: [databaseCheck(opened), ...ofTrust] }
  })
  return runService(runtime, walletService(wallet, config), checks)
}

async function openPorts(
  runtime: Runtime,
  config: WalletConfig,
  database: Database<WalletTables>,
  formats: FormatRegistry,
): Promise<Omit<WalletPorts, 'formats'> & Pick<OpenTrust, 'checks'>> {
  const outgoing = openOutgoing(runtime, config)
  const { checks, issuers } = await openIssuers(runtime, config, { ...outgoing, formats })
  return {
    checks,
    database,
    sealing: runtime.deployment.sealing,
    outgoing,
    crypto: nodeCrypto,
    jwe: joseJwe,
    newId: randomUUID,
    verifiers: {
      anchors: trustAnchors(runtime, config.trustedVerifierCasFile),
      // Not those of development, which vouch for every service alike.
      attesterAnchors: trustAnchors(
        { ...runtime, developmentAnchors: () => [] },
        config.trustedVerifierAttestersFile,
      ),
      known: knownVerifiers(config.trustedVerifiers, new URL(config.baseUrl).host),
      required: config.mode === 'production',
    },
    issuers,
    provider: await openProvider(runtime, config),
    now: runtime.now,
  }
}

interface OpenIssuers extends Pick<OpenTrust, 'checks'> {
  readonly issuers?: TrustedIssuers | undefined
}

/** In production nobody vouches for issuers until somebody is configured. */
async function openIssuers(runtime: Runtime, config: WalletConfig, ways: TrustWays): Promise<OpenIssuers> {
  const settings = trustSettings(config)
  if (config.mode === 'production' && settings.sources.length === 0) return { checks: [] }
  const opened = await openIssuerTrust(runtime, settings, ways)
  const { checks, issuers, listAnchors, lists: trustLists, losses, statusLists } = opened
  const lists = openStatusLists(ways.remote, {
    crypto: nodeCrypto,
    compression: nodeCompression,
    trust: statusLists,
    losses,
  })
  return { checks, issuers: { trust: issuers, lists: trustLists, statusLists: lists, listAnchors } }
}

async function announcePreregistered(wallet: Wallet, { log }: Runtime): Promise<void> {
  await ensurePreregistered(wallet)
  log.info(`pre-registered account ${PREREGISTERED.email} / ${PREREGISTERED.password} (development only)`)
}
