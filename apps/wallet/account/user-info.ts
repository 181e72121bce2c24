/** The account as its owner sees it. */
import type { Wallet } from '../wallet.ts'

export interface UserInfo {
  readonly id: string
  readonly name: string
  readonly email: string
  /** Epoch seconds. */
  readonly createdAt: number
}

/** The account is there: its token was recognised. */
export async function userInfo({ database, columns }: Wallet, accountId: string): Promise<UserInfo> {
  const account = await database.db
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow()
  return {
    id: account.id,
    name: columns.open(['accounts', account.id, 'name'], account.name_sealed),
    email: columns.open(['accounts', account.id, 'email'], account.email_sealed),
    createdAt: account.created_at,
  }
}
