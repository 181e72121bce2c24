/** What a password of an operator has to be: long enough (NIST SP 800-63B-4 §3.1.1.2), and not longer than anybody types. */
const MINIMUM_PASSWORD = 12
const MAXIMUM_PASSWORD = 200

export interface PasswordLength {
  readonly code: 'password_length'
  readonly minimum: number
  readonly maximum: number
}

export function passwordProblem(password: string): PasswordLength | undefined {
  // Characters as people count them, not UTF-16 units.
  const { length } = Array.from(password)
  if (length >= MINIMUM_PASSWORD && length <= MAXIMUM_PASSWORD) return undefined
  return { code: 'password_length', minimum: MINIMUM_PASSWORD, maximum: MAXIMUM_PASSWORD }
}
