/**
 * The services that this command starts: their names, ports and modules, here and nowhere else. Nothing of a service is
 * loaded before it is asked for; which flags it knows is the service's own business.
 */
import type { ServiceStart } from '@countersign/service/compose/configure'
import type { RunningService } from '@countersign/service/compose/run-service'

export type ServiceName = 'wallet' | 'issuer' | 'verifier' | 'web-wallet' | 'portal' | 'repository'

export type StartService = (start: ServiceStart) => Promise<RunningService>

export interface ServiceEntry {
  readonly name: ServiceName
  readonly summary: string
  /** Of the only instance, and of the first of several. */
  readonly port: number
  /** An API with its page, or pages for people, which have to be built. */
  readonly serves: 'api' | 'pages'
  /** What outlives a request: what ends by itself, or records in a database as well. */
  readonly keeps: 'nothing' | 'sessions' | 'records'
  /** Where the balancer of a cluster listens for it. */
  readonly balancedPort: number
  /** Whom it calls itself, by the setting `issuerUrl` and the like. */
  readonly calls?: readonly ServiceName[]
  /** Where it sends browsers, or lets them come from, likewise. */
  readonly shows?: readonly ServiceName[]
  /** Acts in the operator's name: no network reaches it by `--lan`. */
  readonly staysHome?: true
  load(): Promise<StartService>
}

export const SERVICES: readonly ServiceEntry[] = [
  {
    name: 'wallet',
    summary: 'the wallet API',
    port: 7001,
    serves: 'api',
    keeps: 'records',
    balancedPort: 9091,
    calls: ['repository'],
    shows: ['web-wallet'],
    load: async () => (await import('@countersign/wallet/main')).startWallet,
  },
  {
    name: 'issuer',
    summary: 'the OpenID4VCI issuer',
    port: 7002,
    serves: 'api',
    keeps: 'records',
    balancedPort: 9092,
    calls: ['verifier'],
    load: async () => (await import('@countersign/issuer/main')).startIssuer,
  },
  {
    name: 'verifier',
    summary: 'the OpenID4VP verifier',
    port: 7003,
    serves: 'api',
    keeps: 'sessions',
    balancedPort: 9093,
    load: async () => (await import('@countersign/verifier/main')).startVerifier,
  },
  {
    name: 'web-wallet',
    summary: 'the wallet in a browser',
    port: 7101,
    serves: 'pages',
    keeps: 'nothing',
    balancedPort: 9094,
    calls: ['wallet'],
    load: async () => (await import('@countersign/web-wallet/main')).startWebWallet,
  },
  {
    name: 'portal',
    summary: 'issue and verify in a browser, for operators',
    port: 7102,
    serves: 'pages',
    keeps: 'records',
    balancedPort: 9095,
    calls: ['issuer', 'verifier', 'repository'],
    shows: ['web-wallet'],
    staysHome: true,
    load: async () => (await import('@countersign/portal/main')).startPortal,
  },
  {
    name: 'repository',
    summary: 'the catalogue of credential types',
    port: 7103,
    serves: 'api',
    keeps: 'nothing',
    balancedPort: 9090,
    load: async () => (await import('@countersign/repository/main')).startRepository,
  },
]

export const SERVICE_NAMES: readonly ServiceName[] = SERVICES.map(({ name }) => name)

export function serviceNamed(name: ServiceName): ServiceEntry {
  const found = SERVICES.find((service) => service.name === name)
  if (found === undefined) throw new Error(`there is no service ${name}`)
  return found
}

/** Where it listens when nobody says otherwise; `balanced`: where the balancer of a cluster does. */
export function localUrl(name: ServiceName, where: 'single' | 'balanced' = 'single'): string {
  const { port, balancedPort } = serviceNamed(name)
  return `http://localhost:${where === 'single' ? port : balancedPort}`
}

/** Says whom a service calls and where it sends browsers. `prefix`: of the flags, `web-wallet.` for one service among several. */
export function addressFlags(
  { calls = [], shows = [] }: ServiceEntry,
  urlOf: (name: ServiceName, by: 'calls' | 'shows') => string,
  prefix = '',
): readonly string[] {
  const flag = (name: ServiceName, by: 'calls' | 'shows') => `--${prefix}${name}-url=${urlOf(name, by)}`
  return [...calls.map((name) => flag(name, 'calls')), ...shows.map((name) => flag(name, 'shows'))]
}
