/**
 * What is written down before a credential can leave: that it was issued, and its place in a status list. A request
 * that is made again gets the first answer (docs/decisions/004), so a race or a crash wastes a place and never gives
 * one twice; what is known not to have left is struck out again.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import type { FormatFacts } from '@countersign/credential/contract/format-facts'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { insertIssued } from '../database/insert-issued.ts'
import { deleteIssued } from '../database/issued-credentials.ts'
import type { IssuerDatabase } from '../database/schema.ts'
import type { IndexAllocator, StatusPlace } from './allocate-index.ts'
import { STATUS_VALUES } from './change-status.ts'
import { LIST_KINDS, purposeOf, statusReferences } from './references.ts'

export interface IssuanceFacts {
  readonly sessionId: string
  readonly configurationId: string
  readonly format: Pick<FormatFacts, 'id' | 'statusList' | 'oneStatus'>
  /** Epoch seconds, as the credential says it. */
  readonly issuedAt: number
  readonly expiresAt?: number | undefined
  /** What the issue call asks for; where it is absent, a status if there are lists. */
  readonly status?: boolean | undefined
}

export interface RecordedIssuance {
  /** Absent where there is no database. */
  readonly credentialId?: string | undefined
  readonly statuses: readonly StatusReference[]
}

export interface IssuanceRecorder {
  readonly database?: IssuerDatabase | undefined
  readonly statusLists?: { readonly indices: IndexAllocator } | undefined
  readonly crypto: Pick<CryptoEngine, 'randomBytes'>
}

/** A place that turns out to be taken closes its list, so a second one is already rare. */
const PLACES_TRIED = 10

/** One for each of `count` credentials that say the same of themselves. */
export async function recordIssuances(
  issuer: IssuanceRecorder,
  facts: IssuanceFacts,
  count: number,
): Promise<readonly RecordedIssuance[]> {
  const { database, statusLists, crypto } = issuer
  const wanted = facts.status ?? statusLists !== undefined
  // The issue call was refused where there are no lists; instances of one deployment have the same settings.
  if (wanted && statusLists === undefined) throw new Error('a status was promised where there are no lists')
  if (database === undefined) return Array.from({ length: count }, () => ({ statuses: [] }))
  const ids = Array.from({ length: count }, () => encodeBase64url(crypto.randomBytes(16)))
  if (wanted && statusLists !== undefined) return recordPlaces(database, statusLists.indices, facts, ids)
  await insertIssued(
    database,
    ids.map((id) => rowOf(id, facts)),
  )
  return ids.map((credentialId) => ({ credentialId, statuses: [] }))
}

interface Placed {
  readonly id: string
  readonly place: StatusPlace
}

/** Whatever has no place of its own yet tries the next one. */
async function recordPlaces(
  database: IssuerDatabase,
  indices: IndexAllocator,
  facts: IssuanceFacts,
  ids: readonly string[],
): Promise<readonly RecordedIssuance[]> {
  const done: Placed[] = []
  let open = ids
  for (let tried = 0; tried < PLACES_TRIED; tried++) {
    const placed = await placesFor(indices, facts, open)
    const written = await insertIssued(
      database,
      placed.map(({ id, place }) => rowOf(id, facts, place)),
    )
    done.push(...placed.filter(({ id }) => written.has(id)))
    const taken = placed.filter(({ id }) => !written.has(id))
    if (taken.length === 0)
      return done.map(({ id, place }) => ({
        credentialId: id,
        statuses: statusReferences(place, purposeOf(facts.format)),
      }))
    for (const list of new Set(taken.map(({ place }) => place.list))) await indices.distrust(list)
    open = taken.map(({ id }) => id)
  }
  await strikeOut(
    { database },
    done.map(({ id }) => id),
  )
  throw new Error('every place in the status lists is taken already')
}

async function placesFor(
  indices: IndexAllocator,
  { format }: IssuanceFacts,
  ids: readonly string[],
): Promise<readonly Placed[]> {
  const placed: Placed[] = []
  for (const id of ids) placed.push({ id, place: await indices.next(LIST_KINDS[format.statusList]) })
  return placed
}

/** For credentials that never leave. A row too many does no harm, so a database that is away fails no answer. */
export async function strikeOut(
  { database }: Pick<IssuanceRecorder, 'database'>,
  credentialIds: readonly string[],
): Promise<void> {
  if (database === undefined || credentialIds.length === 0) return
  await deleteIssued(database, credentialIds).catch(() => undefined)
}

function rowOf(id: string, facts: IssuanceFacts, place?: StatusPlace) {
  return {
    id,
    session_id: facts.sessionId,
    configuration_id: facts.configurationId,
    format: facts.format.id,
    list_id: place?.list.id ?? null,
    idx: place?.index ?? null,
    purpose: place === undefined ? null : purposeOf(facts.format),
    issued_at: facts.issuedAt,
    expires_at: facts.expiresAt ?? null,
    indexed_status: STATUS_VALUES.valid,
  }
}
