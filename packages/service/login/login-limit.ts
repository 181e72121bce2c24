/**
 * How often a sender may try, counted in the database and so on all instances together: at one account, and at all of them.
 * Nothing is counted for an account alone, or anybody could shut its owner out by guessing. An attempt is counted before the
 * password is looked at and given back when it was right: a thousand guesses at once are a thousand guesses.
 * One row a subject and minute, in a table (subject, minute, attempts) of whoever counts: services can share a database. The first
 * attempt of a sender in a minute clears away the rows of those before.
 */
import { type QueryExecutorProvider, sql } from 'kysely'

export interface TooManyAttempts {
  readonly code: 'too_many_attempts'
  readonly retryAfterSeconds: number
}

/** Who tries, and where. */
export interface LoginAttempt {
  /** As the HTTP layer knows it: an address, or a network. */
  readonly sender: string
  /** Keyed hash of the name of the account; counts whether the account exists or not. */
  readonly account: string
}

export interface LoginLimits {
  readonly loginFailuresPerMinute: number
  readonly loginFailuresPerMinuteInTotal: number
}

export interface AttemptCounter {
  readonly db: QueryExecutorProvider
  /** Name of the table. */
  readonly table: string
  /** Keyed: a sender stands in the table for a minute or a little longer, and yet is nobody's to read. */
  readonly senderHash: (sender: string) => Promise<string>
  /** Epoch seconds. */
  readonly now: () => number
}

/** Answers with the refusal, or undefined. */
export async function countLogin(
  counter: AttemptCounter,
  limits: LoginLimits,
  attempt: LoginAttempt,
): Promise<TooManyAttempts | undefined> {
  const [everywhere, here] = await subjectsOf(counter, attempt)
  const total = await count(counter, everywhere)
  if (total === 1) await clearPast(counter)
  if (total > limits.loginFailuresPerMinuteInTotal) return tooMany(counter)
  const own = await count(counter, here)
  return own > limits.loginFailuresPerMinute ? tooMany(counter) : undefined
}

/** `kind`: what the sender does, as the rows name it. */
export async function countMade(
  counter: AttemptCounter,
  kind: string,
  sender: string,
  perMinute: number,
): Promise<TooManyAttempts | undefined> {
  const made = await count(counter, `${kind}:${await counter.senderHash(sender)}`)
  if (made === 1) await clearPast(counter)
  return made > perMinute ? tooMany(counter) : undefined
}

/** The password was right: that was no guess. */
export async function forgiveLogin(counter: AttemptCounter, attempt: LoginAttempt): Promise<void> {
  const subjects = await subjectsOf(counter, attempt)
  await sql`
    update ${sql.table(counter.table)} set attempts = attempts - 1
    where subject in (${sql.join(subjects)}) and minute = ${minuteOf(counter)} and attempts > 0
  `.execute(counter.db)
}

/** Adds one and answers how many there are in this minute, in one statement. */
async function count(counter: AttemptCounter, subject: string): Promise<number> {
  const table = sql.table(counter.table)
  const { rows } = await sql<{ attempts: number }>`
    insert into ${table} as known (subject, minute, attempts) values (${subject}, ${minuteOf(counter)}, 1)
    on conflict (subject) do update set
      attempts = case when known.minute = excluded.minute then known.attempts + 1 else 1 end,
      minute = excluded.minute
    returning attempts
  `.execute(counter.db)
  return rows[0]?.attempts ?? 0
}

async function clearPast(counter: AttemptCounter): Promise<void> {
  await sql`delete from ${sql.table(counter.table)} where minute < ${minuteOf(counter)}`.execute(counter.db)
}

/** The sender at all accounts, and at this one. */
async function subjectsOf(
  { senderHash }: AttemptCounter,
  { account, sender }: LoginAttempt,
): Promise<readonly [string, string]> {
  const from = await senderHash(sender)
  return [`logins:${from}`, `login:${from}:${account}`]
}

function minuteOf({ now }: AttemptCounter): number {
  return Math.floor(now() / 60)
}

function tooMany({ now }: AttemptCounter): TooManyAttempts {
  return { code: 'too_many_attempts', retryAfterSeconds: 60 - (now() % 60) }
}
