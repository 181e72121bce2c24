/**
 * What must be visible in every SD-JWT VC, whoever presents it: the `typ` of its header, and the claims that "cannot be
 * selectively disclosed" (SD-JWT VC §2.2.2.3), because without them nobody could judge it.
 */

/** What is written. */
export const TYP = 'dc+sd-jwt'
/** What is read; the second is what early implementations wrote. */
export const ACCEPTED_TYPS: readonly string[] = [TYP, 'vc+sd-jwt']

const ALWAYS_SHOWN = new Set(['iss', 'nbf', 'exp', 'cnf', 'vct', 'vct#integrity', 'aka_vcts', 'status'])

/** Whether a claim at the top level, and everything in it, must not be withholdable. */
export function isAlwaysShown(name: string): boolean {
  return ALWAYS_SHOWN.has(name)
}
