/**
 * A link with which an operator lets the owner of an account back in who has lost every way: it works for ten minutes and once,
 * whoever is first, on whichever instance; only its hash is kept. What it carries stands behind `#`, so no server and no log sees
 * it. A new link takes the place of the one before.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Transaction } from 'kysely'
import { canonicalEmail } from '../account/register-account.ts'
import { lockAccount } from '../database/locks.ts'
import type { WalletTables } from '../database/schema.ts'
import type { Wallet } from '../wallet.ts'

export const RESET_SECONDS = 600

export interface LinkUnusable {
  readonly code: 'link_unusable'
}

type Resetting = Pick<Wallet, 'columns' | 'crypto' | 'database' | 'now'>

/** What stands behind `#`. `text`: an e-mail address, or the id of an account. */
export async function makeResetLink(
  wallet: Resetting,
  text: string,
): Promise<Result<string, { readonly code: 'account_unknown' }>> {
  const accountId = await findAccount(wallet, text)
  if (accountId === undefined) return refuse({ code: 'account_unknown' })
  const link = encodeBase64url(wallet.crypto.randomBytes(32))
  const now = wallet.now()
  const id = await linkId(wallet, link)
  await wallet.database.inTransaction(async (transaction) => {
    await lockAccount(wallet, transaction, accountId)
    await transaction.deleteFrom('reset_links').where('account_id', '=', accountId).execute()
    await transaction
      .insertInto('reset_links')
      .values({ id, account_id: accountId, created_at: now, expires_at: now + RESET_SECONDS })
      .execute()
  })
  return ok(link)
}

export interface OpenedReset {
  readonly accountId: string
  readonly expiresAt: number
}

/** Looks at a link without using it. */
export async function openReset(wallet: Wallet, link: string): Promise<Result<OpenedReset, LinkUnusable>> {
  const found = await wallet.database.db
    .selectFrom('reset_links')
    .select(['account_id', 'expires_at'])
    .where('id', '=', await linkId(wallet, link))
    .where('expires_at', '>', wallet.now())
    .executeTakeFirst()
  return found === undefined
    ? refuse({ code: 'link_unusable' })
    : ok({ accountId: found.account_id, expiresAt: found.expires_at })
}

/** Within the transaction that does what the link is for. False: somebody was first, or its time is over. */
export async function spendReset(
  wallet: Wallet,
  transaction: Transaction<WalletTables>,
  link: string,
): Promise<boolean> {
  const spent = await transaction
    .deleteFrom('reset_links')
    .where('id', '=', await linkId(wallet, link))
    .where('expires_at', '>', wallet.now())
    .returning('id')
    .executeTakeFirst()
  return spent !== undefined
}

async function findAccount({ columns, database }: Resetting, text: string): Promise<string | undefined> {
  const email = canonicalEmail(text)
  const accounts = database.db.selectFrom('accounts').select('id')
  const found = await (email === undefined
    ? accounts.where('id', '=', text.trim())
    : accounts.where('email_hash', '=', await columns.hash('email', email))
  ).executeTakeFirst()
  return found?.id
}

function linkId({ crypto }: Resetting, link: string): Promise<string> {
  return Promise.resolve(crypto.digestBase64url('sha-256', link))
}
