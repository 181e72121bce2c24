/** The Caddyfiles that lie in `deploy/`: the standard ports on one machine, and the containers of the compose file. */

import { caddyfile } from '@countersign/local-servers/caddyfile'
import { sitesOf, standardTopology } from './topology.ts'

const PAIRS = standardTopology({ wallets: 2, issuers: 2, verifiers: 2, webWallets: 2, portals: 2 })

/** For services on one machine, where the balancer listens on loopback as they do. */
export function oneMachineCaddyfile(): string {
  return caddyfile({
    sites: sitesOf(PAIRS),
    bind: ['127.0.0.1'],
    remarks: [
      'Two instances of each service on this machine: repository 9090, wallets 9091, issuers 9092, verifiers 9093,',
      'web wallets 9094, portals 9095.',
      'Development: only this machine is served. To serve others, remove default_bind, give the services a',
      'management key and put TLS in front.',
      '',
      '\tcaddy run --config deploy/Caddyfile --adapter caddyfile',
    ],
  })
}

/** For the compose file, where every instance is a host of its own name. */
export function composeCaddyfile(): string {
  return caddyfile({
    sites: sitesOf(PAIRS, (instance) => instance.name),
    remarks: ['The same in containers; see compose.yaml.'],
  })
}

/** For two verifiers in containers that were started by hand. */
export function verifiersCaddyfile(): string {
  const verifiers = standardTopology({ wallets: 0, issuers: 0, verifiers: 2, webWallets: 0, portals: 0 })
  return caddyfile({
    sites: sitesOf(
      verifiers.filter(({ service }) => service === 'verifier'),
      (instance) => instance.name,
    ),
    remarks: ['Two verifiers in containers that were started by hand; docs/distributed.md walks through it.'],
  })
}
