/**
 * Whether a signer's certificate can stand for the name that this issuer writes into what it signs (`iss`): wallets and
 * verifiers compare both, and refuse what does not match, long after the offer was made. No reason not to start: others
 * go by the subject.
 */
import type { Signer } from '@countersign/crypto/engine'
import type { Runtime } from '@countersign/service/compose/runtime'
import { namesIssuer } from '@countersign/trust/issuer-name'
import { parseX5cEntry } from '@countersign/x509/certificate'

export interface NamedHome {
  readonly log: Pick<Runtime['log'], 'warn'>
  readonly config: Pick<Runtime['config'], 'baseUrl'>
}

export function tellUnnamed({ config, log }: NamedHome, purpose: string, { x5c = [] }: Signer): void {
  const { hostname, protocol } = new URL(config.baseUrl)
  if (protocol !== 'https:') return
  const [leaf] = x5c
  const parsed = leaf === undefined ? undefined : parseX5cEntry(leaf)
  if (!parsed?.ok || namesIssuer(parsed.value, config.baseUrl)) return
  const { dnsNames, uris } = parsed.value
  const names = [...dnsNames, ...uris].join(', ')
  log.warn(
    `the ${purpose} certificate does not name ${config.baseUrl}, which is the iss of what it signs (it names ` +
      `${names === '' ? 'nothing' : names}): whoever compares them refuses it; have ${hostname} in its subject alternative name`,
  )
}
