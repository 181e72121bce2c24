/** An issued credential as the management API shows it: what the log says, and its status now. Never a claim. */
import type { IssuedCredentialView } from '@countersign/api/issuer/credentials'
import { defined } from '@countersign/core/json'
import { issuedAt as issuedAtPlace, issuedById, issuedInSession } from '../database/issued-credentials.ts'
import type { IssuedCredentialRow, IssuerDatabase, StatusListRow } from '../database/schema.ts'
import { type CurrentStatus, currentStatuses } from '../status/change-status.ts'
import { bitstringListUri, listIdOf, namedPurposes, tokenListUri } from '../status/list-addresses.ts'

export async function viewOfCredential(
  database: IssuerDatabase,
  id: string,
): Promise<IssuedCredentialView | undefined> {
  const row = await issuedById(database, id)
  const [view] = row === undefined ? [] : await viewsOf(database, [row])
  return view
}

export async function viewsOfSession(
  database: IssuerDatabase,
  sessionId: string,
): Promise<readonly IssuedCredentialView[]> {
  return viewsOf(database, await issuedInSession(database, sessionId))
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

/** In the order of the rows. */
export async function viewsOf(
  database: IssuerDatabase,
  rows: readonly IssuedCredentialRow[],
): Promise<readonly IssuedCredentialView[]> {
  const [statuses, lists] = await Promise.all([currentStatuses(database, rows), listsOf(database, rows)])
  return rows.map((row) => viewOf(row, statuses.get(row.id), lists))
}

type NamedList = Pick<StatusListRow, 'id' | 'kind' | 'base_url'>
type ListsById = ReadonlyMap<string, NamedList>

function viewOf(
  row: IssuedCredentialRow,
  status: CurrentStatus | undefined,
  lists: ListsById,
): IssuedCredentialView {
  return defined<IssuedCredentialView>({
    id: row.id,
    sessionId: row.session_id,
    credentialConfigurationId: row.configuration_id,
    format: row.format,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at ?? undefined,
    status: status?.status,
    statusChangedAt: status?.changedAt,
    statusLists: status && addressesOf(row, lists),
  })
}

async function listsOf({ db }: IssuerDatabase, rows: readonly IssuedCredentialRow[]): Promise<ListsById> {
  const ids = [...new Set(rows.flatMap(({ list_id: id }) => id ?? []))]
  if (ids.length === 0) return new Map()
  const lists = await db
    .selectFrom('status_lists')
    .select(['id', 'kind', 'base_url'])
    .where('id', 'in', ids)
    .execute()
  return new Map(lists.map((list) => [list.id, list]))
}

function addressesOf({ list_id: id, idx: index, purpose }: IssuedCredentialRow, lists: ListsById) {
  const list = id === null ? undefined : lists.get(id)
  if (list === undefined || index === null) return []
  const uris =
    list.kind === 'token'
      ? [tokenListUri(list)]
      : namedPurposes(purpose).map((named) => bitstringListUri(list, named))
  return uris.map((uri) => ({ uri, index }))
}
