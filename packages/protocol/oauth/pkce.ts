/**
 * Proof Key for Code Exchange (RFC 7636), S256 alone: whoever redeems a code shows that it asked for it. `plain` would show the
 * verifier to whoever sees the request, so it is not spoken (RFC 9700 §2.1.1).
 */
import { encodeBase64url } from '@countersign/core/base64url'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { equalInConstantTime } from './constant-time.ts'

export const CODE_CHALLENGE_METHOD = 'S256'

type Digest = Pick<CryptoEngine, 'digestBase64url'>

export interface ProofKey {
  readonly verifier: string
  readonly challenge: string
}

/** With a verifier of 256 random bits (§7.1). */
export async function createProofKey(crypto: Digest & Pick<CryptoEngine, 'randomBytes'>): Promise<ProofKey> {
  const verifier = encodeBase64url(crypto.randomBytes(32))
  return { verifier, challenge: await crypto.digestBase64url('sha-256', verifier) }
}

/** The base64url of a SHA-256. */
export function isCodeChallenge(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}

/** §4.1: 43 to 128 unreserved characters. */
export function isCodeVerifier(text: string): boolean {
  return /^[A-Za-z0-9._~-]{43,128}$/.test(text)
}

/** §4.6 */
export async function fitsChallenge(verifier: string, challenge: string, crypto: Digest): Promise<boolean> {
  return equalInConstantTime(await crypto.digestBase64url('sha-256', verifier), challenge)
}
