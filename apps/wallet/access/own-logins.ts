/** Wherever an account is logged in, for its owner: listed, and ended one by one or all but the one that asks. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { sql } from 'kysely'
import { revokeAllTokens } from '../account/session-token.ts'
import type { LoginMeans } from '../database/schema.ts'
import type { Wallet } from '../wallet.ts'

export interface OwnLogin {
  readonly id: string
  /** Absent of logins that were made by a release before. */
  readonly by?: LoginMeans | undefined
  /** What the program called itself. */
  readonly client?: string | undefined
  /** Epoch seconds. */
  readonly createdAt: number
  readonly expiresAt: number
  /** To the hour. */
  readonly usedAt?: number | undefined
}

/** Right after this login. */
export interface LoginPlace {
  /** Epoch seconds. */
  readonly createdAt: number
  readonly id: string
}

export interface LoginPage {
  readonly logins: readonly OwnLogin[]
  /** Absent: there are no more. */
  readonly next?: LoginPlace | undefined
}

/** The newest first; of those that are over none. */
export async function listLogins(
  { columns, database, now }: Wallet,
  accountId: string,
  { after, limit }: { readonly after?: LoginPlace | undefined; readonly limit: number },
): Promise<LoginPage> {
  const all = database.db
    .selectFrom('tokens')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('expires_at', '>', now())
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  const rows = await (after === undefined
    ? all
    : all.where(sql<boolean>`(created_at, id) < (${after.createdAt}, ${after.id})`)
  ).execute()
  const logins = rows.slice(0, limit).map((row) => ({
    id: row.id,
    by: row.made_by ?? undefined,
    client:
      row.client_sealed === null ? undefined : columns.open(['tokens', row.id, 'client'], row.client_sealed),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at ?? undefined,
  }))
  const last = logins.at(-1)
  return {
    logins,
    next: rows.length > limit && last ? { createdAt: last.createdAt, id: last.id } : undefined,
  }
}

export interface LoginUnknown {
  readonly code: 'login_unknown'
}

/** Gone on every instance at once. */
export async function endLogin(
  { database }: Wallet,
  accountId: string,
  id: string,
): Promise<Result<undefined, LoginUnknown>> {
  const ended = await database.db
    .deleteFrom('tokens')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returning('id')
    .executeTakeFirst()
  return ended === undefined ? refuse({ code: 'login_unknown' }) : ok(undefined)
}

export async function endOtherLogins({ database }: Wallet, accountId: string, own: string): Promise<void> {
  await revokeAllTokens(database.db, accountId, own)
}
