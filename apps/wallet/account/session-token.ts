/**
 * What a login leaves in the caller's hands: 256 random bits. Only their SHA-256 is kept, so the database can recognise
 * a token and nobody can read one out of it; no salt is needed, since there is nothing to guess. A token counts on every
 * instance from the moment it is written, and on none from the moment it is revoked.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import type { Kysely } from 'kysely'
import type { LoginMeans, WalletTables } from '../database/schema.ts'
import type { Wallet } from '../wallet.ts'

const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** Who logs in, and how. */
export interface NewLogin {
  readonly accountId: string
  readonly by: LoginMeans
  /** What the caller's program calls itself, for its owner to recognise it. */
  readonly client?: string | undefined
}

const MAX_CLIENT = 300

/** `db`: the transaction that the login is part of, where it is. */
export async function issueToken(
  wallet: Wallet,
  { accountId, by, client }: NewLogin,
  db: Kysely<WalletTables> = wallet.database.db,
): Promise<string> {
  const { columns, crypto, limits } = wallet
  const now = wallet.now()
  const token = encodeBase64url(crypto.randomBytes(32))
  const id = await tokenId(wallet, token)
  await db.deleteFrom('tokens').where('account_id', '=', accountId).where('expires_at', '<=', now).execute()
  await db
    .insertInto('tokens')
    .values({
      id,
      account_id: accountId,
      created_at: now,
      expires_at: now + limits.tokenLifetimeSeconds,
      made_by: by,
      client_sealed:
        client === undefined ? null : columns.seal(['tokens', id, 'client'], client.slice(0, MAX_CLIENT)),
      used_at: null,
    })
    .execute()
  return token
}

export interface OpenSession {
  /** Of the login; tells nothing of the token. */
  readonly id: string
  readonly accountId: string
  /** Epoch seconds. */
  readonly createdAt: number
  readonly expiresAt: number
}

/** When a login was last used is written down to the hour. */
const USED_SECONDS = 3600

/** Whose the token is; undefined for one that is unknown, expired or revoked. */
export async function openSession(wallet: Wallet, token: string): Promise<OpenSession | undefined> {
  if (!TOKEN.test(token)) return undefined
  const now = wallet.now()
  const found = await wallet.database.db
    .selectFrom('tokens')
    .select(['id', 'account_id', 'created_at', 'expires_at', 'used_at'])
    .where('id', '=', await tokenId(wallet, token))
    .where('expires_at', '>', now)
    .executeTakeFirst()
  if (found === undefined) return undefined
  const { id, account_id: accountId, created_at: createdAt, expires_at: expiresAt } = found
  if (now - (found.used_at ?? createdAt) >= USED_SECONDS)
    await wallet.database.db.updateTable('tokens').set({ used_at: now }).where('id', '=', id).execute()
  return { id, accountId, createdAt, expiresAt }
}

export async function revokeToken(wallet: Wallet, token: string): Promise<void> {
  if (!TOKEN.test(token)) return
  await wallet.database.db
    .deleteFrom('tokens')
    .where('id', '=', await tokenId(wallet, token))
    .execute()
}

/** Every login of the account, on every device, but one where one is to stay. */
export async function revokeAllTokens(
  db: Kysely<WalletTables>,
  accountId: string,
  but?: string,
): Promise<void> {
  const all = db.deleteFrom('tokens').where('account_id', '=', accountId)
  await (but === undefined ? all : all.where('id', '<>', but)).execute()
}

async function tokenId({ crypto }: Wallet, token: string): Promise<string> {
  return crypto.digestBase64url('sha-256', token)
}
