/** Who is believed of how wallets keep their keys: whoever signs below an authority, or with a key that is known by its name. */
import { ok, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { AttesterKeys } from '@countersign/protocol/openid4vci/proof/key-attestation'
import type { Certificate } from '@countersign/x509/certificate'
import { validatePath } from '@countersign/x509/certification-path'

/** `keys` have a `kid` each. Certificates come first: a `kid` beside them says nothing (HAIP 1.0 §4.5.1). */
export function keyAttesters(
  anchors: readonly Certificate[],
  keys: readonly PublicJwk[],
  crypto: Pick<CryptoEngine, 'verify'>,
): AttesterKeys {
  const byId = new Map(keys.map((key) => [key.kid, key]))
  return async ({ kid, x5c }, now) => {
    if (x5c !== undefined) {
      const path = await validatePath(x5c, anchors, now, crypto)
      return path.ok ? ok(path.value.leaf.publicKey) : path
    }
    const key = kid === undefined ? undefined : byId.get(kid)
    return key === undefined
      ? refuse({ code: kid === undefined ? 'no_key_reference' : 'kid_unknown' })
      : ok(key)
  }
}
