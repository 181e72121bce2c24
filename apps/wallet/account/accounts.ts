/** Whose wallet is whose. Everything behind a wallet id goes through `openWallet` first. */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { OwnedWallet, Wallet } from '../wallet.ts'

export interface ListedWallet {
  readonly id: string
  readonly name: string
  /** Epoch seconds. */
  readonly createdAt: number
}

export interface WalletUnknown {
  readonly code: 'wallet_unknown'
}

export async function listWallets(
  { database, columns }: Wallet,
  accountId: string,
): Promise<readonly ListedWallet[]> {
  const rows = await database.db
    .selectFrom('wallets')
    .select(['id', 'name_sealed', 'created_at'])
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(({ id, name_sealed, created_at }) => ({
    id,
    name: columns.open(['wallets', id, 'name'], name_sealed),
    createdAt: created_at,
  }))
}

/** A wallet of somebody else is as unknown as one that does not exist. */
export async function openWallet(
  { database }: Wallet,
  accountId: string,
  walletId: string,
): Promise<Result<OwnedWallet, WalletUnknown>> {
  const found = await database.db
    .selectFrom('wallets')
    .select('id')
    .where('id', '=', walletId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return found === undefined ? refuse({ code: 'wallet_unknown' }) : ok({ id: found.id, accountId })
}
