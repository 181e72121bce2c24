/** Ends logins: the tokens are gone from the database, and with that from every instance at once. */

import type { Wallet } from '../wallet.ts'
import { revokeAllTokens, revokeToken } from './session-token.ts'

/** Every token that the caller brought, in a header and in the cookie. */
export async function logout(wallet: Wallet, tokens: readonly string[]): Promise<void> {
  for (const token of tokens) await revokeToken(wallet, token)
}

/** Wherever the account is logged in. */
export async function logoutEverywhere(wallet: Wallet, accountId: string): Promise<void> {
  await revokeAllTokens(wallet.database.db, accountId)
}
