/**
 * The input of a bulk is taken: each row is judged as it comes, as the offer that it will be, and laid down in the database. Nothing
 * is offered before the last of them was judged. What is held of it at any time is a batch.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import {
  type CallbackAddress,
  type CallbackNotAllowed,
  findCallbackRefusal,
} from '@countersign/service/callbacks/parse-callback'
import { StoreUnavailable } from '@countersign/stores/ports'
import { orderTransactionCode } from '../authorization/transaction-code.ts'
import type { BulkJobRow, BulkRowRow } from '../database/schema.ts'
import type { KnownProfile } from '../issuer.ts'
import { promisesOf } from '../offer/create-offer.ts'
import { findProfile } from '../profiles/find-profile.ts'
import { orderByProfile } from '../profiles/profile-order.ts'
import { findType, type IssuableType } from '../types/issuable-types.ts'
import { type BulkPorts, shelfOf, shortened, type TellRefusal } from './bulk-issuer.ts'
import {
  type BulkLease,
  type BulkShelf,
  beginReading,
  dropReading,
  endReading,
  findJob,
  rowPlace,
  writeRows,
} from './bulk-jobs.ts'
import type { BrokenInput, RowMistake } from './input-mistakes.ts'
import type { GivenRow, ReadRow } from './read-rows.ts'

export interface TakeBulk {
  readonly profileName: string
  readonly callback?: CallbackAddress | undefined
  readonly ttlSeconds?: number | undefined
  readonly skipsMistakes: boolean
  /** Of a call under a key: what the key is, and what else decides what is done but the rows. */
  readonly keyed?: { readonly key: string; readonly content: string } | undefined
  /** `type`: what the claims of the profile are of. */
  rows(type: IssuableType): AsyncIterable<ReadRow>
  /** Of what was read so far. */
  readonly bytesHash: () => string
}

/** The words in which a mistake is told. */
export interface BulkWords {
  readonly row: (mistake: RowMistake) => string
  readonly offer: TellRefusal
}

export interface ToldMistake {
  readonly line: number
  readonly message: string
}

export type BulkRefusal =
  | CallbackNotAllowed
  | { readonly code: 'bulk_unavailable' }
  | { readonly code: 'profile_unknown' }
  | { readonly code: 'bulk_too_many' }
  | { readonly code: 'bulk_running' }
  | { readonly code: 'bulk_key_reused' }
  | { readonly code: 'bulk_empty' }
  | { readonly code: 'bulk_too_long'; readonly most: number }
  | { readonly code: 'bulk_broken'; readonly line: number; readonly broken: BrokenInput }
  | { readonly code: 'bulk_mistaken'; readonly count: number; readonly mistakes: readonly ToldMistake[] }

export interface TakenBulk {
  readonly job: BulkJobRow
  /** It was taken before, under the same key. */
  readonly again: boolean
}

const MOST_ROWS = 100_000
const TOLD_MISTAKES = 100
/** Rows, or characters of them, that are written together. */
const BATCH_ROWS = 500
const BATCH_CHARACTERS = 1_000_000
/** As long as others may be kept waiting. */
const TURN_MS = 10

export async function takeBulk(
  issuer: BulkPorts,
  order: TakeBulk,
  words: BulkWords,
): Promise<Result<TakenBulk, BulkRefusal>> {
  const shelf = shelfOf(issuer)
  if (shelf === undefined) return refuse({ code: 'bulk_unavailable' })
  const notAllowed = findCallbackRefusal(issuer.callbacks, order.callback)
  if (notAllowed !== undefined) return refuse(notAllowed)
  const profile = await findProfile(issuer, order.profileName)
  const type = profile && findType(issuer.types, profile.profile.credentialConfigurationId)
  if (profile === undefined || type === undefined) return refuse({ code: 'profile_unknown' })
  const begun = await begin(issuer, shelf, order, profile)
  switch (begun.outcome) {
    case 'too_many':
      return refuse({ code: 'bulk_too_many' })
    case 'there':
      return takenBefore(issuer, order, type, begun.job)
    case 'begun':
      return readAll({ issuer, shelf, order, words, profile, type, lease: begun.lease })
  }
}

async function begin(issuer: BulkPorts, shelf: BulkShelf, order: TakeBulk, known: KnownProfile) {
  const { callback, keyed, ttlSeconds } = order
  const { name, profile, version } = known
  const id =
    keyed === undefined
      ? encodeBase64url(issuer.crypto.randomBytes(16))
      : (await issuer.columns.hash('call', JSON.stringify(['bulk', keyed.key]))).slice(0, 22)
  const job = {
    id,
    content: null,
    profile_name: name,
    profile_version: version,
    terms: { profile, callback, ttlSeconds },
  }
  return beginReading(shelf, job, Math.floor(issuer.now()))
}

/** What comes again is read to its end, since only then it is known to be the same. */
async function takenBefore(
  issuer: BulkPorts,
  order: TakeBulk,
  type: IssuableType,
  job: BulkJobRow,
): Promise<Result<TakenBulk, BulkRefusal>> {
  if (job.state === 'reading' || job.state === 'deleting') return refuse({ code: 'bulk_running' })
  for await (const { line } of order.rows(type)) if (line % BATCH_ROWS === 0) await nextTurn()
  if ((await contentOf(issuer, order)) !== job.content) return refuse({ code: 'bulk_key_reused' })
  return ok({ job, again: true })
}

async function contentOf({ columns }: BulkPorts, { bytesHash, keyed }: TakeBulk): Promise<string | null> {
  return keyed === undefined
    ? null
    : columns.hash('call_content', JSON.stringify([keyed.content, bytesHash()]))
}

interface Reading {
  readonly issuer: BulkPorts
  readonly shelf: BulkShelf
  readonly order: TakeBulk
  readonly words: BulkWords
  readonly profile: KnownProfile
  readonly type: IssuableType
  readonly lease: BulkLease
}

async function readAll(reading: Reading): Promise<Result<TakenBulk, BulkRefusal>> {
  const { issuer, lease, order, shelf } = reading
  let ended = false
  try {
    const read = await readRows(reading)
    if (!read.ok) return read
    const content = await contentOf(issuer, order)
    ended = await endReading(shelf, lease, { ...read.value, content })
    const job = ended ? await findJob(shelf, lease.id) : undefined
    if (job === undefined) throw new StoreUnavailable('the input took so long that it was taken for dead')
    return ok({ job, again: false })
  } finally {
    // Where that fails as well, it is deleted when its lease is over.
    if (!ended) await dropReading(shelf, lease).catch(() => undefined)
  }
}

interface ReadAll {
  readonly rows: number
  readonly skipped: number
  readonly mistakes: readonly ToldMistake[]
}

async function readRows(reading: Reading): Promise<Result<ReadAll, BulkRefusal>> {
  const { issuer, lease, order, shelf, words } = reading
  const mistakes: ToldMistake[] = []
  let [count, position, characters] = [0, 0, 0]
  let batch: BulkRowRow[] = []
  const flush = async () => {
    if (!(await writeRows(shelf, lease, batch, Math.floor(issuer.now()))))
      throw new StoreUnavailable('the input took so long that it was taken for dead')
    batch = []
    characters = 0
  }
  let turnAt = performance.now()
  let writtenAt = turnAt
  for await (const read of order.rows(reading.type)) {
    if ('broken' in read) return refuse({ code: 'bulk_broken', line: read.line, broken: read.broken })
    const row = read.row.ok ? await judge(reading, read.row.value) : { mistake: words.row(read.row.error) }
    if ('mistake' in row) {
      count += 1
      if (mistakes.length < TOLD_MISTAKES) mistakes.push({ line: read.line, message: shortened(row.mistake) })
    } else {
      position += 1
      if (position > MOST_ROWS) return refuse({ code: 'bulk_too_long', most: MOST_ROWS })
      const laid = layDown(reading, row, { position, line: read.line })
      // What will be refused is judged to its end, and not laid down.
      if (count === 0 || order.skipsMistakes) batch.push(laid)
      characters += laid.content?.length ?? 0
    }
    if (
      batch.length >= BATCH_ROWS ||
      characters >= BATCH_CHARACTERS ||
      performance.now() - writtenAt > 5000
    ) {
      await flush()
      writtenAt = performance.now()
    }
    if (performance.now() - turnAt < TURN_MS) continue
    await nextTurn()
    turnAt = performance.now()
  }
  if (count > 0 && !order.skipsMistakes) return refuse({ code: 'bulk_mistaken', count, mistakes })
  if (position === 0)
    return refuse(count === 0 ? { code: 'bulk_empty' } : { code: 'bulk_mistaken', count, mistakes })
  await flush()
  return ok({ rows: position, skipped: count, mistakes })
}

interface JudgedRow extends GivenRow {
  readonly sessionId: string
}

/** As the offer that it will be; a transaction code is made now, since the offer may be begun twice. */
async function judge(
  { issuer, profile, words }: Reading,
  given: GivenRow,
): Promise<JudgedRow | { readonly mistake: string }> {
  const order = orderOf(issuer, profile, given)
  if (!order.ok) return { mistake: words.offer(order.error) }
  const promised = await promisesOf(issuer, order.value)
  if (!promised.ok) return { mistake: words.offer(promised.error) }
  const sessionId = encodeBase64url(issuer.crypto.randomBytes(16))
  const { txCode } = order.value
  if (txCode === undefined) return { ...given, sessionId }
  const { value } = await orderTransactionCode(issuer, sessionId, txCode)
  return { ...given, sessionId, txCodeValue: value }
}

export function orderOf(
  issuer: BulkPorts,
  profile: Pick<KnownProfile, 'name' | 'version' | 'profile'>,
  { claims, txCodeValue }: GivenRow,
) {
  return orderByProfile(
    issuer,
    { ...profile, origin: 'api' },
    { claims, ...(txCodeValue !== undefined && { overrides: { txCodeValue } }) },
  )
}

function layDown(
  { lease: { id }, shelf: { columns } }: Reading,
  { claims, externalId, sessionId, txCodeValue }: JudgedRow,
  { line, position }: { readonly line: number; readonly position: number },
): BulkRowRow {
  const seal = (column: 'content' | 'external_id', text: string) =>
    columns.seal(rowPlace(id, position, column), text)
  return {
    job_id: id,
    position,
    line,
    session_id: sessionId,
    external_id: externalId === undefined ? null : seal('external_id', externalId),
    content: seal('content', JSON.stringify({ claims, txCodeValue })),
    outcome: null,
  }
}
