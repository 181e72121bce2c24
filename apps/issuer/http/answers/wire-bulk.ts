/** Refusals of bulk calls, and every public text of them. */
import { callbackNotAllowed } from '@countersign/service/callbacks/parse-callback'
import type { WireError, WireErrors } from '@countersign/service/http/answers/wire-errors'
import { wireError } from '@countersign/service/http/answers/wire-errors'
import type { BrokenInput, RowMistake } from '../../bulk/input-mistakes.ts'
import type { BulkRefusal, BulkWords } from '../../bulk/take-bulk.ts'
import { PROFILE_OFFER_ERRORS } from './wire-profiles.ts'

type Texts<R extends { readonly code: string }> = {
  readonly [C in R['code']]: (one: Extract<R, { readonly code: C }>) => string
}

const ROW_MISTAKES: Texts<RowMistake> = {
  line_too_long: ({ maxBytes }) => `is longer than ${maxBytes} bytes`,
  not_utf8: () => 'is not UTF-8',
  not_json: ({ reason }) => `is not a JSON object that can be read (${reason.replaceAll('_', ' ')})`,
  row_malformed: ({ problems }) => problems.join('; '),
  fields_differ: ({ expected, found }) => `has ${found} fields where the first line names ${expected}`,
  field_not_json: ({ name }) => `${name}: claims of this kind are no texts, and this is not JSON`,
}

const BROKEN: Texts<BrokenInput> = {
  csv_broken: ({ reason }) => CSV_REASONS[reason] ?? 'cannot be read as CSV (RFC 4180)',
  column_unknown: ({ name }) =>
    `${JSON.stringify(name)} is no column: a column is externalId, txCodeValue, the name of a claim, or a JSON Pointer to one`,
  column_repeated: ({ name }) => `the column ${JSON.stringify(name)} writes what another one writes`,
  not_utf8: () => 'is not UTF-8',
}

const CSV_REASONS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  CSV_INVALID_CLOSING_QUOTE: 'something stands behind a closing quote',
  INVALID_OPENING_QUOTE: 'a quote stands inside a field that does not begin with one',
  CSV_MAX_RECORD_SIZE: 'a record is longer than 65536 characters',
}

function tell<R extends { readonly code: string }>(table: Texts<R>, one: R): string {
  return (table[one.code as R['code']] as unknown as (one: R) => string)(one)
}

export const BULK_WORDS: BulkWords = {
  row: (mistake) => tell(ROW_MISTAKES, mistake),
  offer: (refusal) => wireError(PROFILE_OFFER_ERRORS, refusal).message,
}

export const BULK_ERRORS: WireErrors<BulkRefusal> = {
  callback_not_allowed: ({ reason }) => ({ status: 400, message: callbackNotAllowed(reason) }),
  bulk_unavailable: () => ({
    status: 409,
    message:
      'Bulk offers cannot be made here: this issuer has no database that all its instances share, so nobody could go on with a job whose instance died',
  }),
  profile_unknown: () => PROFILE_OFFER_ERRORS.profile_unknown({ code: 'profile_unknown' }),
  bulk_too_many: () => ({
    status: 409,
    message: 'There are 100 jobs that have not ended, which is the limit',
    headers: { 'retry-after': '60' },
  }),
  bulk_running: () => ({
    status: 409,
    message: 'The input of the job with this Idempotency-Key is still being read; ask again',
    headers: { 'retry-after': '1' },
  }),
  bulk_key_reused: () => ({
    status: 422,
    message: 'This Idempotency-Key was used for another input, address or header: take a new one',
  }),
  bulk_empty: () => ({ status: 400, message: 'There is no row in the input' }),
  bulk_too_long: ({ most }) => ({
    status: 400,
    message: `There are more than ${most} rows, which is the limit`,
  }),
  bulk_broken: ({ broken, line }) => ({ status: 400, message: `line ${line}: ${tell(BROKEN, broken)}` }),
  bulk_mistaken: ({ count, mistakes }) => ({
    status: 400,
    message: [
      `Nothing is offered: ${count === 1 ? 'a row is' : `${count} rows are`} wrong`,
      ...mistakes.map(({ line, message }) => `line ${line}: ${message}`),
      ...(count > mistakes.length ? [`and ${count - mistakes.length} more`] : []),
    ].join('; '),
  }),
}

export const bulkUnknown: WireError = { status: 404, message: 'There is no such job, or not any more' }
