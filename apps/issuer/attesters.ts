/**
 * Who vouches for clients, and who for the keys of wallets, as an operator names them: authorities whose certificates lead to
 * attesters, and keys of attesters themselves. Each list is believed in its own alone.
 */
import { isJsonArray, type JsonObject } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { AttesterKeys } from '@countersign/protocol/oauth/attester'
import { chainTrust } from '@countersign/trust/chain-trust'
import { anchorsFrom } from '@countersign/trust/trust-anchor'
import type { Certificate } from '@countersign/x509/certificate'

export interface Attesters {
  readonly anchors: readonly Certificate[]
  readonly keys: readonly PublicJwk[]
}

/** Undefined where nobody vouches. */
export function attesterKeys(
  { anchors, keys }: Attesters,
  purpose: 'wallet_attester' | 'key_attester',
  crypto: Pick<CryptoEngine, 'verify'>,
): AttesterKeys | undefined {
  if (anchors.length === 0 && keys.length === 0) return undefined
  const chains = chainTrust({ list: anchorsFrom(anchors, { purposes: [purpose] }), crypto })
  return async (header, now) => {
    // One that brings a chain is judged by it, and not by a key that it names beside.
    if (header['x5c'] === undefined) return named(keys, header)
    const x5c = textsOf(header)
    if (x5c === undefined) return refuse({ reason: 'x5c_malformed' })
    const trusted = await chains(x5c, { purpose }, now)
    if (trusted.ok) return ok([trusted.value.leaf.publicKey])
    return refuse({ reason: trusted.error.code === 'untrusted' ? trusted.error.reason : trusted.error.code })
  }
}

function named(keys: readonly PublicJwk[], { kid }: JsonObject): Awaited<ReturnType<AttesterKeys>> {
  const byName = keys.filter((key) => kid !== undefined && key.kid === kid)
  const candidates = byName.length > 0 ? byName : keys
  return candidates.length > 0 ? ok(candidates) : refuse({ reason: 'no_key_reference' })
}

function textsOf({ x5c }: JsonObject): readonly string[] | undefined {
  if (!isJsonArray(x5c)) return undefined
  const texts = x5c.filter((entry) => typeof entry === 'string')
  return texts.length === x5c.length ? texts : undefined
}
