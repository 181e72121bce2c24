/**
 * Comparison of secrets in time that does not depend on where they differ. Knows nothing of what is compared:
 * both sides are text of a length that is public (a MAC, a hash).
 */

export function equalInConstantTime(left: string, right: string): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index++) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  }
  return difference === 0
}
