/** The keys that a deployment under test signs with, read where it keeps them: what a test forges is true in all but one respect. */
import { join } from 'node:path'
import type { Signer } from '@countersign/crypto/engine'
import { openDeployment } from '@countersign/keys/deployment/deployment'
import { directoryShelf } from '@countersign/keys/deployment/identity-store'
import { now } from '@countersign/testing/people/keys'

export interface KeptIdentity {
  /** Of the deployment's data. */
  readonly folder: string
  /** Public address of the service that signs. */
  readonly baseUrl: string
  /** Absent: one that was made in the folder. */
  readonly secret?: string
}

export type DeploymentKey = 'credential-issuer' | 'document-signer' | 'status-list'

export async function keyOfDeployment(
  { baseUrl, folder, secret }: KeptIdentity,
  purpose: DeploymentKey,
): Promise<Signer> {
  const shelf = directoryShelf(join(folder, 'identity'))
  const opened = await openDeployment({
    mode: 'development',
    shelf,
    now,
    warn: () => undefined,
    configuredSecret: secret,
  })
  if (!opened.ok) throw new Error(opened.error.code)
  const signer = await opened.value.signer(purpose, { baseUrl, dnsNames: [] })
  if (!signer.ok) throw new Error(signer.error.code)
  return signer.value
}
