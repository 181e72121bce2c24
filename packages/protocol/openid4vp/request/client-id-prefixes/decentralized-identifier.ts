/**
 * `decentralized_identifier:` (OpenID4VP 1.0 §5.9.3): the verifier is named by a DID, and `kid` selects a verification
 * method of that very DID. Nobody vouches for a DID here.
 */
import { ok, refuse } from '@countersign/core/result'
import { keyOfDidUrl } from '@countersign/did/did'
import type { ClientIdPrefix } from './client-id-prefix.ts'

const DID = /^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$/

export const decentralizedIdentifier = {
  name: 'decentralized_identifier',
  acceptsOriginal: (did) => DID.test(did),
  identify: async ({ header }, did, { didKeys = keyOfDidUrl }) => {
    const { kid } = header
    if (typeof kid !== 'string' || !kid.startsWith(`${did}#`)) {
      return refuse({ code: 'client_key_unreadable', reason: 'kid_of_another_did' })
    }
    const key = await didKeys(kid, 'authentication')
    if (!key.ok) return refuse({ code: 'client_key_unreadable', reason: key.error.code })
    return ok({ key: key.value, trust: { trusted: false, reason: 'no_certificate' } })
  },
} as const satisfies ClientIdPrefix
