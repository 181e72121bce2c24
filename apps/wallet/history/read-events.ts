/**
 * Reads the history, a page at a time: each page begins right after the last entry of the one before, in the order of an index,
 * so the thousandth page costs as much as the first. How many there are in all, nobody counts.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { sql } from 'kysely'
import type { EventAction, EventRow } from '../database/schema.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { EventValues, StoredEvent } from './event.ts'
import { eventCredentialHash } from './record-event.ts'

export interface EventUnknown {
  readonly code: 'event_unknown'
}

/** Right after this entry. */
export interface EventPlace {
  /** Epoch seconds. */
  readonly createdAt: number
  readonly id: string
}

export interface EventsWanted {
  readonly limit: number
  /** Of entries of one second the order is any, and stays. */
  readonly newestFirst: boolean
  readonly after?: EventPlace | undefined
  /** Only these; all where none is named. */
  readonly actions?: readonly EventAction[] | undefined
  /** Only those about this credential. */
  readonly credential?: string | undefined
}

export interface EventPage {
  readonly events: readonly StoredEvent[]
  /** Absent: there are no more. */
  readonly next?: EventPlace | undefined
}

export async function listEvents(
  wallet: Wallet,
  owned: OwnedWallet,
  wanted: EventsWanted,
): Promise<EventPage> {
  const rows = await rowsOf(wallet, owned, { ...wanted, limit: wanted.limit + 1 })
  const events = rows.slice(0, wanted.limit).map((row) => opened(wallet, row))
  const last = events.at(-1)
  const isMore = rows.length > wanted.limit && last !== undefined
  return { events, next: isMore ? { createdAt: last.at, id: last.id } : undefined }
}

export interface WholeEvent {
  readonly event: StoredEvent
  readonly values: EventValues
}

/** With the values of what was shared. */
export async function findEvent(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Result<WholeEvent, EventUnknown>> {
  const row = await wallet.database.db
    .selectFrom('events')
    .selectAll()
    .where('id', '=', id)
    .where('wallet_id', '=', owned.id)
    .executeTakeFirst()
  return row === undefined ? refuse({ code: 'event_unknown' }) : ok(whole(wallet, row))
}

/** So many are in memory at a time. */
const EXPORTED_AT_ONCE = 200

/** All of them with their values, the oldest first. What is written meanwhile may be among them. */
export async function* everyEvent(wallet: Wallet, owned: OwnedWallet): AsyncGenerator<WholeEvent> {
  let after: EventPlace | undefined
  for (;;) {
    const wanted = { limit: EXPORTED_AT_ONCE, newestFirst: false, after }
    const rows = await rowsOf(wallet, owned, wanted)
    for (const row of rows) yield whole(wallet, row)
    const last = rows.at(-1)
    if (last === undefined || rows.length < EXPORTED_AT_ONCE) return
    after = { createdAt: last.created_at, id: last.id }
  }
}

/** Each action is read in the order of its own index, so one that is rare is found among many others. */
async function rowsOf(
  wallet: Wallet,
  owned: OwnedWallet,
  wanted: EventsWanted,
): Promise<readonly EventRow[]> {
  const { actions, limit, newestFirst } = wanted
  if (actions === undefined || actions.length === 0) return rowsFrom(wallet, owned, wanted)
  const found: EventRow[] = []
  for (const action of new Set(actions)) found.push(...(await rowsFrom(wallet, owned, wanted, action)))
  const direction = newestFirst ? -1 : 1
  return found.toSorted((a, b) => direction * compare(a, b)).slice(0, limit)
}

async function rowsFrom(
  wallet: Wallet,
  owned: OwnedWallet,
  { after, credential, limit, newestFirst }: EventsWanted,
  action?: EventAction,
): Promise<readonly EventRow[]> {
  const { columns, database } = wallet
  if (credential !== undefined) {
    const hash = await eventCredentialHash(columns, owned, credential)
    return rowsAbout(wallet, owned, hash, { after, limit, newestFirst }, action)
  }
  const order = newestFirst ? 'desc' : 'asc'
  let query = database.db
    .selectFrom('events')
    .selectAll()
    .where('wallet_id', '=', owned.id)
    .orderBy('created_at', order)
    .orderBy('id', order)
    .limit(limit)
  if (action !== undefined) query = query.where('action', '=', action)
  if (after !== undefined) {
    const { createdAt, id } = after
    query = query.where(
      newestFirst
        ? sql<boolean>`(created_at, id) < (${createdAt}, ${id})`
        : sql<boolean>`(created_at, id) > (${createdAt}, ${id})`,
    )
  }
  return query.execute()
}

/** In the order of an index of their own: a card has few entries, however many the wallet has. */
async function rowsAbout(
  { database }: Wallet,
  owned: OwnedWallet,
  credentialHash: string,
  { after, limit, newestFirst }: Pick<EventsWanted, 'after' | 'limit' | 'newestFirst'>,
  action?: EventAction,
): Promise<readonly EventRow[]> {
  const order = newestFirst ? 'desc' : 'asc'
  let query = database.db
    .selectFrom('event_credentials as about')
    .innerJoin('events', 'events.id', 'about.event_id')
    .selectAll('events')
    .where('about.wallet_id', '=', owned.id)
    .where('about.credential_hash', '=', credentialHash)
    .orderBy('about.created_at', order)
    .orderBy('about.event_id', order)
    .limit(limit)
  if (action !== undefined) query = query.where('events.action', '=', action)
  if (after !== undefined) {
    const { createdAt, id } = after
    query = query.where(
      newestFirst
        ? sql<boolean>`(about.created_at, about.event_id) < (${createdAt}, ${id})`
        : sql<boolean>`(about.created_at, about.event_id) > (${createdAt}, ${id})`,
    )
  }
  return query.execute()
}

/** As the database orders them: ids of ours are ASCII. */
function compare(a: EventRow, b: EventRow): number {
  if (a.created_at !== b.created_at) return a.created_at - b.created_at
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}

function whole(wallet: Wallet, row: EventRow): WholeEvent {
  const { id, values_sealed: sealed } = row
  const values: EventValues =
    sealed === null ? [] : JSON.parse(wallet.columns.open(['events', id, 'values'], sealed))
  return { event: opened(wallet, row), values }
}

function opened({ columns }: Wallet, row: EventRow): StoredEvent {
  const { action, created_at: at, id, outcome, summary_sealed: sealed } = row
  return {
    id,
    at,
    action,
    outcome: outcome ?? undefined,
    summary: JSON.parse(columns.open(['events', id, 'summary'], sealed)),
  }
}
