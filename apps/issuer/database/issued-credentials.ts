/** Rows of the log of issued credentials: written before a credential can leave; found by id, session or place, and listed. */
import type { IssuedCredentialRow, IssuerDatabase } from './schema.ts'

/** Of batches a session may have more: the list of all, page by page, has them. */
const ROWS_OF_A_SESSION = 1000

/** For credentials that are known not to have left. */
export async function deleteIssued({ db }: IssuerDatabase, ids: readonly string[]): Promise<void> {
  await db.deleteFrom('issued_credentials').where('id', 'in', ids).execute()
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

/** Of one issuance and configuration: copies of one another. */
export function issuedAlike(
  { db }: Pick<IssuerDatabase, 'db'>,
  of: Pick<IssuedCredentialRow, 'session_id' | 'configuration_id'>,
): Promise<readonly IssuedCredentialRow[]> {
  return db
    .selectFrom('issued_credentials')
    .selectAll()
    .where('session_id', '=', of.session_id)
    .where('configuration_id', '=', of.configuration_id)
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

/** Which credentials are listed, newest first. */
export interface LogOrder {
  readonly configurationId?: string | undefined
  /** As `indexed_status` has them, each once. */
  readonly indexedStatuses: readonly number[]
  /** Epoch seconds, the end exclusive. */
  readonly issuedFrom?: number | undefined
  readonly issuedBefore?: number | undefined
  /** What comes after it in the list. */
  readonly after?: Pick<IssuedCredentialRow, 'issued_at' | 'id'> | undefined
  readonly limit: number
}

/** Of each status its newest, by an index, so that a page costs the same behind any filter; the database puts them in one order. */
export async function issuedNewestFirst(
  { db }: IssuerDatabase,
  order: LogOrder,
): Promise<readonly IssuedCredentialRow[]> {
  const [first, ...others] = order.indexedStatuses.map((status) =>
    db.selectFrom(newestOf(db, status, order).as('newest')).selectAll(),
  )
  if (first === undefined) return []
  const all = others.reduce((page, one) => page.unionAll(one), first)
  return all.orderBy('issued_at', 'desc').orderBy('id', 'desc').limit(order.limit).execute()
}

function newestOf(db: IssuerDatabase['db'], status: number, order: LogOrder) {
  const { after, configurationId, issuedBefore, issuedFrom, limit } = order
  let query = db.selectFrom('issued_credentials').selectAll().where('indexed_status', '=', status)
  if (configurationId !== undefined) query = query.where('configuration_id', '=', configurationId)
  if (issuedFrom !== undefined) query = query.where('issued_at', '>=', issuedFrom)
  if (issuedBefore !== undefined) query = query.where('issued_at', '<', issuedBefore)
  if (after !== undefined)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('issued_at', 'id'), '<', tuple(after.issued_at, after.id)),
    )
  return query.orderBy('issued_at', 'desc').orderBy('id', 'desc').limit(limit)
}
