/**
 * The services that this command starts: their names, ports and modules, here and nowhere else. Nothing of a service is
 * loaded before it is asked for; which flags it knows is the service's own business.
 */
import type { ServiceStart } from '@countersign/service/compose/configure'
import type { RunningService } from '@countersign/service/compose/run-service'

export type ServiceName = 'wallet' | 'issuer' | 'verifier' | 'repository'

export type StartService = (start: ServiceStart) => Promise<RunningService>

export interface ServiceEntry {
  readonly name: ServiceName
  readonly summary: string
  /** Of the only instance, and of the first of several. */
  readonly port: number
  /** What outlives a request: what ends by itself, or records in a database as well. */
  readonly keeps: 'nothing' | 'sessions' | 'records'
  /** Where the balancer of a cluster listens for it. */
  readonly balancedPort: number
  load(): Promise<StartService>
}

export const SERVICES: readonly ServiceEntry[] = [
  {
    name: 'wallet',
    summary: 'the wallet API',
    port: 7001,
    keeps: 'records',
    balancedPort: 9091,
    load: async () => (await import('@countersign/wallet/main')).startWallet,
  },
  {
    name: 'issuer',
    summary: 'the OpenID4VCI issuer',
    port: 7002,
    keeps: 'records',
    balancedPort: 9092,
    load: async () => (await import('@countersign/issuer/main')).startIssuer,
  },
  {
    name: 'verifier',
    summary: 'the OpenID4VP verifier',
    port: 7003,
    keeps: 'sessions',
    balancedPort: 9093,
    load: async () => (await import('@countersign/verifier/main')).startVerifier,
  },
  {
    name: 'repository',
    summary: 'the catalogue of credential types',
    port: 7103,
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
