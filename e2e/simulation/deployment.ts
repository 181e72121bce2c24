/**
 * What all simulated instances of a deployment share: keys, certificates and the deployment secret; and what wallets
 * bring: keys and credentials. Made once for many seeds, since keys say nothing about the order of things.
 */

import type { IssuerTrust } from '@countersign/credential/contract/trust-port'
import type { Signer } from '@countersign/crypto/engine'
import { openSealing, type Sealing } from '@countersign/keys/deployment/sealing'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { clientIdOf } from '@countersign/protocol/openid4vp/request/client-id'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { issueAs, sdJwtKind } from '@countersign/testing/forging/credential-kinds'
import { newAuthority } from '@countersign/testing/people/authority'
import { newKey } from '@countersign/testing/people/keys'

/** Virtual time begins here, in epoch seconds. */
export const epoch = 1_800_000_000

export interface Deployment {
  readonly sealing: Sealing
  readonly issuerSigner: Signer
  readonly requestSigner: Signer
  readonly clientId: string
  readonly trust: IssuerTrust
  /** Distinct keys; a wallet takes those it needs. */
  readonly keys: readonly Signer[]
  /** Credentials that the verifier believes, each bound to a key of its own. */
  readonly held: readonly Held[]
  /** Well made, by somebody whom the verifier does not trust. */
  readonly untrusted: Held
}

const simulated = { name: 'Simulation', dnsNames: ['issuer.example'] }
const KEYS = 48
const HELD = 8

export async function createDeployment(): Promise<Deployment> {
  const authority = newAuthority('Simulation CA', epoch - 3600)
  const issuerSigner = authority.vouchFor(simulated)
  const requestSigner = authority.vouchFor(simulated)
  const clientId = await clientIdOf('x509_hash', requestSigner, nodeCrypto)
  if (!clientId.ok) throw new Error(clientId.error.code)
  return {
    sealing: openSealing(nodeCrypto.randomBytes(32)),
    issuerSigner,
    requestSigner,
    clientId: clientId.value,
    trust: authority.trust,
    keys: Array.from({ length: KEYS }, newKey),
    held: await Promise.all(Array.from({ length: HELD }, () => credential(issuerSigner))),
    untrusted: await credential(newAuthority('Stranger', epoch - 3600).vouchFor(simulated)),
  }
}

function credential(signer: Signer): Promise<Held> {
  return issueAs(sdJwtKind, signer, {
    selectivelyDisclosable: [['given_name'], ['family_name'], ['birthdate']],
    issuedAt: epoch - 3600,
    expiresAt: epoch + 86_400,
  })
}
