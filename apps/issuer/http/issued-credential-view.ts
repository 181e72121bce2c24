/** An issued credential as the management API shows it: what the log says, and its status now. Never a claim. */
import type { IssuedCredentialView } from '@countersign/api/issuer/credentials'
import { defined } from '@countersign/core/json'
import { issuedAt as issuedAtPlace, issuedById, issuedInSession } from '../database/issued-credentials.ts'
import type { IssuedCredentialRow, IssuerDatabase } from '../database/schema.ts'
import { currentStatus } from '../status/change-status.ts'
import { bitstringListUri, listIdOf, namedPurposes, tokenListUri } from '../status/list-addresses.ts'

export async function viewOfCredential(
  database: IssuerDatabase,
  id: string,
): Promise<IssuedCredentialView | undefined> {
  const row = await issuedById(database, id)
  return row && view(database, row)
}

export async function viewsOfSession(
  database: IssuerDatabase,
  sessionId: string,
): Promise<readonly IssuedCredentialView[]> {
  const rows = await issuedInSession(database, sessionId)
  return Promise.all(rows.map((row) => view(database, row)))
}

/** The credential's id; undefined where no credential stands at this place of this list. */
export async function credentialAt(
  database: IssuerDatabase,
  listUri: string,
  index: number,
): Promise<string | undefined> {
  const listId = listIdOf(listUri)
  return listId === undefined ? undefined : (await issuedAtPlace(database, listId, index))?.id
}

async function view(database: IssuerDatabase, row: IssuedCredentialRow): Promise<IssuedCredentialView> {
  const status = await currentStatus(database, row)
  return defined<IssuedCredentialView>({
    id: row.id,
    sessionId: row.session_id,
    credentialConfigurationId: row.configuration_id,
    format: row.format,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at ?? undefined,
    status: status?.status,
    statusChangedAt: status?.changedAt,
    statusLists: status && (await addressesOf(database, row)),
  })
}

async function addressesOf(
  { db }: IssuerDatabase,
  { list_id: id, idx: index, purpose }: IssuedCredentialRow,
) {
  if (id === null || index === null) return []
  const list = await db
    .selectFrom('status_lists')
    .select(['id', 'kind', 'base_url'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const uris =
    list.kind === 'token'
      ? [tokenListUri(list)]
      : namedPurposes(purpose).map((named) => bitstringListUri(list, named))
  return uris.map((uri) => ({ uri, index }))
}
