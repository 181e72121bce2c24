/**
 * Login with e-mail address and password. An unknown address and a wrong password are one refusal, found in the same
 * time: nobody learns here who has an account.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Wallet } from '../wallet.ts'
import { countLogin, forgiveLogin, type TooManyAttempts } from './login-limit.ts'
import type { PasswordsOff } from './password-rule.ts'
import { canonicalEmail } from './register-account.ts'
import { issueToken } from './session-token.ts'

export interface LoggedIn {
  readonly accountId: string
  readonly email: string
  readonly token: string
}

export type LoginRefusal = TooManyAttempts | PasswordsOff | { readonly code: 'login_failed' }

export interface Login {
  readonly email: string
  readonly password: string
  readonly sender: string
  /** What the caller's program calls itself. */
  readonly client?: string | undefined
}

export async function login(
  wallet: Wallet,
  { client, email: typed, password, sender }: Login,
): Promise<Result<LoggedIn, LoginRefusal>> {
  if (!wallet.passwordLogin) return refuse({ code: 'passwords_off' })
  const email = canonicalEmail(typed)
  if (email === undefined) return refuse({ code: 'login_failed' })
  const emailHash = await wallet.columns.hash('email', email)
  const limited = await countLogin(wallet, { sender, emailHash })
  if (limited !== undefined) return refuse(limited)
  const account = await wallet.database.db
    .selectFrom('accounts')
    .select(['id', 'password_sealed'])
    .where('email_hash', '=', emailHash)
    .executeTakeFirst()
  const stored = account && wallet.columns.open(['accounts', account.id, 'password'], account.password_sealed)
  const right = await wallet.passwords.matches(stored, password)
  if (account === undefined || !right) return refuse({ code: 'login_failed' })
  await forgiveLogin(wallet, { sender, emailHash })
  const { id: accountId } = account
  return ok({ accountId, email, token: await issueToken(wallet, { accountId, by: 'password', client }) })
}
