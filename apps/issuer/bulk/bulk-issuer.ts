/** What the use cases of a bulk stand on, and what is told of a job. */
import type { BulkJob } from '@countersign/api/issuer/bulk'
import { defined } from '@countersign/core/json'
import { SealedValueUnreadable } from '@countersign/stores/sql/sealed-columns'
import type { BulkJobRow } from '../database/schema.ts'
import type { SealedColumns } from '../database/sealed-columns.ts'
import type { Issuer } from '../issuer.ts'
import type { OfferPorts, OfferRefusal } from '../offer/create-offer.ts'
import type { OrderingPorts, ProfileOrderRefusal } from '../profiles/profile-order.ts'
import { type BulkShelf, mistakesOf } from './bulk-jobs.ts'

export type BulkPorts = OfferPorts & OrderingPorts & Pick<Issuer, 'columns' | 'database' | 'ownProfiles'>

/** In words, for those who read a job. */
export type TellRefusal = (refusal: OfferRefusal | ProfileOrderRefusal) => string

export function shelfOf({ columns, database }: Pick<Issuer, 'columns' | 'database'>): BulkShelf | undefined {
  return database === undefined ? undefined : { columns, database }
}

/** No text of ours is longer; one with many of a schema's mistakes in it may be. */
const LONGEST_TEXT = 500

export function shortened(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)} …` : text
}

export function jobView(columns: SealedColumns, job: BulkJobRow): BulkJob {
  const { failed, id, offered, rows, skipped } = job
  if (job.state === 'reading' || job.state === 'deleting') throw new Error('nobody is told of this job')
  return defined<BulkJob>({
    id,
    state: job.state,
    profile: { name: job.profile_name, version: job.profile_version },
    rows,
    offered,
    failed,
    skipped,
    mistakes: mistakesIn(columns, job),
    createdAt: job.created_at,
    finishedAt: job.finished_at ?? undefined,
    keptUntil: job.ends_at ?? undefined,
  })
}

function mistakesIn(columns: SealedColumns, { id, mistakes }: BulkJobRow): BulkJob['mistakes'] {
  const text = mistakes === null ? undefined : openedText(columns, mistakesOf(id), mistakes)
  return text === undefined ? [] : (JSON.parse(text) as BulkJob['mistakes'])
}

/** Undefined for what was sealed under another secret than today's. */
export function openedText(
  columns: SealedColumns,
  place: Parameters<SealedColumns['open']>[0],
  sealed: string,
): string | undefined {
  try {
    return columns.open(place, sealed)
  } catch (error) {
    if (error instanceof SealedValueUnreadable) return undefined
    throw error
  }
}
