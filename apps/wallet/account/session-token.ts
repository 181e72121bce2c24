/**
 * What a login leaves in the caller's hands: 256 random bits. Only their SHA-256 is kept, so the database can recognise
 * a token and nobody can read one out of it; no salt is needed, since there is nothing to guess. A token counts on every
 * instance from the moment it is written, and on none from the moment it is revoked.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import type { Wallet } from '../wallet.ts'

const TOKEN = /^[A-Za-z0-9_-]{43}$/

export async function issueToken(wallet: Wallet, accountId: string): Promise<string> {
  const { database, crypto, limits } = wallet
  const now = wallet.now()
  const token = encodeBase64url(crypto.randomBytes(32))
  await database.db
    .deleteFrom('tokens')
    .where('account_id', '=', accountId)
    .where('expires_at', '<=', now)
    .execute()
  await database.db
    .insertInto('tokens')
    .values({
      id: await tokenId(wallet, token),
      account_id: accountId,
      created_at: now,
      expires_at: now + limits.tokenLifetimeSeconds,
    })
    .execute()
  return token
}

export interface OpenSession {
  readonly accountId: string
  /** Epoch seconds. */
  readonly expiresAt: number
}

/** Whose the token is; undefined for one that is unknown, expired or revoked. */
export async function openSession(wallet: Wallet, token: string): Promise<OpenSession | undefined> {
  if (!TOKEN.test(token)) return undefined
  const found = await wallet.database.db
    .selectFrom('tokens')
    .select(['account_id', 'expires_at'])
    .where('id', '=', await tokenId(wallet, token))
    .where('expires_at', '>', wallet.now())
    .executeTakeFirst()
  return found && { accountId: found.account_id, expiresAt: found.expires_at }
}

/** The account that the token belongs to. */
export async function accountOfToken(wallet: Wallet, token: string): Promise<string | undefined> {
  return (await openSession(wallet, token))?.accountId
}

export async function revokeToken(wallet: Wallet, token: string): Promise<void> {
  if (!TOKEN.test(token)) return
  await wallet.database.db
    .deleteFrom('tokens')
    .where('id', '=', await tokenId(wallet, token))
    .execute()
}

/** Every login of the account, on every device. */
export async function revokeAllTokens({ database }: Wallet, accountId: string): Promise<void> {
  await database.db.deleteFrom('tokens').where('account_id', '=', accountId).execute()
}

async function tokenId({ crypto }: Wallet, token: string): Promise<string> {
  return crypto.digestBase64url('sha-256', token)
}
