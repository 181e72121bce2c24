/**
 * Goes on with a job: some of its rows at a time, in their order, and what became of them is written before the next are begun. An
 * instance that dies leaves offers under ids that the rows name, and whoever goes on finds them. Between two batches it rests as
 * long as it worked, so that callers who wait come first.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@countersign/service/operation/log'
import { errorFacts } from '@countersign/service/operation/log'
import { StoreUnavailable } from '@countersign/stores/ports'
import type { BulkJobRow, BulkRowRow } from '../database/schema.ts'
import { createReservedOffer } from '../offer/create-offer.ts'
import { type BulkPorts, openedText, shortened, type TellRefusal } from './bulk-issuer.ts'
import {
  type BulkShelf,
  type BulkTerms,
  deleteWaiting,
  endJob,
  giveBack,
  rowPlace,
  rowsAfter,
  termsOf,
  writeOutcomes,
} from './bulk-jobs.ts'
import type { GivenRow } from './read-rows.ts'
import { orderOf } from './take-bulk.ts'

export interface BulkWork {
  readonly issuer: BulkPorts
  readonly shelf: BulkShelf
  readonly tell: TellRefusal
  readonly log: Pick<Logger, 'warn'>
  /** How long an ended job is kept, in seconds. */
  readonly keptSeconds: number
  readonly stopping: AbortSignal
}

const BATCH_ROWS = 40
const AT_ONCE = 4
const LONGEST_REST_MS = 1000

/** What became of a row: the offer, or why there is none. */
export interface RowOutcome {
  readonly url?: string | undefined
  readonly expiresAt?: number | undefined
  readonly txCodeValue?: string | undefined
  readonly error?: string | undefined
}

const UNREADABLE = 'The row was sealed under another secret than that of today'
const FAULT = 'Something went wrong on our side'

/** Until the job has ended, is somebody else's, or we stop. */
export async function offerRows(work: BulkWork, leased: BulkJobRow): Promise<void> {
  const { issuer, shelf } = work
  const text =
    leased.terms === null ? undefined : openedText(issuer.columns, termsOf(leased.id), leased.terms)
  const terms = text === undefined ? undefined : (JSON.parse(text) as BulkTerms)
  let job: BulkJobRow | undefined = leased
  while (job !== undefined && !work.stopping.aborted) {
    if (job.state === 'cancelling') return cancel(work, job)
    const startedAt = performance.now()
    const rows = await rowsAfter(shelf, job.id, job.offered + job.failed, BATCH_ROWS)
    if (rows.length === 0) {
      const { keptSeconds } = work
      return endJob(shelf, job, { state: 'completed', now: Math.floor(issuer.now()), keptSeconds })
    }
    // One time for all: an offer that was made before, and is over and gone, is not made anew by who comes late.
    const now = issuer.now()
    const outcomes = await inTurns(rows, (row) => outcomeOf(work, terms, { job: leased, row, now }))
    job = await writeOutcomes(
      shelf,
      job,
      rows.map((row, at) => written(work, row, outcomes[at])),
      Math.floor(issuer.now()),
    )
    await delay(Math.min(LONGEST_REST_MS, performance.now() - startedAt), undefined, {
      signal: work.stopping,
      ref: false,
    }).catch(() => undefined)
  }
  // Nobody has to wait for it to end.
  if (job !== undefined) await giveBack(shelf, job)
}

async function inTurns<T>(
  rows: readonly BulkRowRow[],
  make: (row: BulkRowRow) => Promise<T>,
): Promise<readonly T[]> {
  const made: T[] = []
  for (let at = 0; at < rows.length; at += AT_ONCE)
    made.push(...(await Promise.all(rows.slice(at, at + AT_ONCE).map(make))))
  return made
}

interface RowTurn {
  readonly job: BulkJobRow
  readonly row: BulkRowRow
  readonly now: number
}

/** A store that is away is no fault of the row: it is thrown, and the job waits. */
async function outcomeOf(
  { issuer, log, tell }: BulkWork,
  terms: BulkTerms | undefined,
  { job, now, row }: RowTurn,
): Promise<RowOutcome> {
  const { content: sealed, position, session_id: id } = row
  const text =
    sealed === null ? undefined : openedText(issuer.columns, rowPlace(job.id, position, 'content'), sealed)
  if (terms === undefined || text === undefined) return { error: UNREADABLE }
  const given = JSON.parse(text) as GivenRow
  const { callback, profile, ttlSeconds } = terms
  const order = orderOf(issuer, { name: job.profile_name, version: job.profile_version, profile }, given)
  if (!order.ok) return { error: shortened(tell(order.error)) }
  try {
    const offer = await createReservedOffer(issuer, { ...order.value, callback, ttlSeconds }, { id, now })
    if (!offer.ok) return { error: shortened(tell(offer.error)) }
    const { expiresAt, url } = offer.value
    return { url, expiresAt, txCodeValue: given.txCodeValue }
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error
    log.warn({ ...errorFacts(error), job: job.id, row: position }, 'a row of a bulk could not be offered')
    return { error: FAULT }
  }
}

function written({ issuer: { columns } }: BulkWork, row: BulkRowRow, outcome: RowOutcome = { error: FAULT }) {
  const place = rowPlace(row.job_id, row.position, 'outcome')
  return {
    ...row,
    outcome: columns.seal(place, JSON.stringify(outcome)),
    failed: outcome.error !== undefined,
  }
}

/** Offers that were made by somebody who died before he could write it down are known to nobody: they are taken back. */
async function cancel({ issuer, keptSeconds, shelf }: BulkWork, job: BulkJobRow): Promise<void> {
  const doneTo = job.offered + job.failed
  for (const { session_id: id } of await rowsAfter(shelf, job.id, doneTo, BATCH_ROWS))
    await issuer.sessions.remove(id)
  await deleteWaiting(shelf, job.id, doneTo)
  await endJob(shelf, job, { state: 'cancelled', now: Math.floor(issuer.now()), keptSeconds })
}
