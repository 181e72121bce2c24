/** Who issued a credential, as far as the wallet and the credential say. Nobody vouches for it. */
import { isJsonObject, type JsonObject } from '@countersign/core/json'
import type { HeldCredential } from '@countersign/credential/contract/format'

const MAX_NAME = 200

type Claiming = Pick<HeldCredential, 'claimedIssuer' | 'claims'>

/** Where it was received from is known; what it says of itself stands in for that in credentials of earlier releases alone. */
export function issuerName(
  held: Claiming,
  look: { readonly receivedFrom?: string | undefined } | undefined,
): string | undefined {
  const from = look?.receivedFrom ?? claimedIssuer(held)
  return from === undefined ? undefined : URL.parse(from)?.host || from
}

/** W3C credentials name their issuer by a text or by an object with a name. */
function claimedIssuer({ claimedIssuer: claimed, claims }: Claiming): string | undefined {
  if (claimed !== undefined) return claimed
  const { iss, issuer } = claims
  if (typeof iss === 'string') return iss
  if (typeof issuer === 'string') return issuer
  return isJsonObject(issuer) ? (nameIn(issuer, 'name') ?? nameIn(issuer, 'id')) : undefined
}

/** A text of somebody else's JSON, if it is one and not too long to be a name. */
export function nameIn(json: JsonObject | undefined, member: string): string | undefined {
  const name = json?.[member]
  return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, MAX_NAME) : undefined
}
