/**
 * The tenants of a deployment: each is an issuer of its own, opened as the deployment's is, on its part of everything. What is wrong
 * with any of them ends the start, and all of it is told at once.
 */
import type { Signer } from '@countersign/crypto/engine'
import { sameKey } from '@countersign/crypto/jwk'
import type { TenantParts } from '@countersign/service/compose/run-service'
import type { Runtime } from '@countersign/service/compose/runtime'
import { tenantRuntime } from '@countersign/service/compose/tenant-runtime'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { issuerShape } from '../config.ts'
import { tenantMistakes } from './read-tenants.ts'
import type { IssuerConfig, Tenant } from './tenant-settings.ts'

export interface OpenedTenant {
  readonly parts: TenantParts['parts']
  /** With which it signs. */
  readonly signers: readonly Signer[]
}

export type OpenTenant = (runtime: Runtime, tenant: Tenant) => Promise<OpenedTenant>

/** `signers`: those of the deployment's own issuer. Throws `StartRefused` with a line for each mistake. */
export async function openTenants(
  runtime: Runtime,
  tenants: readonly Tenant[],
  { open, signers }: { readonly open: OpenTenant; readonly signers: readonly Signer[] },
): Promise<readonly TenantParts[]> {
  const mistakes: string[] = []
  const opened: TenantParts[] = []
  const taken = signers.map((signer) => ({ signer, by: 'the deployment' }))
  // One after the other: databases are brought to their newest shape one at a time in any case.
  for (const tenant of tenants) {
    const { config, name, source } = tenant
    try {
      const own = tenantRuntime(runtime, { name, config, ownKeys: issuerShape })
      const issuer = await open(own, tenant)
      opened.push({ name, runtime: own, parts: titled(issuer.parts, config) })
      const shared = issuer.signers.flatMap((signer) =>
        taken.filter((other) => sameKey(other.signer.publicJwk, signer.publicJwk)),
      )
      mistakes.push(
        ...shared.map(({ by }) => `${source}: signs with the key of ${by}: it needs one of its own`),
      )
      taken.push(...issuer.signers.map((signer) => ({ signer, by: name })))
    } catch (error) {
      if (!(error instanceof StartRefused)) throw error
      const lines = error.details.length > 0 ? error.details : [error.message]
      mistakes.push(...lines.map((line) => `${source}: ${line}`))
    }
  }
  if (mistakes.length > 0) throw tenantMistakes([...new Set(mistakes)])
  runtime.log.info({ tenants: opened.map(({ name }) => name) }, 'tenants')
  return opened
}

function titled(parts: TenantParts['parts'], { displayName }: IssuerConfig): TenantParts['parts'] {
  return { ...parts, title: `${parts.title}: ${displayName}` }
}
