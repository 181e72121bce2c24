/**
 * The distributed architecture on one machine with its real parts: several instances of each service behind Caddy,
 * sessions in Redis, the wallets' data in PostgreSQL. It is there as a whole or not at all: when one part does not
 * come up, everything is stopped again and the error carries what that part said.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { startCaddy } from '@countersign/local-servers/caddy'
import { freePorts, isFree } from '@countersign/local-servers/ports'
import {
  identityOfServer,
  type PostgresServer,
  startPostgres,
} from '@countersign/local-servers/postgres-server'
import type { Program } from '@countersign/local-servers/process/program'
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import { type StopList, startedWhole } from '@countersign/local-servers/stop-list'
import { removeLeftFolders, temporaryFolder } from '@countersign/local-servers/temporary-folder'
import { addressFlags, type ServiceName, serviceNamed } from '../services.ts'
import { controlSocketPath, openControlSocket } from './control-socket.ts'
import { instanceControl } from './instance-control.ts'
import {
  balancedTo,
  type ClusterService,
  type StartedService,
  startServiceProcess,
} from './service-process.ts'
import {
  type InstanceCounts,
  portsNeeded,
  publicUrl,
  type ServicePlan,
  sitesOf,
  standardTopology,
  type Topology,
  topologyOn,
} from './topology.ts'

export type { ClusterService } from './service-process.ts'

export interface ClusterOptions {
  /** Instances of each, 0 to 9; default 2. */
  readonly wallets?: number
  readonly issuers?: number
  readonly verifiers?: number
  /** Of those that serve pages, whose pages have to be built; default 0. */
  readonly webWallets?: number
  readonly portals?: number
  /** `standard`: those of the documentation; `free`: whatever is free, for tests that run side by side. */
  readonly ports: 'free' | 'standard'
  /** `memory`: no Redis, every instance keeps its own sessions. Default `redis`. */
  readonly sessions?: 'redis' | 'memory'
  /** Whether senders are limited as in a deployment. Off by default: programs that start a cluster are one sender. */
  readonly limitSenders?: boolean
  /** Kept after the end, and its identity and database used again. Default: a temporary folder. */
  readonly dataFolder?: string | undefined
  /** Further flags of every instance of a service; they win over those set here. */
  readonly flags?: Partial<Record<ServiceName, readonly string[]>>
  /** Further environment of every instance of a service. */
  readonly env?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>
  /** How often the balancer looks at each instance; default: as in a deployment. */
  readonly lookEveryMs?: number | undefined
  /** Portals may stop and start instances, by a socket whose path nobody else is told. */
  readonly demo?: boolean
  /** Told why an instance that was stopped in a demonstration does not start again. */
  readonly complain?: (message: string) => void
  /** Called when an instance ends without having been told to. */
  readonly onUnexpectedEnd?: (name: string, how: string) => void
}

export interface Cluster {
  /** Of the balancer, one a service: `http://localhost:9093`. */
  readonly urls: Readonly<Record<ServiceName, string>>
  /** Every instance, by service and number. */
  readonly services: readonly ClusterService[]
  /** Absent with memory sessions. */
  readonly redis?: RedisServer
  readonly postgres: PostgresServer
  readonly caddy: Program
  readonly topology: Topology
  /** Whether portals may stop and start instances. */
  readonly demo: boolean
  readonly dataFolder: string
  /** Holds the deployment secret, mode 0600. */
  readonly secretFile: string
  readonly logFolder: string
  /** SIGTERM to the services, then Caddy, then the stores; resolves when nothing is left. May be called twice. */
  stop(): Promise<void>
}

/** Why a cluster cannot be started here; the message is for the terminal. */
export class ClusterRefused extends Error {
  override readonly name = 'ClusterRefused'
}

/**
 * Resolves when every instance answers `/readyz` with 200 through Caddy. Throws `ProgramMissing` with the command that
 * installs it, `ClusterRefused` for a port that is taken, `Error` with the log of the part that did not start.
 */
export function startCluster(options: ClusterOptions): Promise<Cluster> {
  return startedWhole((started) => startParts(options, started))
}

async function startParts(options: ClusterOptions, started: StopList): Promise<Cluster> {
  const topology = await planned(options)
  const folders = await openFolders(options.dataFolder)
  if (options.dataFolder === undefined) {
    started.add(() => rm(folders.data, { recursive: true, force: true, maxRetries: 3 }))
  }
  const stores = await startStores(options, folders, started)
  const caddy = await startCaddy({
    sites: sitesOf(topology),
    logFile: join(folders.logs, 'caddy.log'),
    lookEveryMs: options.lookEveryMs,
  })
  started.add(() => caddy.stop())
  const controlPath = options.demo === true ? await controlSocketPath() : undefined
  if (controlPath !== undefined) started.add(() => rm(dirname(controlPath), { recursive: true, force: true }))
  const services = startServices(topology, options, folders, { ...stores, controlPath })
  started.add(() => Promise.all(services.map((service) => service.stop())))
  await Promise.all(services.map((service) => service.ready()))
  await Promise.all(services.map((service) => balancedTo(urlOf(topology, service.service), service.name)))
  if (controlPath !== undefined) {
    const control = instanceControl(services, options.complain ?? (() => {}))
    const socket = await openControlSocket(controlPath, control)
    started.add(() => socket.close())
  }
  return {
    urls: urlsOf(topology),
    services,
    ...stores,
    caddy,
    topology,
    demo: controlPath !== undefined,
    dataFolder: folders.data,
    secretFile: folders.secretFile,
    logFolder: folders.logs,
    stop: started.stop,
  }
}

async function planned(options: ClusterOptions): Promise<Topology> {
  const { wallets = 2, issuers = 2, verifiers = 2, webWallets = 0, portals = 0 } = options
  const counts: InstanceCounts = { wallets, issuers, verifiers, webWallets, portals }
  if (options.ports === 'free') return topologyOn(await freePorts(portsNeeded(counts)), counts)
  const topology = standardTopology(counts)
  const wanted = topology.flatMap(({ publicPort, instances }) => [
    publicPort,
    ...instances.map((one) => one.port),
  ])
  const taken = (await Promise.all(wanted.map(async (port) => ((await isFree(port)) ? [] : [port])))).flat()
  if (taken.length === 0) return topology
  throw new ClusterRefused(
    `in use already: port ${taken.join(', ')}; stop what runs there, or use --free-ports`,
  )
}

interface Folders {
  readonly data: string
  readonly logs: string
  readonly secretFile: string
}

async function openFolders(wanted: string | undefined): Promise<Folders> {
  const data = wanted === undefined ? await freshFolder() : resolve(wanted)
  // Its secrets are readable to its owner alone; PostgreSQL, which is somebody else where the owner is root, passes through.
  await mkdir(data, { recursive: true, mode: 0o711 })
  const logs = join(data, 'logs')
  await mkdir(logs, { recursive: true, mode: 0o700 })
  const secretFile = join(data, 'deployment-secret')
  await keepSecret(secretFile)
  return { data, logs, secretFile }
}

/** Those of clusters that were killed go first, since nobody else comes by. */
async function freshFolder(): Promise<string> {
  const { uid } = await identityOfServer().catch(() => ({ uid: undefined }))
  await removeLeftFolders([uid])
  return temporaryFolder('cluster')
}

/** One secret for the cluster, made at its first start and read by the services themselves. */
async function keepSecret(file: string): Promise<void> {
  try {
    await writeFile(file, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    const kept = await readFile(file, 'utf8')
    if (kept.trim().length >= 32) return
    throw new ClusterRefused(
      `${file} holds no deployment secret: put it back, or name another folder with --data`,
    )
  }
}

interface Stores {
  readonly redis?: RedisServer
  readonly postgres: PostgresServer
}

async function startStores(options: ClusterOptions, folders: Folders, started: StopList): Promise<Stores> {
  const kept = options.dataFolder !== undefined
  const postgres = await startPostgres({
    port: await storePort(options, 5432),
    durable: kept,
    dataFolder: kept ? join(folders.data, 'postgres') : undefined,
  })
  started.add(() => postgres.stop())
  if (options.sessions === 'memory') return { postgres }
  const redis = await startRedis({ port: await storePort(options, 6379) })
  started.add(() => redis.stop())
  return { redis, postgres }
}

/** A Redis or PostgreSQL of the machine's own may sit on the standard port; ours then takes another. */
async function storePort({ ports }: ClusterOptions, standard: number): Promise<number> {
  if (ports === 'standard' && (await isFree(standard))) return standard
  const [free = 0] = await freePorts(1)
  return free
}

function startServices(
  topology: Topology,
  options: ClusterOptions,
  folders: Folders,
  { controlPath, ...stores }: Stores & { readonly controlPath: string | undefined },
): readonly StartedService[] {
  return topology.flatMap((service) =>
    service.instances.map((plan) =>
      startServiceProcess({
        plan,
        flags: [
          ...flagsOf(service, plan.name, plan.port, folders, stores),
          // Through the balancer, so that any instance may answer.
          ...addressFlags(serviceNamed(service.service), (name) => urlOf(topology, name)),
          ...(options.limitSenders === true ? [] : ['--senderRequestsPerSecond=0']),
          ...(options.flags?.[service.service] ?? []),
        ],
        env: {
          ...ownEnvironment(folders),
          ...(service.service === 'portal' && demoEnvironment(controlPath)),
          ...options.env?.[service.service],
        },
        logFile: join(folders.logs, `${plan.name}.log`),
        publicUrl: publicUrl(service),
        onUnexpectedEnd: options.onUnexpectedEnd ?? (() => {}),
      }),
    ),
  )
}

/** Those that keep what must outlive sessions: wallets, issuers their status lists, portals their operators. */
const durable: readonly ServiceName[] = ['wallet', 'issuer', 'portal']

function flagsOf(
  service: ServicePlan,
  name: string,
  port: number,
  folders: Folders,
  stores: Stores,
): string[] {
  return [
    `--webPort=${port}`,
    `--baseUrl=${publicUrl(service)}`,
    `--instance=${name}`,
    `--data=${folders.data}`,
    `--sessions=${stores.redis?.url ?? 'memory:'}`,
    // Caddy says for whom it asks.
    '--trustedProxies=127.0.0.1',
    // Longer than the balancer's health interval: it looks elsewhere before the listener closes.
    '--drainSeconds=1',
    ...(durable.includes(service.service) ? [`--database=${stores.postgres.url}`] : []),
  ]
}

/** Settings of the surrounding shell would reach every instance alike, which no cluster can want. */
function ownEnvironment({ secretFile }: Folders): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('COUNTERSIGN_'))
  return { ...Object.fromEntries(inherited), COUNTERSIGN_SECRET_FILE: secretFile }
}

/** Not a flag: those of a process can be read by everybody on this machine. */
function demoEnvironment(controlPath: string | undefined): Readonly<Record<string, string>> {
  return controlPath === undefined ? {} : { COUNTERSIGN_DEMO_SOCKET: controlPath }
}

function urlOf(topology: Topology, service: ServiceName): string {
  const plan = topology.find((one) => one.service === service)
  if (plan === undefined) throw new Error(`no ${service} in the cluster`)
  return publicUrl(plan)
}

function urlsOf(topology: Topology): Record<ServiceName, string> {
  return {
    wallet: urlOf(topology, 'wallet'),
    issuer: urlOf(topology, 'issuer'),
    verifier: urlOf(topology, 'verifier'),
    'web-wallet': urlOf(topology, 'web-wallet'),
    portal: urlOf(topology, 'portal'),
    repository: urlOf(topology, 'repository'),
  }
}
