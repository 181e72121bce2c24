/** An issued credential as the management API shows it: what the log says, and its status now. Never a claim. */
import { issuedAt as issuedAtPlace, issuedById, issuedInSession } from '../database/issued-credentials.ts'
import type { IssuedCredentialRow, IssuerDatabase, StatusListRow } from '../database/schema.ts'
import { currentStatus } from '../status/change-status.ts'
import { bitstringListUri, listIdOf, statusPurposes, tokenListUri } from '../status/list-addresses.ts'

export interface CredentialView {
  readonly id: string
  readonly sessionId: string
  readonly credentialConfigurationId: string
  readonly format: string
  readonly issuedAt: number
  readonly expiresAt?: number
  /** Absent for a credential without status. */
  readonly status?: string
  readonly statusChangedAt?: number
  readonly statusLists?: readonly { readonly uri: string; readonly index: number }[]
}

export async function viewOfCredential(
  database: IssuerDatabase,
  id: string,
): Promise<CredentialView | undefined> {
  const row = await issuedById(database, id)
  return row && view(database, row)
}

export async function viewsOfSession(
  database: IssuerDatabase,
  sessionId: string,
): Promise<readonly CredentialView[]> {
  const rows = await issuedInSession(database, sessionId)
  return Promise.all(rows.map((row) => view(database, row)))
}

/** Undefined where no credential stands at this place of this list. */
export async function credentialAt(
  database: IssuerDatabase,
  listUri: string,
  index: number,
): Promise<string | undefined> {
  const listId = listIdOf(listUri)
  return listId === undefined ? undefined : (await issuedAtPlace(database, listId, index))?.id
}

async function view(database: IssuerDatabase, row: IssuedCredentialRow): Promise<CredentialView> {
  const status = await currentStatus(database, row)
  return {
    id: row.id,
    sessionId: row.session_id,
    credentialConfigurationId: row.configuration_id,
    format: row.format,
    issuedAt: row.issued_at,
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
    ...(status && {
      status: status.status,
      ...(status.changedAt !== undefined && { statusChangedAt: status.changedAt }),
      statusLists: await addressesOf(database, row),
    }),
  }
}

async function addressesOf({ db }: IssuerDatabase, { list_id: id, idx: index }: IssuedCredentialRow) {
  if (id === null || index === null) return []
  const list = await db
    .selectFrom('status_lists')
    .select(['id', 'kind', 'base_url'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return uris(list).map((uri) => ({ uri, index }))
}

function uris(list: Pick<StatusListRow, 'id' | 'kind' | 'base_url'>): readonly string[] {
  return list.kind === 'token'
    ? [tokenListUri(list)]
    : statusPurposes.map((purpose) => bitstringListUri(list, purpose))
}
