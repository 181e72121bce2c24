/**
 * `decentralized_identifier:` (OpenID4VP 1.0 §5.9.3): the verifier is named by a DID, and `kid` selects a verification
 * method of that very DID. A DID vouches for nobody: whoever runs the wallet may, by naming it. A verifier of ours has a DID
 * whose document it publishes, or is the did:jwk of the key that signs its requests.
 */
import { ok, refuse } from '@countersign/core/result'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey, keyOfDidUrl } from '@countersign/did/did'
import type { ProvablePrefix } from './client-id-prefix.ts'
import { knownAs } from './vouched-by-name.ts'

const NAME = 'decentralized_identifier'
const DID = /^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$/

export const decentralizedIdentifier = {
  name: NAME,
  acceptsOriginal: (did) => DID.test(did),
  identify: async ({ header }, did, { didKeys = keyOfDidUrl, known }) => {
    const { kid } = header
    if (typeof kid !== 'string' || !kid.startsWith(`${did}#`)) {
      return refuse({ code: 'client_key_unreadable', reason: 'kid_of_another_did' })
    }
    const key = await didKeys(kid, 'authentication')
    if (!key.ok) return refuse({ code: 'client_key_unreadable', reason: key.error.code })
    const vouched = knownAs(`${NAME}:${did}`, known)
    return ok({ key: key.value, ...(vouched ?? { trust: { trusted: false, reason: 'did_unknown' } }) })
  },
  proofOf: ({ did: published, signer: { publicJwk } }) => {
    if (published !== undefined) return ok({ original: published.did, header: { kid: published.keyId } })
    const did = didFromKey('jwk', bareKey(publicJwk))
    return ok({ original: did, header: { kid: `${did}#0` } })
  },
} as const satisfies ProvablePrefix
