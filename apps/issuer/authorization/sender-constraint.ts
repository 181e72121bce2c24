/** The key that a request is bound to (DPoP, RFC 9449): proof checked, and its `jti` spent on every instance at once. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { type DpopRefusal, verifyDpopProof } from '@countersign/protocol/oauth/dpop'
import type { Issuer } from '../issuer.ts'
import { isChallengeGood } from './server-challenges.ts'

export interface ReceivedProof {
  readonly proof: string
  readonly method: string
  /** Path below the base URL: the proof names the public address, not that of an instance. */
  readonly path: string
  readonly accessToken?: string | undefined
}

export type SenderRefusal =
  | DpopRefusal
  | { readonly code: 'dpop_replayed' }
  /** The proof has no nonce where one is needed, or not one of ours, or an old one. */
  | { readonly code: 'dpop_nonce_needed' }

export type SenderPorts = Pick<
  Issuer,
  'limits' | 'baseUrl' | 'crypto' | 'proofs' | 'now' | 'macs' | 'senders'
>

/** Thumbprint of the proven key; undefined for a bearer client, which proves none. */
export async function proveSenderKey(
  issuer: SenderPorts,
  received: ReceivedProof | undefined,
): Promise<Result<string | undefined, SenderRefusal>> {
  if (received === undefined) return ok(undefined)
  const { proofMaxAgeSeconds, skewSeconds } = issuer.limits
  const { proof, method, path, accessToken } = received
  const url = `${issuer.baseUrl}${path}`
  const verified = await verifyDpopProof(
    { proof, method, url, accessToken, now: issuer.now(), maxAgeSeconds: proofMaxAgeSeconds, skewSeconds },
    issuer.crypto,
  )
  if (!verified.ok) return verified
  const { nonce, replayKey, replayTtlSeconds, thumbprint } = verified.value
  const isGood = await isChallengeGood('dpop_nonce', issuer, nonce, issuer.senders.nonces)
  if (!isGood) return refuse({ code: 'dpop_nonce_needed' })
  const fresh = await issuer.proofs.claim(replayKey, replayTtlSeconds)
  return fresh ? ok(thumbprint) : refuse({ code: 'dpop_replayed' })
}
