/**
 * What all simulated instances of a deployment share: keys, certificates and the deployment secret; and what wallets
 * bring: keys and credentials. Made once for many seeds, since keys say nothing about the order of things.
 */

import type { IssuerTrust } from '@countersign/credential/contract/trust-port'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import type { Signer } from '@countersign/crypto/engine'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { openSealing, type Sealing } from '@countersign/keys/deployment/sealing'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { clientIdOf } from '@countersign/protocol/openid4vp/request/client-id'
import { type Held, identityType, newKey } from '@countersign/testing/client/protocol-wallet'
import { chainTrust } from '@countersign/trust/chain-trust'
import { issuerTrust } from '@countersign/trust/issuer-trust'
import { parseX5cEntry } from '@countersign/x509/certificate'

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

const KEYS = 48
const HELD = 8

export async function createDeployment(): Promise<Deployment> {
  const ca = createDevelopmentCa({ name: 'Simulation CA', now: epoch - 3600 })
  const anchor = parseX5cEntry(ca.certificate)
  if (!anchor.ok) throw new Error(anchor.error.code)
  const issuerSigner = certified(ca)
  const requestSigner = certified(ca)
  const clientId = await clientIdOf('x509_hash', requestSigner, nodeCrypto)
  if (!clientId.ok) throw new Error(clientId.error.code)
  return {
    sealing: openSealing(nodeCrypto.randomBytes(32)),
    issuerSigner,
    requestSigner,
    clientId: clientId.value,
    trust: issuerTrust(
      chainTrust({
        list: { anchors: [{ certificate: anchor.value, name: 'Simulation CA' }], pins: [] },
        crypto: nodeCrypto,
      }),
    ),
    keys: Array.from({ length: KEYS }, newKey),
    held: await Promise.all(Array.from({ length: HELD }, () => credential(issuerSigner))),
    untrusted: await credential(certified(createDevelopmentCa({ name: 'Stranger', now: epoch - 3600 }))),
  }
}

function certified(ca: ReturnType<typeof createDevelopmentCa>): Signer {
  const key = generateSoftwareKey('ES256')
  const certificate = issueCertificate({
    ca,
    publicJwk: key,
    subject: 'Simulation',
    dnsNames: ['issuer.example'],
    uris: [],
    days: 30,
    now: epoch - 3600,
  })
  return softwareSigner(key, { x5c: [certificate] })
}

async function credential(signer: Signer): Promise<Held> {
  const holder = newKey()
  const issued = await sdJwtVc.issue(
    {
      type: identityType,
      claims: { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' },
      selectivelyDisclosable: [['given_name'], ['family_name'], ['birthdate']],
      holderKey: holder.publicJwk,
      signer,
      issuer: 'https://issuer.example',
      issuedAt: epoch - 3600,
      expiresAt: epoch + 86_400,
    },
    nodeCrypto,
  )
  if (!issued.ok) throw new Error(issued.error.code)
  return { credential: issued.value, holder }
}
