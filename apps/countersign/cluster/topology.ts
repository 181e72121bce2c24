/**
 * Which instances there are, on which ports, and what stands in front of them. Pure: whether a port is free and
 * whether anything runs is not known here.
 */
import type { Site } from '@countersign/local-servers/caddyfile'
import { SERVICES, type ServiceName } from '../services.ts'

export interface InstancePlan {
  /** `verifier1`, also what the instance calls itself in `x-instance`. */
  readonly name: string
  readonly service: ServiceName
  readonly port: number
}

export interface ServicePlan {
  readonly service: ServiceName
  /** Where the balancer listens for it. */
  readonly publicPort: number
  readonly instances: readonly InstancePlan[]
}

export type Topology = readonly ServicePlan[]

/** How many instances of each; the repository keeps nothing and has one. */
export interface InstanceCounts {
  readonly wallets: number
  readonly issuers: number
  readonly verifiers: number
  readonly webWallets: number
  readonly portals: number
}

const COUNTED: Readonly<Record<Exclude<ServiceName, 'repository'>, keyof InstanceCounts>> = {
  wallet: 'wallets',
  issuer: 'issuers',
  verifier: 'verifiers',
  'web-wallet': 'webWallets',
  portal: 'portals',
}

export const MAX_INSTANCES = 9

/** The ports of the documentation: 9090-9095 in front, and base + 1000 for each further instance. */
export function standardTopology(counts: InstanceCounts): Topology {
  return plan(counts, (base, index) => base + 1000 * index)
}

/** How many ports a topology takes, the balancer's with them. */
export function portsNeeded(counts: InstanceCounts): number {
  return standardTopology(counts).reduce((sum, { instances }) => sum + 1 + instances.length, 0)
}

/** The same on other ports; throws when there are too few. */
export function topologyOn(ports: readonly number[], counts: InstanceCounts): Topology {
  const rest = ports.values()
  return plan(counts, () => {
    const { value, done } = rest.next()
    if (done || value === undefined) throw new RangeError('too few ports')
    return value
  })
}

/** What the balancer has to know. `host`: where the instances listen. */
export function sitesOf(
  topology: Topology,
  host: (instance: InstancePlan) => string = () => '127.0.0.1',
): Site[] {
  const served = topology.filter(({ instances }) => instances.length > 0)
  return served.map(({ publicPort, instances, service }) => ({
    port: publicPort,
    upstreams: instances.map((instance) => `${host(instance)}:${instance.port}`),
    unreadyPaths: UNREADY_PATHS[service],
    streams: service === 'issuer' ? true : undefined,
  }))
}

/** What a service still answers while its stores are away: the issuer's status lists and those of its tenants, which others decide by. */
const UNREADY_PATHS: Partial<Record<ServiceName, readonly string[]>> = { issuer: ['*/status/*'] }

export function publicUrl({ publicPort }: ServicePlan): string {
  return `http://localhost:${publicPort}`
}

/** In the order of the balancer's ports. */
const IN_ORDER = SERVICES.toSorted((a, b) => a.balancedPort - b.balancedPort)

function plan(counts: InstanceCounts, portOf: (base: number, index: number) => number): Topology {
  return IN_ORDER.map(({ name, balancedPort, port }) => ({
    service: name,
    publicPort: portOf(balancedPort, 0),
    instances: Array.from({ length: checkedCount(countOf(name, counts)) }, (_, index) => ({
      name: `${name}${index + 1}`,
      service: name,
      port: portOf(port, index),
    })),
  }))
}

/** The repository keeps nothing, and one is enough. */
function countOf(service: ServiceName, counts: InstanceCounts): number {
  return service === 'repository' ? 1 : counts[COUNTED[service]]
}

function checkedCount(count: number): number {
  if (!Number.isInteger(count) || count < 0 || count > MAX_INSTANCES) {
    throw new RangeError(`from 0 to ${MAX_INSTANCES} instances of a service`)
  }
  return count
}
