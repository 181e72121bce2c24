/**
 * What the input of a bulk says, row by row, as it comes: JSON lines, or CSV (RFC 4180) with a line of names. A row that cannot be
 * read is a mistake of its own; where it cannot be known what follows, the reading ends.
 */
import { Readable } from 'node:stream'
import { bulkRow } from '@countersign/api/issuer/bulk'
import { type JsonObject, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { RECEIVED } from '@countersign/core/size-limits'
import { CsvError, parse } from 'csv-parse'
import type { IssuableType } from '../types/issuable-types.ts'
import { type Columns, columnsOf } from './csv-columns.ts'
import type { BrokenInput, RowMistake } from './input-mistakes.ts'
import { type Line, readLines } from './read-lines.ts'

export interface GivenRow {
  readonly claims?: JsonObject | undefined
  readonly externalId?: string | undefined
  readonly txCodeValue?: string | undefined
}

export type ReadRow =
  | { readonly line: number; readonly row: Result<GivenRow, RowMistake> }
  | { readonly line: number; readonly broken: BrokenInput }

const MAX_BYTES = RECEIVED.line
const JSON_LIMITS = { maxBytes: MAX_BYTES, maxDepth: 32, maxValues: 10_000, exactNumbers: true }

export async function* readJsonLines(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<ReadRow, void, undefined> {
  for await (const line of readLines(pieces, MAX_BYTES)) {
    if ('text' in line && line.text.trim() === '') continue
    yield { line: line.line, row: rowOf(line) }
  }
}

function rowOf(line: Line): Result<GivenRow, RowMistake> {
  if ('mistake' in line)
    return line.mistake === 'not_utf8'
      ? refuse({ code: 'not_utf8' })
      : refuse({ code: 'line_too_long', maxBytes: MAX_BYTES })
  const json = parseJsonObject(line.text, JSON_LIMITS)
  return json.ok ? checked(json.value) : refuse({ code: 'not_json', reason: json.error.code })
}

function checked(value: unknown): Result<GivenRow, RowMistake> {
  const parsed = bulkRow.safeParse(value)
  if (parsed.success) return ok(parsed.data)
  const problems = parsed.error.issues.map(({ message, path }) =>
    path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
  )
  return refuse({ code: 'row_malformed', problems })
}

/** `type`: what the claims are of; it says which of them are no texts. */
export async function* readCsv(
  pieces: AsyncIterable<Uint8Array>,
  type: Pick<IssuableType, 'schema' | 'claimsAt'>,
): AsyncGenerator<ReadRow, void, undefined> {
  const parser = parse({ raw: true, relax_column_count: true, max_record_size: MAX_BYTES, bom: true })
  const texts = Readable.from(asText(pieces)).on('error', (error) => parser.destroy(error))
  let columns: Columns | undefined
  let line = 0
  try {
    for await (const parsed of texts.pipe(parser)) {
      const { raw, record } = parsed as { raw: string; record: readonly string[] }
      const at = line + 1
      line += linesIn(raw)
      if (record.length === 1 && record[0] === '') continue
      if (columns === undefined) {
        const found = columnsOf(record, type)
        if (!found.ok) return yield { line: at, broken: found.error }
        columns = found.value
      } else {
        const fields = columns.read(record)
        yield { line: at, row: fields.ok ? checked(fields.value) : fields }
      }
    }
  } catch (error) {
    if (error instanceof NotText) yield { line: line + 1, broken: { code: 'not_utf8' } }
    else if (error instanceof CsvError)
      yield { line: lineOf(error, line + 1), broken: { code: 'csv_broken', reason: error.code } }
    else throw error
  } finally {
    texts.destroy()
    parser.destroy()
  }
}

/** Rows that were read before it may never have come here. */
function lineOf(error: CsvError, otherwise: number): number {
  const lines: unknown = error['lines']
  return typeof lines === 'number' ? lines : otherwise
}

/** Its last character is of the break behind it, or none is. */
function linesIn(record: string): number {
  return record.slice(0, -1).split('\n').length
}

class NotText extends Error {
  override readonly name = 'NotText'
}

async function* asText(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  for await (const piece of pieces) yield decoded(() => decoder.decode(piece, { stream: true }))
  yield decoded(() => decoder.decode())
}

function decoded(decode: () => string): string {
  try {
    return decode()
  } catch {
    throw new NotText()
  }
}
