/**
 * What a status can become: suspended and valid by turns, revoked for good. A change is appended to its list's history
 * under the list's next version, one at a time, so instances that change at once never lose one of the changes.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Kysely } from 'kysely'
import { issuedById } from '../database/issued-credentials.ts'
import type { IssuedCredentialRow, IssuerDatabase, IssuerTables } from '../database/schema.ts'

const credentialStatuses = ['valid', 'revoked', 'suspended'] as const
export type CredentialStatus = (typeof credentialStatuses)[number]

export type StatusRefusal =
  | { readonly code: 'credential_unknown' }
  | { readonly code: 'no_status' }
  /** It names the list of revocations alone. */
  | { readonly code: 'no_suspension' }
  | { readonly code: 'revoked_for_good' }

/** The values of Token Status List §7.1, which are stored whatever the list's mechanism. */
export const STATUS_VALUES: Readonly<Record<CredentialStatus, number>> = {
  valid: 0,
  revoked: 1,
  suspended: 2,
}

export interface CurrentStatus {
  readonly status: CredentialStatus
  /** Absent while it is what it was at issuance. */
  readonly changedAt?: number | undefined
}

export interface ChangedStatus extends CurrentStatus {
  readonly listId: string
}

/** Changes nothing, the time included, when the status is what is wanted already. */
export async function changeStatus(
  database: IssuerDatabase,
  credentialId: string,
  status: CredentialStatus,
  now: number,
): Promise<Result<ChangedStatus, StatusRefusal>> {
  const issued = await issuedById(database, credentialId)
  if (issued === undefined) return refuse({ code: 'credential_unknown' })
  const place = placeOf(issued)
  if (place === undefined) return refuse({ code: 'no_status' })
  if (status === 'suspended' && issued.purpose === 'revocation') return refuse({ code: 'no_suspension' })
  return database.inTransaction(async (transaction) => {
    const version = await nextVersion(transaction, place.listId)
    const current = await statusAt(transaction, place)
    if (current.status === status) return ok({ ...current, listId: place.listId })
    if (current.status === 'revoked') return refuse({ code: 'revoked_for_good' })
    await transaction
      .insertInto('status_changes')
      .values({
        list_id: place.listId,
        version,
        idx: place.index,
        status: STATUS_VALUES[status],
        changed_at: now,
      })
      .execute()
    return ok({ status, changedAt: now, listId: place.listId })
  })
}

/** The status now, by the id of the credential; one without status has none. */
export async function currentStatuses(
  { db }: IssuerDatabase,
  issued: readonly IssuedCredentialRow[],
): Promise<ReadonlyMap<string, CurrentStatus>> {
  const placed = issued.flatMap((one) => {
    const place = placeOf(one)
    return place === undefined ? [] : [{ id: one.id, ...place }]
  })
  const byList = Map.groupBy(placed, ({ listId }) => listId)
  const found = [...byList].map(async ([listId, places]) => {
    const indices = places.map(({ index }) => index)
    const changed = await newestChanges(db, listId, indices)
    return places.map(({ id, index }) => [id, changed.get(index) ?? UNCHANGED] as const)
  })
  return new Map((await Promise.all(found)).flat())
}

export function statusOfValue(value: number): CredentialStatus {
  const status = credentialStatuses.find((name) => STATUS_VALUES[name] === value)
  if (status === undefined) throw new Error(`a status list holds the unknown status ${value}`)
  return status
}

interface Place {
  readonly listId: string
  readonly index: number
}

function placeOf({ list_id: listId, idx: index }: IssuedCredentialRow): Place | undefined {
  return listId === null || index === null ? undefined : { listId, index }
}

/** Holds the list's row until the transaction ends: versions are committed in their order, and readers miss none. */
async function nextVersion(transaction: Kysely<IssuerTables>, listId: string): Promise<number> {
  const { version } = await transaction
    .updateTable('status_lists')
    .set(({ eb }) => ({ version: eb('version', '+', 1) }))
    .where('id', '=', listId)
    .returning('version')
    .executeTakeFirstOrThrow()
  return version
}

async function statusAt(db: Kysely<IssuerTables>, { listId, index }: Place): Promise<CurrentStatus> {
  return (await newestChanges(db, listId, [index])).get(index) ?? UNCHANGED
}

const UNCHANGED: CurrentStatus = { status: 'valid' }

/** By index; those that were never changed are not there. */
async function newestChanges(
  db: Kysely<IssuerTables>,
  listId: string,
  indices: readonly number[],
): Promise<ReadonlyMap<number, CurrentStatus>> {
  const rows = await db
    .selectFrom('status_changes')
    .select(['idx', 'status', 'changed_at'])
    .where('list_id', '=', listId)
    .where('version', 'in', ({ selectFrom }) =>
      selectFrom('status_changes')
        .select(({ fn }) => fn.max('version').as('version'))
        .where('list_id', '=', listId)
        .where('idx', 'in', indices)
        .groupBy('idx'),
    )
    .execute()
  return new Map(
    rows.map(({ idx, status, changed_at: changedAt }) => [idx, { status: statusOfValue(status), changedAt }]),
  )
}
