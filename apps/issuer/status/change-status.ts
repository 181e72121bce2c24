/**
 * What a status can become: suspended and valid by turns, revoked for good. A change is appended to its list's history
 * under the list's next version, one at a time, so instances that change at once never lose one of the changes.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Kysely } from 'kysely'
import { issuedAlike, issuedById } from '../database/issued-credentials.ts'
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
  /** Whatever of it names the lists. */
  readonly listIds: readonly string[]
}

/**
 * Of a credential and all of its copies: what one issuance gave for one configuration, in a batch, and again by refreshing, is one thing
 * to whoever revokes it. Changes nothing, the time included, where the status is what is wanted already.
 */
export async function changeStatus(
  database: IssuerDatabase,
  credentialId: string,
  status: CredentialStatus,
  now: number,
): Promise<Result<ChangedStatus, StatusRefusal>> {
  const issued = await issuedById(database, credentialId)
  if (issued === undefined) return refuse({ code: 'credential_unknown' })
  const named = placeOf(issued)
  if (named === undefined) return refuse({ code: 'no_status' })
  if (status === 'suspended' && issued.purpose === 'revocation') return refuse({ code: 'no_suspension' })
  return database.inTransaction(async (transaction) => {
    const lists = await holdCopies(transaction, issued)
    const current = lists.get(named.listId)?.get(named.index) ?? UNCHANGED
    if (current.status === 'revoked' && status !== 'revoked') return refuse({ code: 'revoked_for_good' })
    for (const [listId, statuses] of lists) await change(transaction, { listId, statuses }, status, now)
    const changed = current.status === status ? current : { status, changedAt: now }
    return ok({ ...changed, listIds: [...lists.keys()] })
  })
}

/**
 * Whether what an issuance gave for a configuration is good, those included that are about to leave: nothing more of it is given where it
 * is not. Somebody who revokes at this moment was before, or finds them.
 */
export function areGood(database: IssuerDatabase, of: CopiesOf): Promise<boolean> {
  return database.inTransaction(async (transaction) => {
    const lists = await holdCopies(transaction, of)
    return [...lists.values()].every((statuses) =>
      [...statuses.values()].every(({ status }) => status === 'valid'),
    )
  })
}

type CopiesOf = Pick<IssuedCredentialRow, 'session_id' | 'configuration_id'>
/** By index. */
type StatusesOfList = ReadonlyMap<number, CurrentStatus>

/** By list. Nobody changes any of them until the transaction ends; a copy that was written meanwhile is among them. */
async function holdCopies(
  transaction: Kysely<IssuerTables>,
  of: CopiesOf,
): Promise<ReadonlyMap<string, StatusesOfList>> {
  const held = new Set<string>()
  for (;;) {
    const copies = (await issuedAlike({ db: transaction }, of)).flatMap((copy) => placeOf(copy) ?? [])
    const indices = Map.groupBy(copies, ({ listId }) => listId)
    // In one order, whoever it is: nobody waits for somebody who waits for him.
    const free = [...indices.keys()].filter((listId) => !held.has(listId)).sort()
    if (free.length === 0) return statusesOf(transaction, indices)
    for (const listId of free) {
      await nextVersions(transaction, listId, 0)
      held.add(listId)
    }
  }
}

async function statusesOf(
  transaction: Kysely<IssuerTables>,
  places: ReadonlyMap<string, readonly Place[]>,
): Promise<ReadonlyMap<string, StatusesOfList>> {
  const found = new Map<string, StatusesOfList>()
  for (const [listId, ofList] of places) {
    const indices = ofList.map(({ index }) => index)
    const changed = await newestChanges(transaction, listId, indices)
    found.set(listId, new Map(indices.map((index) => [index, changed.get(index) ?? UNCHANGED])))
  }
  return found
}

/** What was revoked by itself, when copies were not yet one thing, stays so. */
async function change(
  transaction: Kysely<IssuerTables>,
  { listId, statuses }: { readonly listId: string; readonly statuses: StatusesOfList },
  status: CredentialStatus,
  now: number,
): Promise<void> {
  const open = [...statuses].flatMap(([index, { status: before }]) =>
    before === status || before === 'revoked' ? [] : [index],
  )
  if (open.length === 0) return
  const version = await nextVersions(transaction, listId, open.length)
  const rows = open.map((idx, at) => ({
    list_id: listId,
    version: version + at,
    idx,
    status: STATUS_VALUES[status],
    changed_at: now,
  }))
  await transaction.insertInto('status_changes').values(rows).execute()
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

/** Holds the list's row until the transaction ends: versions are committed in their order, and readers miss none. The first of them. */
async function nextVersions(
  transaction: Kysely<IssuerTables>,
  listId: string,
  count: number,
): Promise<number> {
  const { version } = await transaction
    .updateTable('status_lists')
    .set(({ eb }) => ({ version: eb('version', '+', count) }))
    .where('id', '=', listId)
    .returning('version')
    .executeTakeFirstOrThrow()
  return version - count + 1
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
