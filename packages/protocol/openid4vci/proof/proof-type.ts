/**
 * What a type of key proof (OpenID4VCI 1.0 appendix F) brings along as an entry of the list in `proof-types.ts`. A proof
 * travels as text in all of them; whether its nonce is one of ours and unspent is left to the caller.
 */
import type { JsonObject } from '@countersign/core/json'
import type { Result } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { DidKeyResolver } from '@countersign/did/did-document'
import type { ProofWindow } from '../../oauth/proof-age.ts'

export interface ProofType<Type extends string, Refusal extends { readonly code: string }> {
  /** As `proofs` and `proof_types_supported` call it. */
  readonly type: Type
  /** Longest proof of the type, in characters. */
  readonly maxLength: number
  /** What `proof_types_supported` says of it (§12.2.4). */
  writeSupported(algorithms: readonly SignatureAlgorithm[]): JsonObject
  /** Checks all that the proof itself can tell. */
  verify(proof: string, input: ProofCheckInput, crypto: CryptoEngine): Promise<Result<VerifiedProof, Refusal>>
}

export interface ProofCheckInput extends ProofWindow {
  /** Our Credential Issuer Identifier. */
  readonly issuer: string
  /** What the configuration's metadata allows; every asymmetric algorithm that we know when absent. */
  readonly algorithms?: readonly SignatureAlgorithm[] | undefined
  /** Keys of holders who are named by a DID. Where it is absent, only a DID that contains its key is taken. */
  readonly didKeys?: DidKeyResolver | undefined
}

/** A key that one credential may be bound to. */
export interface ProvenKey {
  /** Bare public members, ready for `cnf`. */
  readonly holderKey: PublicJwk
  /** RFC 7638 SHA-256. */
  readonly thumbprint: string
  /** The DID without fragment, where the key was named by one. */
  readonly holderDid?: string | undefined
}

export interface VerifiedProof {
  /** At least one; each is bound to one credential at most (§8.3). */
  readonly keys: readonly ProvenKey[]
  readonly nonce: string | undefined
}

/** A proof that one key signed. */
export interface VerifiedKeyProof extends ProvenKey {
  readonly nonce: string | undefined
  /** `iss`: the client as it names itself. */
  readonly clientId?: string | undefined
}
