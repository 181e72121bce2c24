/**
 * Key proofs of type `attestation` (OpenID4VCI 1.0 appendix F.3): a key attestation alone. Nobody shows that he holds the keys
 * now; whoever attests vouches for that, and for which of them is asked by the nonce.
 */
import { ok, refuse } from '@countersign/core/result'
import { bareKey } from '@countersign/crypto/jwk'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import {
  type KeyAttestationRefusal,
  MAX_ATTESTATION_LENGTH,
  verifyKeyAttestation,
} from './key-attestation.ts'
import type { ProofType } from './proof-type.ts'

export type AttestationProofRefusal =
  | KeyAttestationRefusal
  /** Nobody is believed who attests keys. */
  | { readonly code: 'attesters_unknown' }

export const attestationProof: ProofType<'attestation', AttestationProofRefusal> = {
  type: 'attestation',
  maxLength: MAX_ATTESTATION_LENGTH,
  isAlone: true,
  needsAttesters: true,
  verify: async (jwt, { attestation, now, skewSeconds }, crypto) => {
    if (attestation === undefined) return refuse({ code: 'attesters_unknown' })
    const check = { ...attestation, mustExpire: false, now, skewSeconds }
    const verified = await verifyKeyAttestation(jwt, check, crypto)
    if (!verified.ok) return verified
    const keys = await Promise.all(
      verified.value.keys.map(async (key) => ({
        holderKey: bareKey(key),
        thumbprint: await jwkThumbprint(key, crypto),
      })),
    )
    return ok({ keys, nonce: verified.value.nonce })
  },
}
