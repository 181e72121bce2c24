/** What became of the rows of a job so far, page by page, as JSON lines or CSV. */
import type { BulkOffer } from '@countersign/api/issuer/bulk'
import { defined } from '@countersign/core/json'
import type { BulkRowRow } from '../database/schema.ts'
import { openedText } from './bulk-issuer.ts'
import { type BulkShelf, rowPlace, rowsAfter } from './bulk-jobs.ts'
import type { RowOutcome } from './offer-rows.ts'

const PAGE_ROWS = 500

/** A piece of text a page: whoever reads slowly is asked for no more than he takes. */
export async function* offersAsText(
  shelf: BulkShelf,
  id: string,
  after: number,
  form: 'jsonl' | 'csv',
): AsyncGenerator<string, void, undefined> {
  if (form === 'csv') yield `${COLUMNS.join(',')}\r\n`
  for (let at = after; ; ) {
    const rows = await rowsAfter(shelf, id, at, PAGE_ROWS)
    const done = rows.flatMap((row) => offerIn(shelf, row) ?? [])
    if (done.length > 0) yield done.map(form === 'csv' ? csvLine : jsonLine).join('')
    // Rows are done in their order: behind one that waits nothing is done.
    if (rows.length < PAGE_ROWS || done.length < rows.length) return
    at = rows.at(-1)?.position ?? at
  }
}

/** Undefined while it waits. */
function offerIn({ columns }: BulkShelf, row: BulkRowRow): BulkOffer | undefined {
  const { external_id: externalId, job_id: id, line, outcome, position } = row
  if (outcome === null) return undefined
  const open = (column: 'external_id' | 'outcome', sealed: string) =>
    openedText(columns, rowPlace(id, position, column), sealed)
  const text = open('outcome', outcome)
  const told = text === undefined ? { error: UNREADABLE } : (JSON.parse(text) as RowOutcome)
  return defined<BulkOffer>({
    row: position,
    line,
    externalId: externalId === null ? undefined : open('external_id', externalId),
    sessionId: told.error === undefined ? row.session_id : undefined,
    ...told,
  })
}

const UNREADABLE = 'The offer was sealed under another secret than that of today'

function jsonLine(offer: BulkOffer): string {
  return `${JSON.stringify(offer)}\n`
}

const COLUMNS = [
  'row',
  'line',
  'externalId',
  'sessionId',
  'url',
  'expiresAt',
  'txCodeValue',
  'error',
] as const

function csvLine(offer: BulkOffer): string {
  return `${COLUMNS.map((name) => field(offer[name])).join(',')}\r\n`
}

/** RFC 4180 §2. */
function field(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
