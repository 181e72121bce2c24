/**
 * What an answer gives a client for its next proof: a DPoP nonce (RFC 9449 §8.2), and to whoever is attested a challenge
 * (draft-ietf-oauth-attestation-based-client-auth §6.2). Written before anything is judged, so that refusals have them too:
 * it is there that a client needs them.
 */
import {
  ATTESTATION_CHALLENGE_HEADER,
  ATTESTATION_HEADER,
} from '@countersign/protocol/oauth/client-authentication/attest-jwt-client-auth'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { createServerChallenge } from '../../authorization/server-challenges.ts'
import type { Issuer } from '../../issuer.ts'

/** A hook of an endpoint that judges DPoP proofs, or at which clients authenticate. */
export function freshChallenges(issuer: Issuer) {
  return async ({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    void reply.header('dpop-nonce', await createServerChallenge('dpop_nonce', issuer))
    if (headers[ATTESTATION_HEADER] === undefined) return
    const challenge = await createServerChallenge('attestation_challenge', issuer)
    void reply.header(ATTESTATION_CHALLENGE_HEADER, challenge)
  }
}
