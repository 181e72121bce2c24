/** Why there is no account, no login and no such wallet: one sentence a refusal, and none that tells who has an account. */
import type { WireError, WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { WalletUnknown } from '../account/accounts.ts'
import type { LoginRefusal } from '../account/login.ts'
import type { RegisterRefusal } from '../account/register-account.ts'

export const notLoggedIn: WireError = {
  status: 401,
  message: 'Log in first: the token is missing, unknown, expired or revoked',
  headers: { 'www-authenticate': 'Bearer realm="wallet"' },
}

export const ACCOUNT_ERRORS: WireErrors<RegisterRefusal | LoginRefusal> = {
  account_exists: () => ({ status: 409, message: 'An account with this e-mail address exists already' }),
  email_malformed: ({ maximum }) => ({
    status: 400,
    message: `email is not an e-mail address of at most ${maximum} characters, like ada@example.org`,
  }),
  password_length: ({ minimum, maximum }) => ({
    status: 400,
    message: `The password must have ${minimum} to ${maximum} characters`,
  }),
  login_failed: () => ({ status: 401, message: 'The e-mail address or the password is wrong' }),
  too_many_attempts: ({ retryAfterSeconds }) => ({
    status: 429,
    message: `Too many attempts; try again in ${retryAfterSeconds} s`,
    headers: { 'retry-after': String(retryAfterSeconds) },
  }),
}

export const WALLET_ERRORS: WireErrors<WalletUnknown> = {
  wallet_unknown: () => ({ status: 404, message: 'There is no such wallet' }),
}
