/**
 * What the portal keeps of operators is sealed before it reaches the database, each value for its own place: copied to another
 * row it does not open. What has to be found again is found by a keyed hash.
 */
import type { Mac } from '@countersign/crypto/engine'
import type { PortalDatabase, PortalTables } from './schema.ts'

export interface SealedColumns {
  seal(place: Place, text: string): string
  /** Throws `SealedValueUnreadable`: the database was sealed under another secret, or somebody changed it. */
  open(place: Place, sealed: string): string
  /** Equal for equal texts of one purpose; tells nothing about the text without the key. */
  hash(purpose: 'name' | 'sender' | 'passkey' | 'csrf' | 'challenge', text: string): Promise<string>
}

export type Place = readonly [table: keyof PortalTables, row: string, column: string]

class SealedValueUnreadable extends Error {
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

/** Whether the database was sealed under this deployment's secret; the first instance ever leaves its mark. */
export async function isSealedBy({ db }: Pick<PortalDatabase, 'db'>, fingerprint: string): Promise<boolean> {
  const name = 'secret_fingerprint'
  await db
    .insertInto('portal_settings')
    .values({ name, value: fingerprint })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const found = await db
    .selectFrom('portal_settings')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return found.value === fingerprint
}
