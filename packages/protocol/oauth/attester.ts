/**
 * Who signed a word about a wallet or its keys, and whether he is believed: the same for client attestations (OpenID4VCI 1.0
 * appendix E) and key attestations (appendix D). Whom an issuer believes of which is its operator's choice.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { Awaitable, CryptoEngine } from '@countersign/crypto/engine'
import { type DecodedJws, verifyJws } from '@countersign/crypto/jose/jws'
import type { PublicJwk } from '@countersign/crypto/jwk'

/** The keys that may have signed an attestation with this header; none where the attester is not believed. `now` in epoch seconds. */
export type AttesterKeys = (
  header: JsonObject,
  now: number,
) => Awaitable<Result<readonly PublicJwk[], { readonly reason: string }>>

export type AttesterRefusal =
  | { readonly code: 'attester_untrusted'; readonly reason: string }
  | { readonly code: 'attestation_signature_invalid'; readonly reason: string }

/** That it was signed by somebody who is believed. */
export async function verifyAttester(
  decoded: DecodedJws,
  now: number,
  attesterKeys: AttesterKeys,
  crypto: Pick<CryptoEngine, 'verify'>,
): Promise<Result<undefined, AttesterRefusal>> {
  const keys = await attesterKeys(decoded.header, now)
  if (!keys.ok) return refuse({ code: 'attester_untrusted', reason: keys.error.reason })
  let reason = 'signature_invalid'
  for (const key of keys.value) {
    const verified = await verifyJws(decoded, key, ALLOWED_ALGORITHMS.attestation, crypto)
    if (verified.ok) return ok(undefined)
    reason = verified.error.code
  }
  return refuse({ code: 'attestation_signature_invalid', reason })
}
