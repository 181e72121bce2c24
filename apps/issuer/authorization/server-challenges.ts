/**
 * Challenges that clients put into their proofs, beside the `c_nonce`: for DPoP (RFC 9449 §8, §9), and for the key of a client
 * attestation (draft-ietf-oauth-attestation-based-client-auth §6). No instance keeps one and every instance knows them. They
 * are good until they are old: what is good once is the proof.
 */
import {
  type ChallengePurpose,
  createChallenge,
  readChallenge,
} from '@countersign/protocol/openid4vci/proof/nonce'
import type { Issuer } from '../issuer.ts'

type ServerChallenge = Exclude<ChallengePurpose, 'c_nonce'>

/** Good for `limits.nonceTtlSeconds`, whatever it is for. */
export function createServerChallenge(
  purpose: ChallengePurpose,
  { crypto, macs, now }: Pick<Issuer, 'now' | 'macs' | 'crypto'>,
): Promise<string> {
  return createChallenge(purpose, {
    now: now(),
    randomBytes: (length) => crypto.randomBytes(length),
    mac: macs.nonce,
  })
}

/** Whether a proof with this challenge, or with none, will do. */
export async function isChallengeGood(
  purpose: ServerChallenge,
  { limits, macs, now }: Pick<Issuer, 'limits' | 'macs' | 'now'>,
  given: string | undefined,
  demand: 'optional' | 'required',
): Promise<boolean> {
  if (given === undefined) return demand === 'optional'
  const read = await readChallenge(purpose, given, {
    now: now(),
    maxAgeSeconds: limits.nonceTtlSeconds,
    mac: macs.nonce,
  })
  return read.ok
}
