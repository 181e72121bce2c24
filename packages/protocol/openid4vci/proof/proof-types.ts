/**
 * The types of key proof, as a list: requests are parsed, metadata is written and proofs are judged by it, so one more
 * type is one file and one entry (docs/decisions/016).
 */
import type { JsonObject } from '@countersign/core/json'
import type { Result } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { jwtProof } from './jwt-proof.ts'
import type { ProofCheckInput, ProofType, VerifiedProof } from './proof-type.ts'

const PROOF_TYPES = { jwt: jwtProof }

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

/** `proof_types_supported` of a configuration whose proofs may be signed with these algorithms. */
export function writeProofTypes(algorithms: readonly SignatureAlgorithm[]): JsonObject {
  const written = Object.values(proofTypes).map((entry) => [entry.type, entry.writeSupported(algorithms)])
  return Object.fromEntries(written)
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
