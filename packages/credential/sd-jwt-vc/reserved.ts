/** What an SD-JWT VC is called, and what it must always show (SD-JWT VC §2.2.2.3, "cannot be selectively disclosed"). */

/** Written. */
export const TYP = 'dc+sd-jwt'
/** Read; the second is what early implementations wrote. */
export const ACCEPTED_TYPS: readonly unknown[] = [TYP, 'vc+sd-jwt']

const ALWAYS_SHOWN = new Set(['iss', 'nbf', 'exp', 'cnf', 'vct', 'vct#integrity', 'aka_vcts', 'status'])

/** Whether a claim at the top level, and everything in it, must not be withholdable. */
export function isAlwaysShown(name: string): boolean {
  return ALWAYS_SHOWN.has(name)
}
