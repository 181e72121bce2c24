/**
 * Client attestations (draft-ietf-oauth-attestation-based-client-auth §5.1; OpenID4VCI 1.0 appendix E): somebody says which
 * client an instance is one of, and with which key it shows that. Read as in
 * all drafts from -07, which HAIP 1.0 names, up to -11: `iss` need not be there. Whose signature counts is for whoever knows the attesters.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type DecodedJws, decodeJws } from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import { type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import type { AttesterRefusal } from '../attester.ts'
import { boundedText } from '../message-values.ts'
import { MAX_CLIENT_ID_LENGTH } from './client-authentication.ts'
import { confirmedJwk, hasBegun, isMoment } from './signed-statement.ts'

export interface AttestationRules {
  /** Epoch seconds. */
  readonly now: number
  readonly skewSeconds: number
  /** How long ago it may have been made at most; as long as it says itself when absent. */
  readonly maxAgeSeconds?: number | undefined
}

export type AttestationRefusal =
  | { readonly code: 'attestation_malformed'; readonly reason: string }
  | { readonly code: 'attestation_wrong_typ' }
  | { readonly code: 'attestation_claim_unusable'; readonly claim: 'sub' | 'exp' | 'iat' | 'nbf' | 'cnf' }
  /** Its time is over, or it is older than is taken here. */
  | { readonly code: 'attestation_not_fresh' }
  | AttesterRefusal

export interface ReadAttestation {
  readonly clientId: string
  readonly instanceKey: PublicJwk
  readonly decoded: DecodedJws
}

export const MAX_ATTESTATION_LENGTH = 12_288

export const ATTESTATION_TYP = 'oauth-client-attestation+jwt'

/** All that can be known without the attester's key: nothing of it is believed yet. */
export function readClientAttestation(
  jwt: string,
  rules: AttestationRules,
): Result<ReadAttestation, AttestationRefusal> {
  const decoded = decodeJws(jwt, { maxLength: MAX_ATTESTATION_LENGTH })
  if (!decoded.ok) return refuse({ code: 'attestation_malformed', reason: decoded.error.code })
  const { header, payload } = decoded.value
  if (!isMediaType(header['typ'], ATTESTATION_TYP)) return refuse({ code: 'attestation_wrong_typ' })
  const clientId = boundedText(payload['sub'], MAX_CLIENT_ID_LENGTH)
  if (clientId === undefined) return refuse({ code: 'attestation_claim_unusable', claim: 'sub' })
  const time = judgeTime(payload, rules)
  if (time !== undefined) return refuse(time)
  const instanceKey = parsePublicJwk(confirmedJwk(payload))
  if (!instanceKey.ok) return refuse({ code: 'attestation_claim_unusable', claim: 'cnf' })
  return ok({ clientId, instanceKey: instanceKey.value, decoded: decoded.value })
}

function judgeTime(
  { exp, iat, nbf }: JsonObject,
  { maxAgeSeconds, now, skewSeconds }: AttestationRules,
): AttestationRefusal | undefined {
  if (!isMoment(exp)) return { code: 'attestation_claim_unusable', claim: 'exp' }
  if (!hasBegun(iat, now, skewSeconds)) return { code: 'attestation_claim_unusable', claim: 'iat' }
  if (!hasBegun(nbf, now, skewSeconds)) return { code: 'attestation_claim_unusable', claim: 'nbf' }
  if (now >= exp + skewSeconds) return { code: 'attestation_not_fresh' }
  if (maxAgeSeconds === undefined) return undefined
  // One that does not say when it was made cannot show that it is fresh.
  return isMoment(iat) && now - iat <= maxAgeSeconds ? undefined : { code: 'attestation_not_fresh' }
}
