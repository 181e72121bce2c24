/** Recovery codes for whoever is logged in, and the log-in with one. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { countLogin, forgiveLogin, type TooManyAttempts } from '../account/login-limit.ts'
import { giveRecoveryCodes, spendRecoveryCode } from '../account/recovery-codes.ts'
import { issueToken } from '../account/session-token.ts'
import { lockAccount } from '../database/locks.ts'
import type { Wallet } from '../wallet.ts'
import { type Asking, type ConfirmationRefusal, confirmUnlessFresh } from './confirmation.ts'

/** Shown once; those that there were are worth nothing any more. */
export async function newRecoveryCodes(
  wallet: Wallet,
  asking: Asking,
): Promise<Result<readonly string[], ConfirmationRefusal>> {
  const confirmed = await confirmUnlessFresh(wallet, asking)
  if (!confirmed.ok) return confirmed
  const { accountId } = asking.login
  return wallet.database.inTransaction(async (transaction) => {
    await lockAccount(wallet, transaction, accountId)
    return ok(await giveRecoveryCodes(wallet, transaction, accountId))
  })
}

export type RecoveryLoginRefusal = TooManyAttempts | { readonly code: 'login_failed' }

export interface RecoveryLogin {
  readonly code: string
  readonly sender: string
  readonly client?: string | undefined
}

/** Code and login in one transaction: whoever dies in between has spent nothing. */
export async function loginWithRecoveryCode(
  wallet: Wallet,
  { client, code, sender }: RecoveryLogin,
): Promise<Result<{ readonly accountId: string; readonly token: string }, RecoveryLoginRefusal>> {
  const attempt = { sender, emailHash: 'recovery' }
  const limited = await countLogin(wallet, attempt)
  if (limited !== undefined) return refuse(limited)
  const entered = await wallet.database.inTransaction(async (transaction) => {
    const spent = await spendRecoveryCode(wallet, transaction, code)
    if (!spent.ok) return undefined
    const { accountId } = spent.value
    const token = await issueToken(wallet, { accountId, by: 'recovery_code', client }, transaction)
    return { accountId, token }
  })
  if (entered === undefined) return refuse({ code: 'login_failed' })
  await forgiveLogin(wallet, attempt)
  return ok(entered)
}
