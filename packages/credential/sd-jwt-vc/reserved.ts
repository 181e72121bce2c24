/**
 * Names and limits that all verbs of the format share: what SD-JWT keeps for itself (RFC 9901 §4.1) and what an
 * SD-JWT VC must always show (SD-JWT VC §2.2.2.3, "cannot be selectively disclosed").
 */

/** Written. */
export const TYP = 'dc+sd-jwt'
/** Read; the second is what early implementations wrote. */
export const ACCEPTED_TYPS: readonly unknown[] = [TYP, 'vc+sd-jwt']
export const KEY_BINDING_TYP = 'kb+jwt'

export const MAX_LENGTH = 65_536
export const MAX_DISCLOSURES = 500
export const MAX_DEPTH = 32

/** Never the name of a claim, at any level. `__proto__` is no claim but an attack on whoever copies claims. */
export function isReservedName(name: string): boolean {
  return name === '_sd' || name === '...' || name === '_sd_alg' || name === '__proto__'
}

const ALWAYS_SHOWN = new Set(['iss', 'nbf', 'exp', 'cnf', 'vct', 'vct#integrity', 'aka_vcts', 'status'])

/** Whether a claim at the top level, and everything in it, must not be withholdable. */
export function isAlwaysShown(name: string): boolean {
  return ALWAYS_SHOWN.has(name)
}
