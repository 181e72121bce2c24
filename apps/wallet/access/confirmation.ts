/**
 * That it is really the owner who asks for something that cannot be taken back, and not somebody at an open screen: once more a
 * password, a passkey or a recovery code. A password is counted as it is at a log-in, so a stolen login is no place to guess at it.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { AuthenticatorFault, RelyingParty } from '@countersign/service/login/read-authenticator'
import type { CeremonyRefusal } from '../account/ceremony.ts'
import { countLogin, forgiveLogin, type TooManyAttempts } from '../account/login-limit.ts'
import { confirmPasskey, type PasskeyAnswer } from '../account/passkeys.ts'
import { spendRecoveryCode } from '../account/recovery-codes.ts'
import type { OpenSession } from '../account/session-token.ts'
import type { Wallet } from '../wallet.ts'

export type Confirmation = { readonly password: string } | PasskeyAnswer | { readonly recoveryCode: string }

export type ConfirmationRefusal =
  | TooManyAttempts
  | CeremonyRefusal
  | AuthenticatorFault
  /** There is none, and the login is not so young that it would do. */
  | { readonly code: 'confirmation_needed' }
  | { readonly code: 'confirmation_wrong' }

export interface Asking {
  readonly login: OpenSession
  readonly confirmation?: Confirmation | undefined
  readonly sender: string
  readonly rp: RelyingParty
}

/** Somebody who logged in so short a time ago has just shown who they are. */
const FRESH_SECONDS = 600

/** For what can be put right again by its owner. */
export async function confirmUnlessFresh(
  wallet: Wallet,
  asking: Asking,
): Promise<Result<undefined, ConfirmationRefusal>> {
  const { confirmation, login } = asking
  const isFresh = wallet.now() - login.createdAt < FRESH_SECONDS
  return confirmation === undefined && isFresh ? ok(undefined) : confirm(wallet, asking)
}

/** For what is for good. */
export async function confirm(
  wallet: Wallet,
  { confirmation, login: { accountId }, rp, sender }: Asking,
): Promise<Result<undefined, ConfirmationRefusal>> {
  if (confirmation === undefined) return refuse({ code: 'confirmation_needed' })
  if ('password' in confirmation) return confirmPassword(wallet, accountId, confirmation.password, sender)
  if ('recoveryCode' in confirmation)
    return confirmRecoveryCode(wallet, accountId, confirmation.recoveryCode, sender)
  const passkey = await confirmPasskey(wallet, rp, { ...confirmation, accountId })
  if (!passkey.ok) return passkey
  return passkey.value ? ok(undefined) : refuse({ code: 'confirmation_wrong' })
}

async function confirmPassword(
  wallet: Wallet,
  accountId: string,
  password: string,
  sender: string,
): Promise<Result<undefined, ConfirmationRefusal>> {
  const account = await wallet.database.db
    .selectFrom('accounts')
    .select(['email_hash', 'password_sealed'])
    .where('id', '=', accountId)
    .executeTakeFirst()
  if (account === undefined) return refuse({ code: 'confirmation_wrong' })
  const attempt = { sender, emailHash: account.email_hash }
  const limited = await countLogin(wallet, attempt)
  if (limited !== undefined) return refuse(limited)
  const stored = wallet.columns.open(['accounts', accountId, 'password'], account.password_sealed)
  if (!(await wallet.passwords.matches(stored, password))) return refuse({ code: 'confirmation_wrong' })
  await forgiveLogin(wallet, attempt)
  return ok(undefined)
}

/** One of another account is not spent. */
async function confirmRecoveryCode(
  wallet: Wallet,
  accountId: string,
  code: string,
  sender: string,
): Promise<Result<undefined, ConfirmationRefusal>> {
  const attempt = { sender, emailHash: 'recovery' }
  const limited = await countLogin(wallet, attempt)
  if (limited !== undefined) return refuse(limited)
  const spent = await wallet.database.inTransaction((transaction) =>
    spendRecoveryCode(wallet, transaction, code, accountId),
  )
  if (!spent.ok) return refuse({ code: 'confirmation_wrong' })
  await forgiveLogin(wallet, attempt)
  return ok(undefined)
}
