/**
 * The types of key proof, as a list: requests are parsed, metadata is written and proofs are judged by it, so one more
 * type is one file and one entry (docs/decisions/016).
 */
import { defined, type JsonObject } from '@countersign/core/json'
import type { Result } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { attestationProof } from './attestation-proof.ts'
import { jwtProof } from './jwt-proof.ts'
import type { KeyAttestationDemand } from './key-attestation.ts'
import type { ProofCheckInput, ProofType, VerifiedProof } from './proof-type.ts'

const PROOF_TYPES = { jwt: jwtProof, attestation: attestationProof }

export type ProofTypeId = keyof typeof PROOF_TYPES

export type ProofRefusal = RefusalOf<(typeof PROOF_TYPES)[ProofTypeId]>
type RefusalOf<Entry> = Entry extends ProofType<infer _Type, infer Refusal> ? Refusal : never

/** The proofs of a request: one or more of one type (§8.2). */
export interface KeyProofs {
  readonly type: ProofTypeId
  readonly values: readonly string[]
}

const proofTypes: Readonly<Record<ProofTypeId, ProofType<ProofTypeId, ProofRefusal>>> = PROOF_TYPES

/** What a request may name as the type of its proofs. */
export const PROOF_TYPE_IDS: readonly ProofTypeId[] = Object.values(proofTypes).map(({ type }) => type)

export function isProofType(type: string): type is ProofTypeId {
  return Object.hasOwn(PROOF_TYPES, type)
}

/** Longest proof of the type, in characters. */
export function maxProofLength(type: ProofTypeId): number {
  return proofTypes[type].maxLength
}

/** How many proofs of the type a request may have. */
export function mostProofs(type: ProofTypeId, batchSize: number): number {
  return proofTypes[type].isAlone ? 1 : batchSize
}

/** `proof_types_supported` of a configuration (§12.2.4). */
export function writeProofTypes(taken: {
  readonly algorithms: readonly SignatureAlgorithm[]
  /** Whether somebody is believed who attests keys. */
  readonly attested: boolean
  /** Absent: no attestation is required. */
  readonly demand?: KeyAttestationDemand | undefined
}): JsonObject {
  const { algorithms, attested, demand } = taken
  const types = Object.values(proofTypes).filter(({ needsAttesters }) => attested || !needsAttesters)
  const supported = defined({
    proof_signing_alg_values_supported: [...algorithms],
    key_attestations_required: demand && writeDemand(demand),
  })
  return Object.fromEntries(types.map(({ type }) => [type, supported]))
}

function writeDemand({ keyStorage, userAuthentication }: KeyAttestationDemand): JsonObject {
  return defined({
    key_storage: keyStorage && [...keyStorage],
    user_authentication: userAuthentication && [...userAuthentication],
  })
}

/** Every refusal is `invalid_proof` on the wire (§8.3.1.2). */
export function verifyProof(
  type: ProofTypeId,
  proof: string,
  input: ProofCheckInput,
  crypto: CryptoEngine,
): Promise<Result<VerifiedProof, ProofRefusal>> {
  return proofTypes[type].verify(proof, input, crypto)
}
