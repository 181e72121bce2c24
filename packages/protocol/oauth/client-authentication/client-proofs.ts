/**
 * What clients make to show who they are: an attestation (by their attester), the proof of the key in it, and an assertion. The
 * other side of what is judged beside this file.
 */
import { defined } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'
import { bareKey, type PublicJwk } from '@countersign/crypto/jwk'
import { ATTESTATION_TYP } from './client-attestation.ts'
import { ATTESTATION_POP_TYP } from './client-attestation-pop.ts'

/** It is for the request that is about to be sent. */
const POP_LIFETIME_SECONDS = 120

export interface ClientAttestationInput {
  /** The attester. With a chain it goes into the header (HAIP 1.0 §4.4.1). */
  readonly signer: Signer
  /** What the attester calls itself. */
  readonly issuer?: string | undefined
  readonly clientId: string
  /** Of the instance. */
  readonly instanceKey: PublicJwk
  /** Epoch seconds. */
  readonly now: number
  readonly lifetimeSeconds: number
}

export interface AttestationPopInput {
  /** With the key of the instance. */
  readonly signer: Signer
  readonly clientId: string
  /** The authorization server's issuer identifier. */
  readonly audience: string
  /** Epoch seconds. */
  readonly now: number
  /** Unique, ≥ 96 bit of randomness. */
  readonly jti: string
  /** The newest that this server gave. */
  readonly challenge?: string | undefined
}

export interface ClientAssertionInput {
  readonly signer: Signer
  readonly clientId: string
  /** The authorization server's issuer identifier. */
  readonly audience: string
  /** Epoch seconds. */
  readonly now: number
  readonly lifetimeSeconds: number
  /** Unique, ≥ 96 bit of randomness. */
  readonly jti: string
}

export function createClientAttestation(input: ClientAttestationInput): Promise<string> {
  const { clientId, instanceKey, issuer, lifetimeSeconds, now, signer } = input
  const header = defined({
    typ: ATTESTATION_TYP,
    kid: signer.x5c ? undefined : signer.keyId,
    x5c: signer.x5c && [...signer.x5c],
  })
  const claims = defined({
    iss: issuer,
    sub: clientId,
    iat: now,
    exp: now + lifetimeSeconds,
    cnf: { jwk: bareKey(instanceKey) },
  })
  return signJws(header, claims, signer)
}

/**
 * As in draft -07: `iss` is the client. Later drafts have no `iss`, and pass it over; earlier ones, which servers of the field
 * hold clients to, want an `exp`.
 */
export function createAttestationPop(input: AttestationPopInput): Promise<string> {
  const { audience, challenge, clientId, jti, now, signer } = input
  return signJws(
    { typ: ATTESTATION_POP_TYP },
    defined({ iss: clientId, aud: audience, jti, iat: now, exp: now + POP_LIFETIME_SECONDS, challenge }),
    signer,
  )
}

export function createClientAssertion(input: ClientAssertionInput): Promise<string> {
  const { audience, clientId, jti, lifetimeSeconds, now, signer } = input
  const claims = { iss: clientId, sub: clientId, aud: audience, jti, iat: now, exp: now + lifetimeSeconds }
  return signJws({ typ: 'JWT', kid: signer.keyId }, claims, signer)
}
