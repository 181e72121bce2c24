/** What a wallet's owner wants it to be like: an object of the pages, kept sealed, replaced whole. */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { OwnedWallet, Wallet } from '../wallet.ts'

export interface SettingsTooLarge {
  readonly code: 'settings_too_large'
  readonly max: number
}

const MAX_CHARACTERS = 8192

export async function readSettings({ columns, database }: Wallet, owned: OwnedWallet): Promise<JsonObject> {
  const row = await database.db
    .selectFrom('holder_settings')
    .select('settings_sealed')
    .where('wallet_id', '=', owned.id)
    .executeTakeFirst()
  return row === undefined
    ? {}
    : JSON.parse(columns.open(['holder_settings', owned.id, 'settings'], row.settings_sealed))
}

export async function writeSettings(
  { columns, database }: Wallet,
  owned: OwnedWallet,
  settings: JsonObject,
): Promise<Result<undefined, SettingsTooLarge>> {
  const text = JSON.stringify(settings)
  if (text.length > MAX_CHARACTERS) return refuse({ code: 'settings_too_large', max: MAX_CHARACTERS })
  const sealed = columns.seal(['holder_settings', owned.id, 'settings'], text)
  await database.db
    .insertInto('holder_settings')
    .values({ wallet_id: owned.id, settings_sealed: sealed })
    .onConflict((conflict) => conflict.column('wallet_id').doUpdateSet({ settings_sealed: sealed }))
    .execute()
  return ok(undefined)
}
