/**
 * What the wallet keeps is sealed before it reaches the database, each value for its own place (table, row, column):
 * copied to another row it does not open. What has to be found again is found by a keyed hash. Where the keys come
 * from is not known here.
 */
import type { Mac } from '@countersign/crypto/engine'
import type { WalletDatabase, WalletTables } from './schema.ts'

export interface SealedColumns {
  seal(place: Place, text: string): string
  /** Throws `SealedValueUnreadable`: the database was sealed under another secret, or somebody changed it. */
  open(place: Place, sealed: string): string
  /** Equal for equal texts of one purpose; tells nothing about the text without the key. */
  hash(purpose: HashPurpose, text: string): Promise<string>
}

export type Place = readonly [table: keyof WalletTables, row: string, column: string]

export type HashPurpose =
  | 'email'
  | 'sender'
  | 'did'
  | 'hosted_did'
  | 'key'
  | 'offer'
  | 'slot'
  | 'request'
  | 'wish'
  | 'csrf'
  | 'passkey'
  | 'challenge'

export class SealedValueUnreadable extends Error {
  override readonly name = 'SealedValueUnreadable'
}

export interface ColumnKeys {
  readonly sealer: {
    seal(plaintext: string, context: string): string
    open(sealed: string, context: string): string | undefined
  }
  readonly mac: Mac
}

export function openSealedColumns({ sealer, mac }: ColumnKeys): SealedColumns {
  return {
    seal: (place, text) => sealer.seal(text, place.join(':')),
    open(place, sealed) {
      const text = sealer.open(sealed, place.join(':'))
      if (text === undefined) throw new SealedValueUnreadable(`${place[0]}.${place[2]} does not open`)
      return text
    },
    hash: async (purpose, text) => mac(`${purpose}:${text}`),
  }
}

/**
 * Whether the database was sealed under this deployment's secret; the first instance ever leaves its mark. Asked at
 * start, so that a lost secret is a clear refusal and not an error in the middle of somebody's request.
 */
export async function isSealedBy({ db }: Pick<WalletDatabase, 'db'>, fingerprint: string): Promise<boolean> {
  const name = 'secret_fingerprint'
  await db
    .insertInto('wallet_settings')
    .values({ name, value: fingerprint })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const found = await db
    .selectFrom('wallet_settings')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return found.value === fingerprint
}
