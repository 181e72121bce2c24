/** What a password has to be: long enough for this deployment, and not longer than anybody types. */
import { encodeBase64url } from '@countersign/core/base64url'
import type { Wallet } from '../wallet.ts'

export interface PasswordLength {
  readonly code: 'password_length'
  readonly minimum: number
  readonly maximum: number
}

/** People log in here with passkeys alone. */
export interface PasswordsOff {
  readonly code: 'passwords_off'
}

const MAXIMUM = 200

export function passwordProblem(
  { limits }: Pick<Wallet, 'limits'>,
  { length }: string,
): PasswordLength | undefined {
  const minimum = limits.minimumPasswordLength
  if (length >= minimum && length <= MAXIMUM) return undefined
  return { code: 'password_length', minimum, maximum: MAXIMUM }
}

/** One that nobody knows: of an account that is entered in another way. */
export function unknownPassword({ crypto }: Pick<Wallet, 'crypto'>): string {
  return encodeBase64url(crypto.randomBytes(32))
}
