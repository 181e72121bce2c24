/**
 * Puts the wallet together from ports and settings: its use cases' record, and the service over it. `main.ts` opens the
 * ports from a configuration; tests hand in theirs. What is not configured is as `config.ts` says.
 */
import type { CredentialFormat } from '@countersign/credential/contract/format'
import { formatRegistry } from '@countersign/credential/contract/registry'
import type { Sealing } from '@countersign/keys/deployment/sealing'
import { transactionTypes } from '@countersign/protocol/openid4vp/transaction-data/known-types'
import type { TransactionType } from '@countersign/protocol/openid4vp/transaction-data/transaction-type'
import type { Outgoing } from '@countersign/service/compose/outgoing'
import type { ServiceParts } from '@countersign/service/compose/run-service'
import type { Mode } from '@countersign/service/config/schema'
import { openPasswords } from '@countersign/service/login/passwords'
import { openSealedColumns } from '@countersign/stores/sql/sealed-columns'
import { pagesAddress } from './config.ts'
import { deferredWork } from './deferred/deferred-work.ts'
import { type RouteConfig, walletApi } from './http/routes.ts'
import { openKeyMaker } from './keys/key-maker.ts'
import { openOutgoingClient, type Pause } from './outgoing-client.ts'
import { serverNonces } from './server-nonces.ts'
import { typeLooks } from './type-looks.ts'
import type { Wallet, WalletLimits } from './wallet.ts'

export interface WalletPorts
  extends Pick<Wallet, 'database' | 'crypto' | 'jwe' | 'newId' | 'verifiers' | 'issuers' | 'now'> {
  readonly sealing: Pick<Sealing, 'sealer' | 'mac'>
  readonly formats: readonly CredentialFormat[]
  readonly outgoing: Pick<Outgoing, 'remote' | 'fetchDocument' | 'resolveKey' | 'allowHttp'>
  /** Between the tries of a request that went wrong; some moments at random unless said otherwise. */
  readonly pause?: Pause
}

export interface WalletSettings
  extends Omit<WalletLimits, 'tokenLifetimeSeconds' | 'minimumPasswordLength'>,
    Pick<Wallet, 'baseUrl' | 'batchCopies' | 'clientId' | 'passwordLogin' | 'repositoryUrl'> {
  /** Of the web wallet. */
  readonly webWalletUrl?: string | undefined
  readonly mode: Mode
  readonly tokenLifetimeDays: number
  readonly transactionDataProfiles?: readonly TransactionType[] | undefined
}

const MINIMUM_PASSWORD: Readonly<Record<Mode, number>> = { development: 4, production: 8 }
const DAY_SECONDS = 86_400

export async function buildWallet(ports: WalletPorts, settings: WalletSettings): Promise<Wallet> {
  const { sealing, formats, outgoing, pause, ...handedIn } = ports
  const { crypto } = ports
  return {
    ...handedIn,
    columns: openSealedColumns({ sealer: sealing.sealer('wallet'), mac: sealing.mac('wallet') }),
    passwords: await openPasswords((length) => crypto.randomBytes(length)),
    passwordLogin: settings.passwordLogin,
    keyMaker: openKeyMaker(),
    outgoing: openOutgoingClient(outgoing.remote, pause),
    serverNonces: serverNonces(),
    formats: formatRegistry(formats),
    transactionTypes: transactionTypes(settings.transactionDataProfiles),
    dids: { fetchDocument: outgoing.fetchDocument, keyOf: outgoing.resolveKey },
    baseUrl: settings.baseUrl,
    httpPolicy: outgoing.allowHttp ? 'any' : 'https_only',
    clientId: settings.clientId,
    redirectUri: `${pagesAddress(settings).replace(/\/+$/, '')}/authorized`,
    repositoryUrl: settings.repositoryUrl,
    batchCopies: settings.batchCopies,
    typeLooks: typeLooks(),
    limits: limitsOf(settings),
  }
}

/** Routes, what the API page says of them, and what is done beside them. */
export function walletService(wallet: Wallet, config: RouteConfig): ServiceParts {
  return {
    title: 'Countersign wallet',
    description: 'Accounts, keys and credentials; receive over OpenID4VCI 1.0, present over OpenID4VP 1.0.',
    routes: walletApi(wallet, config),
    dueWork: deferredWork(wallet),
  }
}

function limitsOf(settings: WalletSettings): WalletLimits {
  return {
    tokenLifetimeSeconds: settings.tokenLifetimeDays * DAY_SECONDS,
    minimumPasswordLength: MINIMUM_PASSWORD[settings.mode],
    loginFailuresPerMinute: settings.loginFailuresPerMinute,
    loginFailuresPerMinuteInTotal: settings.loginFailuresPerMinuteInTotal,
    registrationsPerMinute: settings.registrationsPerMinute,
  }
}
