/**
 * The nonce endpoint (OpenID4VCI 1.0 §7): a challenge for the next key proof. No instance stores it and every instance
 * knows it again; it is spent with the credential that it gives.
 */
import { createServerChallenge } from '../authorization/server-challenges.ts'
import type { Issuer } from '../issuer.ts'

/** The `c_nonce`, good for `limits.nonceTtlSeconds`. */
export function createNonce(issuer: Pick<Issuer, 'now' | 'macs' | 'crypto'>): Promise<string> {
  return createServerChallenge('c_nonce', issuer)
}
