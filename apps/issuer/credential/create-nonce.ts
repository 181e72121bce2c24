/**
 * The nonce endpoint (OpenID4VCI 1.0 §7): a challenge for the next key proof. No instance stores it and every instance
 * knows it again; it is spent with the credential that it gives.
 */
import { createChallenge } from '@countersign/protocol/openid4vci/proof/nonce'
import type { Issuer } from '../issuer.ts'

/** The `c_nonce`, good for `limits.nonceTtlSeconds`. */
export function createNonce({ now, macs, crypto }: Pick<Issuer, 'now' | 'macs' | 'crypto'>): Promise<string> {
  return createChallenge('c_nonce', {
    now: now(),
    randomBytes: (length) => crypto.randomBytes(length),
    mac: macs.nonce,
  })
}
