/** Reserved names and limits of SD-JWT itself (RFC 9901 §4.1), whatever the payload is about. */
import { CREDENTIAL_VALUES, RECEIVED } from '@countersign/core/size-limits'

export const KEY_BINDING_TYP = 'kb+jwt'

/** Of the issuer's part and of each disclosure. */
export const JWT_LIMITS = { maxLength: RECEIVED.credential, maxValues: CREDENTIAL_VALUES.json } as const
export const MAX_DISCLOSURES = 500
export const MAX_DEPTH = 32

/** Never the name of a claim, at any level. `__proto__` is no claim but an attack on whoever copies claims. */
export function isReservedName(name: string): boolean {
  return name === '_sd' || name === '...' || name === '_sd_alg' || name === '__proto__'
}

/** Names at the top level that, with everything in them, must not be withholdable: what a format needs to be judged. */
export type AlwaysShown = (name: string) => boolean
