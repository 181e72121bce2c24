/** Flags of `countersign cluster`. */
import type { FlagTable } from '../command/flags.ts'
import { MAX_INSTANCES } from './topology.ts'

const INSTANCES = { kind: 'count', value: 'N' } as const

export const CLUSTER_FLAGS = {
  wallets: { ...INSTANCES, says: `instances of the wallet, 1 to ${MAX_INSTANCES} (default 2)` },
  issuers: { ...INSTANCES, says: 'of the issuer' },
  verifiers: { ...INSTANCES, says: 'of the verifier' },
  'web-wallets': { ...INSTANCES, says: 'of the web wallet' },
  portals: { ...INSTANCES, says: 'of the portal' },
  data: {
    kind: 'text',
    value: 'DIR',
    says: 'keep secret, database and logs there (default: a temporary folder)',
  },
  memory: {
    kind: 'switch',
    says: 'no Redis: every instance keeps its own sessions, to see what goes wrong then',
  },
  demo: {
    kind: 'switch',
    says: "the portal's page Cluster stops and starts instances; for this machine alone",
  },
  'free-ports': { kind: 'switch', says: 'whatever ports are free, in place of 9090-9095, 7001 …' },
} as const satisfies FlagTable
