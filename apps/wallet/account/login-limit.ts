/**
 * How often a sender may try, counted in the database and so on all instances together: at one account, and at all of them.
 * Nothing is counted for an account alone, or anybody could shut its owner out by guessing. An attempt is counted before the
 * password is looked at and given back when it was right: a thousand guesses at once are a thousand guesses.
 * One row a subject and minute; the first attempt of a sender in a minute clears away the rows of those before.
 */
import type { Wallet } from '../wallet.ts'

export interface TooManyAttempts {
  readonly code: 'too_many_attempts'
  readonly retryAfterSeconds: number
}

/** Who tries, and where. */
export interface LoginAttempt {
  /** As the HTTP layer knows it: an address, or a network. */
  readonly sender: string
  /** Counts whether the account exists or not. */
  readonly emailHash: string
}

/** Answers with the refusal, or undefined. */
export async function countLogin(
  wallet: Wallet,
  attempt: LoginAttempt,
): Promise<TooManyAttempts | undefined> {
  const { limits } = wallet
  const [everywhere, here] = await subjectsOf(wallet, attempt)
  const total = await count(wallet, everywhere)
  if (total === 1) await clearPast(wallet)
  if (total > limits.loginFailuresPerMinuteInTotal) return tooMany(wallet)
  const own = await count(wallet, here)
  return own > limits.loginFailuresPerMinute ? tooMany(wallet) : undefined
}

export async function countRegistration(
  wallet: Wallet,
  sender: string,
): Promise<TooManyAttempts | undefined> {
  const made = await count(wallet, `registrations:${await senderHash(wallet, sender)}`)
  return made > wallet.limits.registrationsPerMinute ? tooMany(wallet) : undefined
}

/** The password was right: that was no guess. */
export async function forgiveLogin(wallet: Wallet, attempt: LoginAttempt): Promise<void> {
  const subjects = await subjectsOf(wallet, attempt)
  await wallet.database.db
    .updateTable('login_attempts')
    .set((expression) => ({ attempts: expression('attempts', '-', 1) }))
    .where('subject', 'in', subjects)
    .where('minute', '=', minuteOf(wallet))
    .where('attempts', '>', 0)
    .execute()
}

/** Adds one and answers how many there are in this minute, in one statement. */
async function count(wallet: Wallet, subject: string): Promise<number> {
  const counted = await wallet.database.db
    .insertInto('login_attempts')
    .values({ subject, minute: minuteOf(wallet), attempts: 1 })
    .onConflict((conflict) =>
      conflict.column('subject').doUpdateSet((row) => ({
        attempts: row
          .case()
          .when('login_attempts.minute', '=', row.ref('excluded.minute'))
          .then(row('login_attempts.attempts', '+', 1))
          .else(1)
          .end(),
        minute: row.ref('excluded.minute'),
      })),
    )
    .returning('attempts')
    .executeTakeFirstOrThrow()
  return counted.attempts
}

async function clearPast(wallet: Wallet): Promise<void> {
  const { db } = wallet.database
  await db.deleteFrom('login_attempts').where('minute', '<', minuteOf(wallet)).execute()
}

/** The sender at all accounts, and at this one. */
async function subjectsOf(
  wallet: Wallet,
  { emailHash, sender }: LoginAttempt,
): Promise<readonly [string, string]> {
  const from = await senderHash(wallet, sender)
  return [`logins:${from}`, `login:${from}:${emailHash}`]
}

/** Kept for a minute or a little longer, and yet nobody's to read. */
function senderHash({ columns }: Wallet, sender: string): Promise<string> {
  return columns.hash('sender', sender)
}

function minuteOf({ now }: Wallet): number {
  return Math.floor(now() / 60)
}

function tooMany({ now }: Wallet): TooManyAttempts {
  return { code: 'too_many_attempts', retryAfterSeconds: 60 - (now() % 60) }
}
