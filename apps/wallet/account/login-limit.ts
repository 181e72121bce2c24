/** Attempts at the wallet's accounts, counted as `service/login` counts them, in the wallet's own table. */
import {
  type AttemptCounter,
  countLogin as countAttempt,
  countMade,
  forgiveLogin as forgiveAttempt,
  type TooManyAttempts,
} from '@countersign/service/login/login-limit'
import type { Wallet } from '../wallet.ts'

export type { TooManyAttempts } from '@countersign/service/login/login-limit'

/** Who tries, and where. */
export interface LoginAttempt {
  /** As the HTTP layer knows it: an address, or a network. */
  readonly sender: string
  /** Counts whether the account exists or not. */
  readonly emailHash: string
}

/** Answers with the refusal, or undefined. */
export function countLogin(wallet: Wallet, attempt: LoginAttempt): Promise<TooManyAttempts | undefined> {
  return countAttempt(counterOf(wallet), wallet.limits, accountOf(attempt))
}

export function countRegistration(wallet: Wallet, sender: string): Promise<TooManyAttempts | undefined> {
  return countMade(counterOf(wallet), 'registrations', sender, wallet.limits.registrationsPerMinute)
}

/** The password was right: that was no guess. */
export function forgiveLogin(wallet: Wallet, attempt: LoginAttempt): Promise<void> {
  return forgiveAttempt(counterOf(wallet), accountOf(attempt))
}

function accountOf({ emailHash, sender }: LoginAttempt) {
  return { sender, account: emailHash }
}

function counterOf({ columns, database, now }: Wallet): AttemptCounter {
  const senderHash = (sender: string) => columns.hash('sender', sender)
  return { db: database.db, table: 'login_attempts', senderHash, now }
}
