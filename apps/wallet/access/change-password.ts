/** A new password in the place of the old one. Whoever is logged in elsewhere is not any more: that may be the reason for it. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { type PasswordLength, passwordProblem } from '../account/password-rule.ts'
import { revokeAllTokens } from '../account/session-token.ts'
import { userInfo } from '../account/user-info.ts'
import { lockAccount } from '../database/locks.ts'
import type { Wallet } from '../wallet.ts'
import { type Asking, type ConfirmationRefusal, confirmUnlessFresh } from './confirmation.ts'

export type ChangePasswordRefusal =
  | ConfirmationRefusal
  | PasswordLength
  /** It has no e-mail address, so nobody could log in with a password. */
  | { readonly code: 'account_without_password' }

export async function changePassword(
  wallet: Wallet,
  asking: Asking,
  password: string,
): Promise<Result<undefined, ChangePasswordRefusal>> {
  const { accountId, id: own } = asking.login
  const { email } = await userInfo(wallet, accountId)
  if (email === '' || !wallet.passwordLogin) return refuse({ code: 'account_without_password' })
  const problem = passwordProblem(wallet, password)
  if (problem !== undefined) return refuse(problem)
  const confirmed = await confirmUnlessFresh(wallet, asking)
  if (!confirmed.ok) return confirmed
  const hash = await wallet.passwords.hash(password)
  await wallet.database.inTransaction(async (transaction) => {
    await lockAccount(wallet, transaction, accountId)
    await transaction
      .updateTable('accounts')
      .set({ password_sealed: wallet.columns.seal(['accounts', accountId, 'password'], hash) })
      .where('id', '=', accountId)
      .execute()
    await revokeAllTokens(transaction, accountId, own)
  })
  return ok(undefined)
}
