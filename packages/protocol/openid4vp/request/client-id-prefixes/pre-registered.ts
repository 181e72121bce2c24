/**
 * A client identifier without a prefix (OpenID4VP 1.0 §5.9.2) is of a verifier that the wallet was told of beforehand, with
 * the keys that it signs with.
 */
import { ok, refuse } from '@countersign/core/result'
import type { ProvablePrefix } from './client-id-prefix.ts'
import { knownAs } from './vouched-by-name.ts'

export const preRegistered = {
  name: 'pre-registered',
  acceptsOriginal: () => true,
  identify: ({ header }, clientId, { known }) => {
    const vouched = knownAs(clientId, known)
    if (vouched === undefined) return refuse({ code: 'client_not_registered' })
    const keys = known?.get(clientId)?.keys ?? []
    const named = keys.filter(({ kid }) => kid === header['kid'])
    // One key needs no name.
    const [key, ...others] = named.length > 0 ? named : keys
    return key === undefined || others.length > 0
      ? refuse({ code: 'client_key_unreadable', reason: 'kid_unknown' })
      : ok({ key, ...vouched })
  },
  proofOf: ({ registeredId, signer: { keyId } }) => {
    if (registeredId === undefined) return refuse({ code: 'registration_missing' })
    return ok({ original: registeredId, header: keyId === undefined ? {} : { kid: keyId } })
  },
} as const satisfies ProvablePrefix
