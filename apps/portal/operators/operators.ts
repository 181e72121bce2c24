/** All operators, for whoever runs the portal: who there is, and out with somebody who has left. */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Operators } from '../portal.ts'
import { canonicalName } from './names.ts'

export interface ListedOperator {
  readonly name: string
  /** Epoch seconds. */
  readonly createdAt: number
  readonly hasPassword: boolean
  readonly passkeys: number
}

export async function listOperators({ columns, database }: Operators): Promise<readonly ListedOperator[]> {
  const rows = await database.db.selectFrom('operators').selectAll().orderBy('created_at').execute()
  const keys = await database.db.selectFrom('operator_passkeys').select('operator_id').execute()
  return rows.map(({ created_at, id, name_sealed, password_sealed }) => ({
    name: columns.open(['operators', id, 'name'], name_sealed),
    createdAt: created_at,
    hasPassword: password_sealed !== null,
    passkeys: keys.filter(({ operator_id }) => operator_id === id).length,
  }))
}

export async function hasOperators({ database }: Operators): Promise<boolean> {
  const found = await database.db.selectFrom('operators').select('id').limit(1).execute()
  return found.length > 0
}

/** Whoever it was is out at once, on every instance. */
export async function removeOperator(
  { columns, database }: Operators,
  text: string,
): Promise<Result<undefined, { readonly code: 'operator_unknown' }>> {
  const name = canonicalName(text)
  const hash = await columns.hash('name', name ?? '')
  return database.inTransaction(async (transaction) => {
    const found = await transaction
      .selectFrom('operators')
      .select('id')
      .where('name_hash', '=', hash)
      .executeTakeFirst()
    if (found === undefined) return refuse({ code: 'operator_unknown' })
    for (const table of ['operator_links', 'operator_passkeys', 'operator_sessions'] as const)
      await transaction.deleteFrom(table).where('operator_id', '=', found.id).execute()
    await transaction.deleteFrom('operators').where('id', '=', found.id).execute()
    return ok(undefined)
  })
}
