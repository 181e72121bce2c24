/** What the portal keeps of operators is sealed, in its tables; and whether a database is this deployment's. */
import type { SealedColumns as Columns } from '@countersign/stores/sql/sealed-columns'
import type { PortalDatabase, PortalTables } from './schema.ts'

type HashPurpose = 'name' | 'sender' | 'passkey' | 'csrf' | 'challenge'

export type SealedColumns = Columns<keyof PortalTables, HashPurpose>

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
