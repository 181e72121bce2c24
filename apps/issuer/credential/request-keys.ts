/**
 * The keys that credential requests are encrypted for (OpenID4VCI 1.0 §10), one a month. What a wallet reads in the metadata is
 * good for the rest of its month and for all of the next; a key of the month to come is taken too, for a clock that is ahead.
 */
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { DecryptionKey, KeptDecryptionKey } from '@countersign/crypto/jwe-engine'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import type { RequestKeys } from '../issuer.ts'

export const REQUEST_KEY_SECONDS = 30 * 86_400

/** `derive`: the same key for a name on every instance. */
export function requestKeys(
  derive: (name: string) => Promise<DecryptionKey>,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): RequestKeys {
  const known = new Map<number, Promise<KeptDecryptionKey>>()
  const keyOf = (period: number) => {
    const made = known.get(period) ?? makeKey(period)
    known.set(period, made)
    return made
  }
  const makeKey = async (period: number) => {
    const key = await derive(`period-${period}`)
    return { key, keyId: await jwkThumbprint(key, crypto) }
  }
  return {
    current: (now) => keyOf(periodOf(now)),
    taken(now) {
      const period = periodOf(now)
      for (const one of known.keys()) if (Math.abs(one - period) > 1) known.delete(one)
      return Promise.all([period, period - 1, period + 1].map(keyOf))
    },
  }
}

function periodOf(now: number): number {
  return Math.floor(now / REQUEST_KEY_SECONDS)
}
