/**
 * What all simulated instances of a deployment share: keys, certificates and the deployment secret; and what wallets
 * bring: keys and credentials. Made once for many seeds, since keys say nothing about the order of things.
 */

import type { IssuerTrust } from '@countersign/credential/contract/trust-port'
import type { Signer } from '@countersign/crypto/engine'
import { openSealing, type Sealing } from '@countersign/keys/deployment/sealing'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { clientOf, type VerifierClient } from '@countersign/protocol/openid4vp/request/client-id'
import { compileSchema } from '@countersign/service/types/json-schema'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { issueAs, sdJwtKind } from '@countersign/testing/forging/credential-kinds'
import { newAuthority } from '@countersign/testing/people/authority'
import { newKey } from '@countersign/testing/people/keys'
import { authorityName, listUri } from './status-list.ts'

/** Virtual time begins here, in epoch seconds. */
export const epoch = 1_800_000_000

export interface Deployment {
  readonly sealing: Sealing
  readonly issuerSigner: Signer
  readonly requestSigner: Signer
  readonly client: VerifierClient
  readonly trust: IssuerTrust
  /** Distinct keys; a wallet takes those it needs. */
  readonly keys: readonly Signer[]
  /** Credentials that the verifier believes, each bound to a key of its own. */
  readonly held: readonly HeldCredential[]
  /** What a stranger can make who has seen a request and the issuer's certificate. */
  readonly forged: Readonly<Record<Forgery, Held>>
}

export interface HeldCredential extends Held {
  /** Its place in the status list. */
  readonly index: number
}

export const forgeries = ['self-made', 'copied certificate', 'untrusted issuer', 'unbound'] as const

export type Forgery = (typeof forgeries)[number]

const simulated = { name: 'Simulation', dnsNames: ['issuer.example'] }
const KEYS = 48
const HELD = 8

export async function createDeployment(): Promise<Deployment> {
  // What is loaded at its first use takes a while that is nobody's turn.
  await compileSchema({})
  const authority = newAuthority(authorityName, epoch - 3600)
  const issuerSigner = authority.vouchFor(simulated)
  const requestSigner = authority.vouchFor(simulated)
  const means = { signer: requestSigner, crypto: nodeCrypto, host: 'localhost', now: () => epoch }
  const client = await clientOf('x509_hash', means)
  if (!client.ok) throw new Error(client.error.code)
  return {
    sealing: openSealing(nodeCrypto.randomBytes(32)),
    issuerSigner,
    requestSigner,
    client: client.value,
    trust: authority.trust,
    keys: Array.from({ length: KEYS }, newKey),
    held: await Promise.all(Array.from({ length: HELD }, (_, index) => credential(issuerSigner, index))),
    forged: await forge(issuerSigner),
  }
}

async function forge(issuerSigner: Signer): Promise<Readonly<Record<Forgery, Held>>> {
  const garbage = { ...issuerSigner, sign: () => nodeCrypto.randomBytes(64) }
  const stranger = newAuthority('Stranger', epoch - 3600)
  return {
    'self-made': await credential(newKey(), 0),
    'copied certificate': await credential(garbage, 0),
    'untrusted issuer': await credential(stranger.vouchFor(simulated), 0),
    // Somebody else's, good and well signed; the stranger has not its key, so his proof is garbage (`answerToo`).
    unbound: await credential(issuerSigner, 0),
  }
}

async function credential(signer: Signer, index: number): Promise<HeldCredential> {
  const held = await issueAs(sdJwtKind, signer, {
    selectivelyDisclosable: [['given_name'], ['family_name'], ['birthdate']],
    issuedAt: epoch - 3600,
    expiresAt: epoch + 86_400,
    statuses: [{ mechanism: 'token_status_list', uri: listUri, index }],
  })
  return { ...held, index }
}
