/** Opens what the issuer stands on, as its configuration says, and starts it. */
import { catalogue } from '@countersign/catalogue/catalogue'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import type { Signer } from '@countersign/crypto/engine'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { AttesterKeys } from '@countersign/protocol/oauth/attester'
import { callbackSigning, configuredCallbacks } from '@countersign/service/compose/callbacks'
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import { databaseUrl } from '@countersign/service/compose/database-url'
import { managementTokenJudges } from '@countersign/service/compose/management-tokens'
import { openOutgoing } from '@countersign/service/compose/outgoing'
import { databaseCheck } from '@countersign/service/compose/readiness-checks'
import {
  openedOn,
  type RunningService,
  runService,
  type TenantParts,
} from '@countersign/service/compose/run-service'
import { openRuntime, type Runtime } from '@countersign/service/compose/runtime'
import { callersKeyOpener } from '@countersign/service/compose/service-signers'
import { trustAnchors } from '@countersign/service/compose/trust-anchors'
import type { Config } from '@countersign/service/config/load'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { openTypes } from '@countersign/service/types/open-types'
import type { Database } from '@countersign/stores/sql/database'
import { openDatabase } from '@countersign/stores/sql/open-database'
import { type Attesters, attesterKeys } from './attesters.ts'
import { buildIssuer, type IssuerPorts, issuerService } from './build.ts'
import { clientRules, publicKeysOf, takenMethods } from './client-rules.ts'
import { issuerShape } from './config.ts'
import { prepareDatabase } from './database/open-database.ts'
import type { IssuerTables } from './database/schema.ts'
import { profileMistakeText } from './http/answers/wire-profiles.ts'
import type { Issuer, OwnStatusLists } from './issuer.ts'
import { openOwnStatusLists } from './open-own-status-lists.ts'
import { openClaimsWebhooks } from './profiles/ask-claims.ts'
import { callerKeys } from './signing/caller-keys.ts'
import { type IssuerSigners, openIssuerSigners, openListSigner } from './signing/issuer-signers.ts'
import type { NamedKeys } from './signing/named-keys.ts'
import type { Tenant } from './tenants/read-tenants.ts'
import { announcedFormats, extensionsOf, unknownExtensions } from './types/extension-formats.ts'
import { openUsers } from './users/open-users.ts'

type IssuerConfig = Config<typeof issuerShape>

export async function startIssuer(
  start: ServiceStart,
  formats = ALL_FORMATS,
  builtIn = catalogue,
): Promise<RunningService> {
  const config = await configure({ service: 'issuer', extra: issuerShape }, start)
  const stock = { formats, types: builtIn, cwd: start.cwd }
  const issued = await issuedBy(config, stock)
  const tenants = await configuredTenants(config, start.cwd)
  const runtime = await openRuntime(config, issuerShape, start)
  const { checks, parts, others } = await openedOn(runtime, async () => {
    const database = await ownDatabase(runtime, config)
    const own = await openIssuer(runtime, config, { ...issued, database, cwd: start.cwd })
    return {
      parts: own.parts,
      others: await openedTenants(runtime, tenants, { database, signers: own.signers, stock }),
      checks: database && [databaseCheck(database)],
    }
  })
  return runService(runtime, parts, checks, others)
}

/** What comes along, of which a configuration chooses. */
interface Stock {
  readonly formats: typeof ALL_FORMATS
  readonly types: typeof catalogue
  readonly cwd: string
}

type Issued = Required<Pick<IssuerPorts, 'formats' | 'types'>>

async function issuedBy(config: IssuerConfig, { cwd, formats, types }: Stock): Promise<Issued> {
  const known = { typesDir: config.typesDir, cwd, formats, types }
  return { formats: chosenFormats(formats, config), types: await openTypes(known) }
}

async function configuredTenants(config: IssuerConfig, cwd: string): Promise<readonly Tenant[]> {
  if (config.tenants.length === 0 && config.tenantsDir === undefined) return []
  return (await import('./tenants/read-tenants.ts')).readTenants(config, cwd)
}

interface TenantsHome {
  readonly database: Database<IssuerTables> | undefined
  readonly signers: readonly Signer[]
  readonly stock: Stock
}

/** Few have tenants, so what opens them is loaded for them alone. */
async function openedTenants(
  runtime: Runtime,
  tenants: readonly Tenant[],
  { database: shared, signers, stock }: TenantsHome,
): Promise<readonly TenantParts[]> {
  if (tenants.length === 0) return []
  const { openTenants } = await import('./tenants/open-tenants.ts')
  return openTenants(runtime, tenants, {
    signers,
    open: async (own, { config, name }) => {
      const issued = await issuedBy(config, stock)
      const database = await shared?.room(name)
      if (database !== undefined) own.closeAtEnd(() => database.close())
      return openIssuer(own, config, { ...issued, database, cwd: stock.cwd })
    },
  })
}

interface IssuerHome extends Issued {
  readonly database: Database<IssuerTables> | undefined
  readonly cwd: string
}

async function openIssuer(runtime: Runtime, config: IssuerConfig, home: IssuerHome) {
  const { cwd, database, formats, types } = home
  const { durable, tokenJudges, ...ports } = await openPorts(runtime, config, database)
  const built = buildIssuer({ ...ports, ...durable, formats, types }, config)
  const issuer = await withOwnProfiles(built, config.profilesDir, cwd)
  const { credentials, documents } = ports.signers
  const { judges = [], ...service } = issuerService(issuer, config)
  return {
    parts: { ...service, judges: [...judges, ...tokenJudges] },
    signers: documents === undefined ? [credentials] : [credentials, documents],
  }
}

function chosenFormats(formats: typeof ALL_FORMATS, { extensionFormats: named, mode }: IssuerConfig) {
  const unknown = unknownExtensions(formats, named)
  if (unknown.length > 0)
    throw new StartRefused(
      `extensionFormats: ${unknown.join(', ')} cannot be named; there are ${extensionsOf(formats).join(', ')}`,
    )
  return announcedFormats(formats, { mode, named })
}

/** Throws `StartRefused` with a line for each mistake. */
async function withOwnProfiles(
  issuer: Issuer,
  profilesDir: string | undefined,
  cwd: string,
): Promise<Issuer> {
  if (profilesDir === undefined) return issuer
  // Few have profiles in files, so what reads them is loaded for them alone.
  const { readOwnProfiles } = await import('./profiles/own-profiles.ts')
  const own = await readOwnProfiles(issuer, { profilesDir, cwd, tell: profileMistakeText })
  if (own.ok) return { ...issuer, ownProfiles: own.value }
  const { length } = own.error
  throw new StartRefused(
    `${length === 1 ? 'a mistake' : `${length} mistakes`} in the profiles of ${profilesDir}`,
    own.error,
  )
}

interface OpenedPorts extends Omit<IssuerPorts, 'formats' | 'types' | keyof Durable> {
  readonly durable: Durable | undefined
  readonly tokenJudges: Awaited<ReturnType<typeof managementTokenJudges>>
}

async function openPorts(
  runtime: Runtime,
  config: IssuerConfig,
  database: Database<IssuerTables> | undefined,
): Promise<OpenedPorts> {
  const { stores, deployment, now } = runtime
  const signers = await openIssuerSigners(runtime, config)
  const outgoing = openOutgoing(runtime, config)
  const namedKeys = await namedKeysOf(runtime, config)
  const publishedKeys = await publishedKeysOf(config)
  return {
    stores,
    sealing: deployment.sealing,
    crypto: nodeCrypto,
    jwe: joseJwe,
    signers,
    openCallerKey: callerKeys(runtime, callersKeyOpener(outgoing, runtime), namedKeys),
    publishedKeys,
    issuerNames: new Map([...namedKeys].map(([name, { issuer }]) => [name, issuer])),
    claimsWebhooks: openClaimsWebhooks({ remote: outgoing.remote, sign: callbackSigning(config), now }),
    // A wallet may name its key by a did:web.
    holderKeys: outgoing.resolveKey,
    keyAttesters: keyAttestersOf(runtime, config),
    callbacks: configuredCallbacks(runtime, outgoing, config),
    ...openUsers(runtime, outgoing, config),
    attesters: attestersOf(runtime, config),
    now,
    tokenJudges: await managementTokenJudges(runtime, outgoing, config),
    durable: await openDurable(runtime, config, { credentials: signers.credentials, database }),
  }
}

function attestersOf(runtime: Runtime, config: IssuerConfig): Attesters {
  const attesters = namedAttesters(runtime, config.trustedWalletAttestersFile, config.walletAttesterKeys)
  const keys = attesterKeys(attesters, 'wallet_attester', nodeCrypto)
  if (takenMethods(clientRules(config, keys)).length > 0) return attesters
  throw new StartRefused(
    'nobody could ask for a token: set publicClients, clients, trustedWalletAttestersFile or walletAttesterKeys',
  )
}

function keyAttestersOf(runtime: Runtime, config: IssuerConfig): AttesterKeys | undefined {
  const attesters = namedAttesters(runtime, config.trustedKeyAttestersFile, config.keyAttesterKeys)
  const keys = attesterKeys(attesters, 'key_attester', nodeCrypto)
  if (keys === undefined && config.requiredKeyAttestations.length > 0)
    throw new StartRefused('requiredKeyAttestations needs trustedKeyAttestersFile or keyAttesterKeys')
  return keys
}

/** Not the authorities of development, which vouch for every service alike. */
function namedAttesters(
  runtime: Runtime,
  file: string | undefined,
  keys: Parameters<typeof publicKeysOf>[0],
): Attesters {
  const anchors = trustAnchors({ ...runtime, developmentAnchors: () => [] }, file)
  return { anchors: anchors(), keys: publicKeysOf(keys) }
}

async function namedKeysOf(runtime: Runtime, config: IssuerConfig): Promise<NamedKeys> {
  if (config.issuerKeys.length === 0) return new Map()
  return (await import('./signing/named-keys.ts')).openNamedKeys(runtime, config)
}

async function publishedKeysOf({ publishedKeyFiles }: IssuerConfig): Promise<Issuer['publishedKeys']> {
  if (publishedKeyFiles.length === 0) return []
  return (await import('./signing/published-keys.ts')).openPublishedKeys(publishedKeyFiles)
}

interface Durable {
  readonly database: Database<IssuerTables>
  readonly statusLists?: OwnStatusLists
}

/** Undefined where there is none that all instances share. */
async function ownDatabase(
  { closeAtEnd, dataDir, engine, log }: Runtime,
  config: IssuerConfig,
): Promise<Database<IssuerTables> | undefined> {
  const warn = (message: string) => log.warn(message)
  const url = databaseUrl({
    service: config.service,
    configured: config.database,
    mustBeShared: engine.shared,
    dataDir,
  })
  if (url === undefined) return undefined
  if (engine.shared && url.startsWith('sqlite:'))
    warn('the database is a file: instances on other machines would not find its status lists')
  const database = await openDatabase<IssuerTables>(url, { onProblem: warn })
  closeAtEnd(() => database.close())
  return database
}

interface DurableParts {
  readonly credentials: IssuerSigners['credentials']
  readonly database: Database<IssuerTables> | undefined
}

/** The log of issued credentials and the status lists, where there is a database. */
async function openDurable(
  runtime: Runtime,
  config: IssuerConfig,
  { credentials, database }: DurableParts,
): Promise<Durable | undefined> {
  const warn = (message: string) => runtime.log.warn(message)
  if (database === undefined) {
    if (config.statusLists === true) throw new StartRefused('statusLists needs a database: postgres://…')
    if (config.auditDays > 0) throw new StartRefused('auditDays needs a database: postgres://…')
    warn('no database: credentials are issued without status and cannot be revoked; set database')
    return undefined
  }
  await prepareDatabase(database, { warn, waitSeconds: config.storeWaitSeconds })
  if (config.statusLists === false) return { database }
  const signer = await openListSigner(runtime, config, credentials)
  return { database, statusLists: await openOwnStatusLists(runtime, config, database, signer) }
}
