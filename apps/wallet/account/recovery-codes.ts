/**
 * Recovery codes: the way in for somebody who has lost passkey and password. Each has 80 random bits and works once; kept is a
 * keyed hash, by which a code alone finds its account. They are shown when they are made and never again; new ones take the place
 * of the old.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Transaction } from 'kysely'
import type { WalletTables } from '../database/schema.ts'
import type { Wallet } from '../wallet.ts'

export const RECOVERY_CODES = 10

export interface CodeUnknown {
  readonly code: 'recovery_code_unknown'
}

/** The account is locked, or not there for others yet. */
export async function giveRecoveryCodes(
  wallet: Wallet,
  transaction: Transaction<WalletTables>,
  accountId: string,
): Promise<readonly string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => written(wallet.crypto.randomBytes(CODE_BYTES)))
  const ids = await Promise.all(codes.map((code) => idOf(wallet, code)))
  await transaction.deleteFrom('recovery_codes').where('account_id', '=', accountId).execute()
  await transaction
    .insertInto('recovery_codes')
    .values(ids.map((id) => ({ id: id ?? '', account_id: accountId, created_at: wallet.now() })))
    .execute()
  return codes
}

/**
 * Whose it was; it is spent with that, if the transaction ends well. Of two at once one has it. `accountId`: one of another account
 * is as unknown as any.
 */
export async function spendRecoveryCode(
  wallet: Wallet,
  transaction: Transaction<WalletTables>,
  code: string,
  accountId?: string,
): Promise<Result<{ readonly accountId: string }, CodeUnknown>> {
  const id = await idOf(wallet, code)
  if (id === undefined) return refuse({ code: 'recovery_code_unknown' })
  const one = transaction.deleteFrom('recovery_codes').where('id', '=', id)
  const own = accountId === undefined ? one : one.where('account_id', '=', accountId)
  const spent = await own.returning('account_id').executeTakeFirst()
  return spent === undefined ? refuse({ code: 'recovery_code_unknown' }) : ok({ accountId: spent.account_id })
}

export interface RecoveryCodesLeft {
  readonly left: number
  /** Epoch seconds; absent where there are none. */
  readonly madeAt?: number | undefined
}

export async function recoveryCodesLeft({ database }: Wallet, accountId: string): Promise<RecoveryCodesLeft> {
  const rows = await database.db
    .selectFrom('recovery_codes')
    .select('created_at')
    .where('account_id', '=', accountId)
    .execute()
  return { left: rows.length, madeAt: rows[0]?.created_at }
}

const CODE_BYTES = 10
/** Without I, L, O and U, so that nobody takes one character for another (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE = /^[0-9A-HJKMNP-TV-Z]{16}$/

/** `7KQF-2M9X-AB0D-EF1H` */
function written(bytes: Uint8Array): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  const characters = bits.match(/.{5}/g)?.map((five) => ALPHABET.charAt(Number.parseInt(five, 2))) ?? []
  return characters.join('').replace(/.{4}(?=.)/g, '$&-')
}

/** However it was typed; undefined for what is no code. */
async function idOf({ columns }: Wallet, text: string): Promise<string | undefined> {
  const code = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return CODE.test(code) ? columns.hash('recovery_code', code) : undefined
}
