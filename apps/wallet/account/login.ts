/**
 * Login with e-mail address and password. An unknown address and a wrong password are one refusal, found in the same
 * time: nobody learns here who has an account.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Wallet } from '../wallet.ts'
import { countLogin, forgiveLogin, type TooManyAttempts } from './login-limit.ts'
import { canonicalEmail } from './register-account.ts'
import { issueToken } from './session-token.ts'

export interface LoggedIn {
  readonly accountId: string
  readonly email: string
  readonly token: string
}

export type LoginRefusal = TooManyAttempts | { readonly code: 'login_failed' }

export async function login(
  wallet: Wallet,
  credentials: { readonly email: string; readonly password: string },
  sender: string,
): Promise<Result<LoggedIn, LoginRefusal>> {
  const email = canonicalEmail(credentials.email)
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
  const right = await wallet.passwords.matches(stored, credentials.password)
  if (account === undefined || !right) return refuse({ code: 'login_failed' })
  await forgiveLogin(wallet, { sender, emailHash })
  return ok({ accountId: account.id, email, token: await issueToken(wallet, account.id) })
}
