/** Verifiers that somebody vouches for by naming them, as far as their client identifier proves nothing of that kind itself. */
import type { ClientEvidence, ClientIdentity } from './client-id-prefix.ts'

/** `clientId` in full. Undefined: nobody named it. */
export function knownAs(
  clientId: string,
  known: ClientEvidence['known'],
): Pick<ClientIdentity, 'trust' | 'responseUris'> | undefined {
  const found = known?.get(clientId)
  if (found === undefined) return undefined
  const { anchor, name, responseUris } = found
  return { trust: { trusted: true, verifier: name, anchor }, responseUris }
}
