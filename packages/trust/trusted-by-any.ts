/**
 * Several ways to trust a signer as one: the first that trusts it decides. Where none does, the refusal that tells most
 * is kept: a key that may lead somewhere and cannot be had now, over a key that leads nowhere, over a key that cannot be
 * read, over no key at all.
 */

import { type Result, refuse } from '@countersign/core/result'
import type { TrustedKey, TrustRefusal } from '@countersign/credential/contract/trust-port'
import type { Awaitable } from '@countersign/crypto/engine'

/** `IssuerTrust`, `StatusListTrust` and their like. */
export type Trust<Reference> = (
  reference: Reference,
  now: number,
) => Awaitable<Result<TrustedKey, TrustRefusal>>

export function trustedByAny<Reference>(trusts: readonly Trust<Reference>[]): Trust<Reference> {
  return async (reference, now) => {
    let refusal: TrustRefusal = { code: 'no_key_reference' }
    for (const trust of trusts) {
      const judged = await trust(reference, now)
      if (judged.ok) return judged
      if (TELLS[judged.error.code] > TELLS[refusal.code]) refusal = judged.error
    }
    return refuse(refusal)
  }
}

const TELLS: Readonly<Record<TrustRefusal['code'], number>> = {
  no_key_reference: 0,
  key_unreadable: 1,
  untrusted: 2,
  key_unavailable: 3,
}
