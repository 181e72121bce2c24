/**
 * The log of management calls: who called what when, and how it ended. Written before a call is done; read in pages, newest first;
 * gone when its days are over. No body and no claim is in it, and the key that a caller chose for his call is sealed.
 */
import type { AuditLog } from '@countersign/service/http/audited-calls'
import { SealedValueUnreadable } from '@countersign/stores/sql/sealed-columns'
import type { IssuerDatabase, ManagementCallRow } from '../database/schema.ts'
import type { SealedColumns } from '../database/sealed-columns.ts'

export interface AuditPorts {
  readonly database: IssuerDatabase
  readonly columns: SealedColumns
  /** How long an entry is kept, in seconds. */
  readonly keptSeconds: number
  /** Epoch seconds. */
  readonly now: () => number
  /** Random. */
  readonly newId: () => string
}

const FORGET_EVERY_SECONDS = 60
const FORGOTTEN_AT_ONCE = 1000
/** Enough to tell callers apart, and nothing to try keys on. */
const CALLER_LENGTH = 16

export function openAuditLog(ports: AuditPorts): AuditLog {
  const { columns, database, keptSeconds, newId } = ports
  let forgottenAt = Number.NEGATIVE_INFINITY
  return {
    async begin({ caller, callerName, idempotencyKey, method, path, requestId, route }) {
      const now = Math.floor(ports.now())
      if (now - forgottenAt >= FORGET_EVERY_SECONDS) {
        forgottenAt = now
        await forget(database, now - keptSeconds)
      }
      const id = newId()
      await insert(database, {
        id,
        at: now,
        caller: caller === '' ? null : (await columns.hash('caller', caller)).slice(0, CALLER_LENGTH),
        caller_name: callerName ?? null,
        method,
        route,
        path,
        request_id: requestId,
        idempotency_key: idempotencyKey === undefined ? null : columns.seal(placeOf(id), idempotencyKey),
        status: null,
      })
      return (status) => end(database, id, status)
    },
  }
}

export interface AuditEntry {
  readonly id: string
  /** Epoch seconds. */
  readonly at: number
  readonly caller?: string | undefined
  readonly callerName?: string | undefined
  readonly method: string
  readonly route: string
  readonly path: string
  readonly requestId: string
  readonly idempotencyKey?: string | undefined
  /** Absent: it runs, or nobody knows how it ended. */
  readonly status?: number | undefined
}

/** What of the log is read: newest first, what is kept still. */
export interface AuditPage {
  readonly after?: { readonly at: number; readonly id: string } | undefined
  readonly limit: number
}

export async function readAudit(
  { columns, database, keptSeconds, now }: Omit<AuditPorts, 'newId'>,
  { after, limit }: AuditPage,
): Promise<readonly AuditEntry[]> {
  let query = database.db
    .selectFrom('management_calls')
    .selectAll()
    .where('at', '>=', Math.floor(now()) - keptSeconds)
  if (after !== undefined)
    query = query.where(({ eb, refTuple, tuple }) => eb(refTuple('at', 'id'), '<', tuple(after.at, after.id)))
  const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    caller: row.caller ?? undefined,
    callerName: row.caller_name ?? undefined,
    method: row.method,
    route: row.route,
    path: row.path,
    requestId: row.request_id,
    idempotencyKey: row.idempotency_key === null ? undefined : opened(columns, row.id, row.idempotency_key),
    status: row.status ?? undefined,
  }))
}

function placeOf(id: string) {
  return ['management_calls', id, 'idempotency_key'] as const
}

/** Undefined for what was sealed under another secret than today's: the rest of the entry is as true as before. */
function opened(columns: SealedColumns, id: string, sealed: string): string | undefined {
  try {
    return columns.open(placeOf(id), sealed)
  } catch (error) {
    if (error instanceof SealedValueUnreadable) return undefined
    throw error
  }
}

async function insert({ db }: IssuerDatabase, row: ManagementCallRow): Promise<void> {
  await db.insertInto('management_calls').values(row).execute()
}

async function end({ db }: IssuerDatabase, id: string, status: number): Promise<void> {
  await db.updateTable('management_calls').set({ status }).where('id', '=', id).execute()
}

async function forget({ db }: IssuerDatabase, before: number): Promise<void> {
  await db
    .deleteFrom('management_calls')
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('management_calls').select('id').where('at', '<', before).limit(FORGOTTEN_AT_ONCE),
    )
    .execute()
}
