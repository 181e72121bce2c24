/**
 * The proof that a client instance has the key of its attestation (draft-ietf-oauth-attestation-based-client-auth §5.2): made
 * for one request to one authorization server. Left to the caller: claiming `replayKey` once for `replayTtlSeconds`, and
 * whether the `challenge` is one of ours.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { decodeJws, verifyJws } from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import { boundedText } from '../message-values.ts'
import { checkIssuedAt, type ProofWindow, type WindowFault, windowLengthSeconds } from '../proof-age.ts'
import { hasBegun, isMoment, soleAudience } from './signed-statement.ts'

export interface AttestationPopCheck extends ProofWindow {
  readonly audience: string
  /** What the attestation says. */
  readonly clientId: string
  readonly instanceKey: PublicJwk
}

export interface VerifiedAttestationPop {
  /** RFC 7638 SHA-256 of the key of the instance. */
  readonly thumbprint: string
  readonly challenge: string | undefined
  /** Equal for two proofs with the same key and `jti`; 43 characters, base64url. */
  readonly replayKey: string
  readonly replayTtlSeconds: number
}

export type AttestationPopRefusal =
  | { readonly code: 'attestation_pop_malformed'; readonly reason: string }
  | { readonly code: 'attestation_pop_wrong_typ' }
  | { readonly code: 'attestation_pop_wrong_audience' }
  | { readonly code: 'attestation_pop_of_another' }
  | { readonly code: 'attestation_pop_jti_missing' }
  | { readonly code: 'attestation_pop_outside_validity' }
  | { readonly code: 'attestation_pop_challenge_malformed' }
  | { readonly code: 'attestation_pop_signature_invalid'; readonly reason: string }
  | ({ readonly code: 'attestation_pop_outside_window' } & WindowFault)

export const MAX_POP_LENGTH = 4096

export const ATTESTATION_POP_TYP = 'oauth-client-attestation-pop+jwt'
const MAX_JTI_LENGTH = 256
export const MAX_CHALLENGE_LENGTH = 512

/** The signature is looked at only when all else is right. */
export async function verifyAttestationPop(
  jwt: string,
  check: AttestationPopCheck,
  crypto: CryptoEngine,
): Promise<Result<VerifiedAttestationPop, AttestationPopRefusal>> {
  const decoded = decodeJws(jwt, { maxLength: MAX_POP_LENGTH })
  if (!decoded.ok) return refuse({ code: 'attestation_pop_malformed', reason: decoded.error.code })
  const { header, payload } = decoded.value
  if (!isMediaType(header['typ'], ATTESTATION_POP_TYP)) return refuse({ code: 'attestation_pop_wrong_typ' })
  const claims = checkClaims(payload, check)
  if (!claims.ok) return claims
  const signed = await verifyJws(decoded.value, check.instanceKey, ALLOWED_ALGORITHMS.attestation, crypto)
  if (!signed.ok) return refuse({ code: 'attestation_pop_signature_invalid', reason: signed.error.code })
  const thumbprint = await jwkThumbprint(check.instanceKey, crypto)
  const { challenge, jti } = claims.value
  // The key is part of what is remembered, so that nobody can use up the `jti` of somebody else.
  const replayKey = await crypto.digestBase64url('sha-256', `attestation-pop:${thumbprint}:${jti}`)
  return ok({ thumbprint, challenge, replayKey, replayTtlSeconds: windowLengthSeconds(check) })
}

interface PopClaims {
  readonly jti: string
  readonly challenge: string | undefined
}

function checkClaims(
  payload: JsonObject,
  check: AttestationPopCheck,
): Result<PopClaims, AttestationPopRefusal> {
  const { aud, challenge, iat, iss } = payload
  if (soleAudience(aud) !== check.audience) return refuse({ code: 'attestation_pop_wrong_audience' })
  if (iss !== undefined && iss !== check.clientId) return refuse({ code: 'attestation_pop_of_another' })
  const jti = boundedText(payload['jti'], MAX_JTI_LENGTH)
  if (jti === undefined) return refuse({ code: 'attestation_pop_jti_missing' })
  const issuedAt = checkIssuedAt(iat, check)
  if (!issuedAt.ok) return refuse({ code: 'attestation_pop_outside_window', ...issuedAt.error })
  if (!isValidNow(payload, check)) return refuse({ code: 'attestation_pop_outside_validity' })
  const given = boundedText(challenge, MAX_CHALLENGE_LENGTH)
  if (given === undefined && challenge !== undefined)
    return refuse({ code: 'attestation_pop_challenge_malformed' })
  return ok({ jti, challenge: given })
}

/** Neither has to be there; where they are they hold (RFC 7519 §4.1.4, §4.1.5). */
function isValidNow({ exp, nbf }: JsonObject, { now, skewSeconds }: ProofWindow): boolean {
  const isOver = exp !== undefined && !(isMoment(exp) && now - skewSeconds < exp)
  return !isOver && hasBegun(nbf, now, skewSeconds)
}
