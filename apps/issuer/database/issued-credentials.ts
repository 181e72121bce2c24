/** Rows of the log of issued credentials: written before a credential can leave, found by id, session or place. */
import type { IssuedCredentialRow, IssuerDatabase } from './schema.ts'

/** A session promises at most this many. */
const ROWS_OF_A_SESSION = 100

/** False when its place in a status list is another credential's. */
export async function insertIssued({ db }: IssuerDatabase, row: IssuedCredentialRow): Promise<boolean> {
  const inserted = await db
    .insertInto('issued_credentials')
    .values(row)
    .onConflict((conflict) => conflict.columns(['list_id', 'idx']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** For a credential that is known not to have left. */
export async function deleteIssued({ db }: IssuerDatabase, id: string): Promise<void> {
  await db.deleteFrom('issued_credentials').where('id', '=', id).execute()
}

export function issuedById({ db }: IssuerDatabase, id: string): Promise<IssuedCredentialRow | undefined> {
  return db.selectFrom('issued_credentials').selectAll().where('id', '=', id).executeTakeFirst()
}

export function issuedInSession(
  { db }: IssuerDatabase,
  sessionId: string,
): Promise<readonly IssuedCredentialRow[]> {
  return db
    .selectFrom('issued_credentials')
    .selectAll()
    .where('session_id', '=', sessionId)
    .orderBy('issued_at')
    .orderBy('id')
    .limit(ROWS_OF_A_SESSION)
    .execute()
}

export function issuedAt(
  { db }: IssuerDatabase,
  listId: string,
  index: number,
): Promise<IssuedCredentialRow | undefined> {
  return db
    .selectFrom('issued_credentials')
    .selectAll()
    .where('list_id', '=', listId)
    .where('idx', '=', index)
    .executeTakeFirst()
}
