/**
 * With which proof of its keys the wallet comes (OpenID4VCI 1.0 appendix F), and whether it brings what it is asked to bring along.
 * A proof that says less goes first. What it does not have it does not say: an issuer that asks for more is told so. Pure.
 */
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { OfferedConfiguration } from '@countersign/protocol/openid4vci/metadata/read-metadata'
import type { KeyAttestationDemand } from '@countersign/protocol/openid4vci/proof/key-attestation'
import { type AttestedFacts, type KeyLevels, unmetLevels } from '../provider/wallet-provider.ts'

/** `isAttested`: the keys are attested in the header of the proof. */
export type PlannedProof =
  | { readonly type: 'jwt'; readonly isAttested: boolean }
  | { readonly type: 'attestation' }

export type ProofFault =
  | 'proof_type'
  | 'proof_algorithm'
  /** Nobody attests keys of this wallet. */
  | 'key_attestation'
  /** That is asked of its keys, or of who may use them, which nobody found out of them. */
  | 'key_storage_level'
  | 'user_authentication_level'

type Demands = Pick<
  OfferedConfiguration,
  'proofAlgorithms' | 'keyAttestationRequired' | 'keyAttestation' | 'attestationProof'
>

/** `algorithm`: of the key; absent: of any. */
export function planProof(
  configuration: Demands,
  provider: AttestedFacts | undefined,
  algorithm?: SignatureAlgorithm,
): PlannedProof | ProofFault {
  const signed = planSigned(configuration, provider, algorithm)
  if (typeof signed !== 'string') return signed
  const attested = planAttestation(configuration, provider)
  if (typeof attested !== 'string') return attested
  return signed === 'proof_type' ? attested : signed
}

function planSigned(
  { keyAttestation, keyAttestationRequired, proofAlgorithms }: Demands,
  provider: AttestedFacts | undefined,
  algorithm: SignatureAlgorithm | undefined,
): PlannedProof | ProofFault {
  if (proofAlgorithms === undefined) return 'proof_type'
  if (algorithm !== undefined && !proofAlgorithms.includes(algorithm)) return 'proof_algorithm'
  if (!keyAttestationRequired) return { type: 'jwt', isAttested: false }
  // What is asked for was not written down by a release before.
  if (keyAttestation === undefined) return 'key_attestation'
  return faultOfDemand(keyAttestation, provider) ?? { type: 'jwt', isAttested: true }
}

function planAttestation(
  { attestationProof: named }: Demands,
  provider: AttestedFacts | undefined,
): PlannedProof | ProofFault {
  if (named === undefined) return 'proof_type'
  const fault = faultOfDemand(named.demand ?? {}, provider)
  if (fault !== undefined || provider === undefined) return fault ?? 'key_attestation'
  return named.algorithms.includes(provider.algorithm) ? { type: 'attestation' } : 'proof_type'
}

function faultOfDemand(
  demand: KeyAttestationDemand,
  provider: AttestedFacts | undefined,
): ProofFault | undefined {
  if (provider === undefined) return 'key_attestation'
  const [unmet] = unmetLevels(provider, demand)
  return unmet && LEVEL_FAULTS[unmet]
}

const LEVEL_FAULTS = {
  keyStorage: 'key_storage_level',
  userAuthentication: 'user_authentication_level',
} as const satisfies Readonly<Record<keyof KeyLevels, ProofFault>>
