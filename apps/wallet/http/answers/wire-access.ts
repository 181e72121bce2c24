/** What keeps the owner of an account from changing how it is entered, or from deleting it: one sentence a refusal. */
import type { WireError, WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { ChangePasswordRefusal } from '../../access/change-password.ts'
import type { ConfirmationRefusal } from '../../access/confirmation.ts'
import type { RecoveryLoginRefusal } from '../../access/new-recovery-codes.ts'
import type { LoginUnknown } from '../../access/own-logins.ts'
import type { UseResetRefusal } from '../../access/use-reset-link.ts'
import type { SettingsTooLarge } from '../../account/holder-settings.ts'
import type { LastWallet, TooManyWallets } from '../../account/wallets.ts'
import { ACCOUNT_ERRORS, PASSKEY_ERRORS } from './wire-account.ts'

const conflict = (code: string, message: string): WireError => ({ status: 409, code, message })

export const CONFIRMATION_ERRORS: WireErrors<ConfirmationRefusal> = {
  too_many_attempts: ACCOUNT_ERRORS.too_many_attempts,
  ceremony_unknown: PASSKEY_ERRORS.ceremony_unknown,
  ceremony_spent: PASSKEY_ERRORS.ceremony_spent,
  passkey_refused: PASSKEY_ERRORS.passkey_refused,
  // Not 401: the login is good, and a page must not take it for over.
  confirmation_needed: () => ({
    status: 403,
    code: 'confirmation_needed',
    message: 'This needs a confirmation: a password, a passkey or a recovery code',
  }),
  confirmation_wrong: () => ({
    status: 403,
    code: 'confirmation_wrong',
    message:
      'The confirmation does not count: this password, passkey or recovery code is not of this account',
  }),
}

export const PASSWORD_ERRORS: WireErrors<ChangePasswordRefusal> = {
  ...CONFIRMATION_ERRORS,
  password_length: ACCOUNT_ERRORS.password_length,
  account_without_password: () =>
    conflict('account_without_password', 'Nobody logs in to this account with a password'),
}

export const RECOVERY_ERRORS: WireErrors<RecoveryLoginRefusal> = {
  too_many_attempts: ACCOUNT_ERRORS.too_many_attempts,
  login_failed: () => ({
    status: 401,
    code: 'login_failed',
    message: 'This recovery code is wrong, or was used already',
  }),
}

export const RESET_ERRORS: WireErrors<UseResetRefusal> = {
  too_many_attempts: ACCOUNT_ERRORS.too_many_attempts,
  ceremony_unknown: PASSKEY_ERRORS.ceremony_unknown,
  ceremony_spent: PASSKEY_ERRORS.ceremony_spent,
  passkey_refused: PASSKEY_ERRORS.passkey_refused,
  passkey_exists: PASSKEY_ERRORS.passkey_exists,
  password_length: ACCOUNT_ERRORS.password_length,
  account_without_password: PASSWORD_ERRORS.account_without_password,
  link_unusable: () => ({
    status: 404,
    code: 'link_unusable',
    message: 'This link was used already, is too old, or was replaced by another: ask for a new one',
  }),
}

export const LOGIN_ERRORS: WireErrors<LoginUnknown> = {
  login_unknown: () => ({ status: 404, code: 'login_unknown', message: 'There is no such log-in' }),
}

export const WALLETS_ERRORS: WireErrors<TooManyWallets | LastWallet> = {
  too_many_wallets: ({ max }) => conflict('too_many_wallets', `An account has at most ${max} wallets`),
  last_wallet: () =>
    conflict(
      'last_wallet',
      'It is the only wallet of the account: delete the account, or make another first',
    ),
}

export const SETTINGS_ERRORS: WireErrors<SettingsTooLarge> = {
  settings_too_large: ({ max }) => ({
    status: 400,
    message: `The settings are too large, limit ${max} characters`,
  }),
}
