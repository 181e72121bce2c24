/**
 * A page of an operator's list: entries of the index, newest first, and of each the session as it is now. What a row shows,
 * the service says. Entries of sessions that are over and gone are passed over; a filter reads on until its page is full, the
 * list is at its end, or a thousand were looked at, and then says where it stopped.
 */
import { LIST_DEFAULT, LIST_LOOKED_AT, LIST_MOST } from '@countersign/api/session-list'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Index, IndexEntry, IndexPlace, SessionStore } from '@countersign/stores/ports'
import { StoredValueUnreadable } from '@countersign/stores/sealed'
import { parsePlace, writePlace } from './list-place.ts'

export interface ListedStore<T> {
  readonly index: Pick<Index, 'page'>
  readonly sessions: Pick<SessionStore<T>, 'get'>
  /** Epoch seconds. */
  readonly now: () => number
}

export interface ListOrder {
  readonly state?: string | undefined
  /** `next` of an earlier page. */
  readonly before?: string | undefined
  readonly limit?: number | undefined
}

export interface ListedPage<Row> {
  readonly sessions: readonly Row[]
  readonly next?: string
  readonly stoppedAt?: number
}

export interface PlaceUnknown {
  readonly code: 'list_place_unknown'
}

export interface ListedSession {
  readonly createdAt: number
}

/** How far ahead of ours the clock of an instance may be whose sessions are listed. */
const AHEAD_SECONDS = 3_600

export async function listSessions<T extends ListedSession, Row extends { readonly state: string }>(
  store: ListedStore<T>,
  { state, before, limit = LIST_DEFAULT }: ListOrder,
  rowOf: (session: T, now: number) => Row,
): Promise<Result<ListedPage<Row>, PlaceUnknown>> {
  const start = before === undefined ? { createdAt: store.now() + AHEAD_SECONDS } : parsePlace(before)
  if (start === undefined) return refuse({ code: 'list_place_unknown' })
  const rows: Row[] = []
  let place: IndexPlace = start
  for (let left = LIST_LOOKED_AT; left > 0; ) {
    // One more than is missing tells whether there is more. Behind a filter nobody knows how many are needed.
    const asked = Math.min(state === undefined ? limit - rows.length + 1 : LIST_MOST, left)
    const entries = await store.index.page(place, asked)
    const sessions = await Promise.all(entries.map((entry) => sessionOf(store, entry)))
    const atTheEnd = entries.length < asked
    for (const [at, entry] of entries.entries()) {
      const session = sessions[at]
      const row = session && rowOf(session, store.now())
      if (row !== undefined && (state === undefined || row.state === state)) rows.push(row)
      const isLast = atTheEnd && at === entries.length - 1
      if (rows.length === limit && !isLast) return ok({ sessions: rows, next: nextOf(entry) })
      place = entry
    }
    if (atTheEnd) return ok({ sessions: rows })
    left -= entries.length
  }
  return ok({ sessions: rows, next: nextOf(place), stoppedAt: place.createdAt })
}

function nextOf({ createdAt, id = '' }: IndexPlace): string {
  return writePlace({ createdAt, id })
}

/** An id that was used again has two entries: the one that is older is not this session's. */
async function sessionOf<T extends ListedSession>(
  { sessions }: ListedStore<T>,
  { id, createdAt }: IndexEntry,
): Promise<T | undefined> {
  try {
    const found = await sessions.get(id)
    return Math.floor(found?.value.createdAt ?? Number.NaN) === createdAt ? found?.value : undefined
  } catch (error) {
    // Of another release, or of another secret: one row less, and no list less.
    if (error instanceof StoredValueUnreadable) return undefined
    throw error
  }
}
