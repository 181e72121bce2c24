/** Why there is no account, no login and no such wallet: one sentence a refusal, and none that tells who has an account. */
import { CSRF_HEADER } from '@countersign/api/wallet/passkeys'
import type { WireError, WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { WalletUnknown } from '../../account/accounts.ts'
import type { LoginRefusal } from '../../account/login.ts'
import type { PasskeyRefusal } from '../../account/passkeys.ts'
import type { RegisterRefusal } from '../../account/register-account.ts'

export const notLoggedIn: WireError = {
  status: 401,
  message: 'Log in first: the token is missing, unknown, expired or revoked',
  headers: { 'www-authenticate': 'Bearer realm="wallet"' },
}

/** A cookie alone changes nothing. */
export const notFromPage: WireError = {
  status: 403,
  code: 'page_not_confirmed',
  message: `A call with a cookie that changes something needs the header ${CSRF_HEADER} with the value from GET /wallet-api/auth/session, and comes from a page of this wallet`,
  refusal: 'csrf_missing',
}

/** A login in a cookie is for pages of ours: a page of another site must not log anybody in. */
export const foreignLogin: WireError = {
  status: 403,
  code: 'page_not_own',
  message: 'A login in a cookie is for pages of this wallet: ask for a token instead',
  refusal: 'login_page_foreign',
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
  passwords_off: () => ({
    status: 403,
    code: 'passwords_off',
    message: 'There are no passwords here: log in with a passkey',
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

export const PASSKEY_ERRORS: WireErrors<PasskeyRefusal> = {
  too_many_attempts: ACCOUNT_ERRORS.too_many_attempts,
  ceremony_unknown: () =>
    badRequest('ceremony_unknown', 'This try has expired or is not of this wallet: begin again'),
  ceremony_spent: () => badRequest('ceremony_spent', 'This try was used already: begin again'),
  passkey_refused: ({ reason }) =>
    badRequest(
      'passkey_refused',
      `The answer of the authenticator does not count: ${PASSKEY_REASONS[reason]}`,
    ),
  passkey_exists: () => ({
    status: 409,
    code: 'passkey_exists',
    message: 'This passkey is registered already',
  }),
  passkey_unknown: () => ({ status: 404, code: 'passkey_unknown', message: 'There is no such passkey' }),
  login_failed: () => ({
    status: 401,
    code: 'login_failed',
    message: 'This wallet does not know that passkey: it may have been removed here',
  }),
  passkey_cloned: () => ({
    status: 401,
    code: 'passkey_cloned',
    message:
      'The authenticator has counted backwards, so there may be a copy of this passkey: log in another way and remove it',
  }),
  too_many_passkeys: ({ max }) => ({
    status: 409,
    code: 'too_many_passkeys',
    message: `An account has at most ${max} passkeys`,
  }),
  last_login: () => ({
    status: 409,
    code: 'last_login',
    message: 'This passkey is the only way into the account: add another one first',
  }),
}

const PASSKEY_REASONS: Readonly<
  Record<Extract<PasskeyRefusal, { code: 'passkey_refused' }>['reason'], string>
> = {
  malformed: 'it is malformed',
  not_verified: 'challenge, origin, user verification or signature are not those that were asked for',
}

function badRequest(code: string, message: string): WireError {
  return { status: 400, code, message }
}
