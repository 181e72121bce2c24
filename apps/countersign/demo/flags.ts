/** Flags of `countersign demo`. */
import type { FlagTable } from '../command/flags.ts'
import { localUrl, type ServiceName, serviceNamed } from '../services.ts'

/** Those that the demo calls. */
export const CALLED = ['wallet', 'issuer', 'verifier'] as const satisfies readonly ServiceName[]

export const DEMO_FLAGS = {
  wallet: { kind: 'url', value: 'URL', says: `default ${localUrl('wallet')}` },
  issuer: { kind: 'url', value: 'URL', says: `default ${localUrl('issuer')}` },
  verifier: { kind: 'url', value: 'URL', says: `default ${localUrl('verifier')}` },
  cluster: {
    kind: 'switch',
    says: `the addresses of countersign cluster: ${CALLED.map((name) => serviceNamed(name).balancedPort).join(', ')}`,
  },
} as const satisfies FlagTable

/** What to type for the demo against these addresses; `usual`: those that it takes without being told. */
export function demoCommand(
  urls: Partial<Readonly<Record<string, string>>>,
  usual: 'single' | 'balanced' = 'single',
): string {
  const others = CALLED.filter((name) => urls[name] !== undefined && urls[name] !== localUrl(name, usual))
  const named = usual === 'balanced' && others.length > 0 ? CALLED : others
  const flags = named.map((name) => ` --${name} ${urls[name]}`)
  return `npx countersign demo${usual === 'balanced' && others.length === 0 ? ' --cluster' : ''}${flags.join('')}`
}
