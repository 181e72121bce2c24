/**
 * `countersign up --lan`: what makes the services reachable for a phone in the same network. They stay on loopback as they are, and
 * are served over TLS on the machine's address beside it, with a certificate for that host; the portal, which acts in the
 * operator's name, is not (docs/decisions/057). What would make nonsense of it is refused before anything listens.
 */
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import type { RunningService } from '@countersign/service/compose/run-service'
import { openRuntime } from '@countersign/service/compose/runtime'
import { addressOf } from '@countersign/service/config/load'
import { isLoopbackHost } from '@countersign/service/config/loopback-host'
import type { SecureAddress } from '@countersign/service/config/secure-address'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { SERVICES, type ServiceEntry, type ServiceName } from '../services.ts'
import { anchorFacts } from './anchor-page.ts'
import { chooseHost, type LanHost, thisMachine } from './choose-host.ts'
import { lanLines } from './lan-lines.ts'
import { showAnchor } from './show-anchor.ts'

export type Given = Pick<ServiceStart, 'argv' | 'env' | 'cwd'>

export interface Lan {
  readonly host: LanHost
  /** PEM: what a phone has to trust. */
  readonly anchor: string
  /** What the services are told, under which address they speak of themselves. */
  readonly flags: readonly string[]
  /** The same, where nobody says otherwise. */
  readonly defaults: readonly string[]
  /** Undefined for a service that stays on this machine. */
  secureFor(name: ServiceName): SecureAddress | undefined
}

/** `wish`: a name or an address of this machine. Throws `StartRefused`. */
export async function openLan(wish: string | undefined, given: Given, machine = thisMachine()): Promise<Lan> {
  // Node 24.5.
  if (typeof setDefaultCACertificates !== 'function')
    throw new StartRefused(`--lan needs Node 24.5 or later, and this is ${process.versions.node}`)
  const host = await chooseHost(wish, machine)
  const urls = new Map<ServiceName, string>()
  // One after the other: of several that are refused the first is named, whichever configuration is read sooner.
  for (const service of REACHED) urls.set(service.name, await urlOf(service, host, given))
  const { anchor, certificates, key } = await httpsIdentity(host.name, given)
  // The services call each other by the addresses that they give to everybody.
  setDefaultCACertificates([...getCACertificates('default'), anchor])
  return {
    host,
    anchor,
    defaults: [WITHIN, `--wallet.repositoryUrl=${urls.get('repository')}`],
    flags: [...urls].map(([name, url]) => `--${name}.baseUrl=${url}`),
    secureFor: (name) => (urls.has(name) ? { host: host.address, key, certificates } : undefined),
  }
}

/**
 * Whoever has an account, and in this network anybody may make one, names addresses to which the wallet sends what he partly
 * writes himself. On loopback the doors of issuer and verifier would take it for the operator's.
 */
const WITHIN = '--wallet.allowPrivateAddresses=false'

export interface ShownLan {
  readonly page: RunningService
  /** For the terminal. */
  readonly lines: readonly string[]
}

/** Once the services run: the page of the certificate, and what people do now. */
export async function showLan(lan: Lan, services: readonly RunningService[]): Promise<ShownLan> {
  const pages = services.find(({ name }) => name === 'web-wallet')
  if (pages === undefined) throw new Error('a phone has no wallet to open')
  const { address, name } = lan.host
  const facts = anchorFacts(lan.anchor, name, pages.config.baseUrl)
  const page = await showAnchor({ facts, anchor: lan.anchor, address }, pages.config)
  return { page, lines: lanLines(page.url, facts) }
}

const REACHED = SERVICES.filter(({ staysHome }) => staysHome !== true)

async function urlOf({ name, port }: ServiceEntry, host: LanHost, given: Given): Promise<string> {
  const { local, public: baseUrl, webHost } = await addressOf({ ...given, service: name, defaultPort: port })
  const listensOn = new URL(local).port
  if (baseUrl !== local)
    throw new StartRefused(
      `--lan says where the services are reached, and ${name} has a baseUrl of its own: ${baseUrl}`,
    )
  if (webHost !== undefined && !isLoopbackHost(webHost))
    throw new StartRefused(
      `--lan serves its own address beside loopback, and ${name} is to listen on ${webHost}`,
    )
  if (listensOn === '0')
    throw new StartRefused(`--lan needs ports that are known, and that of ${name} is any free one`)
  return `https://${host.name}:${listensOn}`
}

/** From the same identity as that of the services: their data folder, or the store that they share. */
async function httpsIdentity(name: string, given: Given) {
  const start = { ...given, argv: ['--logLevel=warn', ...given.argv], defaultPort: 0 }
  const config = await configure({ service: 'lan', extra: {}, managementDoor: false }, start)
  if (config.mode === 'production')
    throw new StartRefused('--lan is for development: in production certificates are those of the balancer')
  const runtime = await openRuntime(config)
  try {
    const made = await runtime.deployment.httpsIdentity(name)
    if (made === undefined) throw new Error('development makes an identity for https')
    if (!made.ok) throw new StartRefused(`the CA for https cannot be read: ${made.error.record} is damaged`)
    return made.value
  } finally {
    await runtime.close()
  }
}
