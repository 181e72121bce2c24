/**
 * What a type of key proof (OpenID4VCI 1.0 appendix F) brings along as an entry of the list in `proof-types.ts`. A proof
 * travels as text in all of them; whether its nonce is one of ours and unspent is left to the caller.
 */
import type { Result } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { DidKeyResolver } from '@countersign/did/did-document'
import type { AttesterKeys } from '../../oauth/attester.ts'
import type { ProofWindow } from '../../oauth/proof-age.ts'
import type { KeyAttestation, KeyAttestationDemand } from './key-attestation.ts'

export interface ProofType<Type extends string, Refusal extends { readonly code: string }> {
  /** As `proofs` and `proof_types_supported` call it. */
  readonly type: Type
  /** Longest proof of the type, in characters. */
  readonly maxLength: number
  /** Whether a request has one proof of the type and no more, whatever the size of a batch. */
  readonly isAlone: boolean
  /** Whether it can be taken only where somebody is believed who attests keys. */
  readonly needsAttesters: boolean
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
  /**
   * Who is believed of how keys are kept, and what is asked of that. Where it is absent, a key attestation says nothing, and is
   * passed over where it stands beside something else.
   */
  readonly attestation?:
    | { readonly attesters: AttesterKeys; readonly demand?: KeyAttestationDemand | undefined }
    | undefined
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
  /** The nonces of key attestations that came along with it; they, too, have to be there and ours. */
  readonly attestationNonces?: readonly (string | undefined)[] | undefined
}

/** A proof that one key signed. */
export interface VerifiedKeyProof extends ProvenKey {
  readonly nonce: string | undefined
  /** `iss`: the client as it names itself. */
  readonly clientId?: string | undefined
  /** What came along in its header and was believed; the key is one of its keys. */
  readonly attestation?: KeyAttestation | undefined
}
