/**
 * A credential that its issuer prepares (OpenID4VCI 1.0 §8.3, §9), as a row: what is needed to ask for it, and when. One instance
 * at a time asks, under a lease; each lease has a number of its own, so that whoever was paused and wakes when his is over writes
 * nothing. A row that came, or was refused, is due once more, for what follows from it.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Lease } from '@countersign/stores/ports'
import { slotHash } from '../credentials/credentials.ts'
import type { DeferredRow, WalletDatabase } from '../database/schema.ts'
import type { Unissued } from '../history/event.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { Issuer } from './fetch-offer.ts'
import type { PlannedConfiguration } from './issuance-plan.ts'
import type { Entitlement, IssuanceRecord } from './issuance-record.ts'

type Db = WalletDatabase['db']

export interface DeferredRecord {
  readonly id: string
  readonly walletId: string
  readonly issuanceId: string
  readonly state: DeferredRow['state']
  /** Epoch seconds. */
  readonly since: number
  /** When it is asked for next; absent where nothing is left to do. */
  readonly nextAt?: number | undefined
  /** No sooner, whoever wants it: the issuer says so. */
  readonly earliestAt: number
  readonly content: DeferredContent
}

export interface DeferredContent {
  readonly entitlement: Entitlement
  readonly configuration: PlannedConfiguration
  readonly issuer: Omit<Issuer, 'metadata'> & {
    readonly metadata: Omit<Issuer['metadata'], 'configurations'>
  }
  readonly clientId?: string | undefined
  /** Absent where nobody asks any more. */
  readonly transactionId?: string | undefined
  /** Why it does not come. */
  readonly unissued?: Unissued | undefined
}

/** Of one wallet. */
const MAX_WAITING = 100
/** Longer than one question takes with all that it waits for: a new token, the issuer's keys, the answer. */
export const LEASE_SECONDS = 180
const SHORTEST_SECONDS = 5
const LONGEST_SECONDS = 3600
const FIRST_WAIT_SECONDS = 10
/** How long it is told what came of it. */
const KEPT_OVER_SECONDS = 30 * 86_400

export interface NewDeferred {
  readonly slot: string
  readonly content: DeferredContent
  readonly intervalSeconds: number | undefined
}

/** Of several transactions for one promise the first counts. */
export async function keepDeferred(
  wallet: Wallet,
  owned: OwnedWallet,
  { id: issuanceId }: Pick<IssuanceRecord, 'id'>,
  { content, intervalSeconds, slot }: NewDeferred,
): Promise<void> {
  const { columns, database, newId, now } = wallet
  const id = newId()
  const at = now() + waitSeconds(intervalSeconds, 0)
  await database.db
    .insertInto('deferred_credentials')
    .values({
      id,
      wallet_id: owned.id,
      created_at: now(),
      reception_id: issuanceId,
      slot_hash: await slotHash(columns, issuanceId, slot),
      content_sealed: sealed(wallet, id, content),
      state: 'waiting',
      next_at: at,
      earliest_at: intervalSeconds === undefined ? now() + SHORTEST_SECONDS : at,
      lease_until: 0,
      fence: 0,
      attempts: intervalSeconds === undefined ? 1 : 0,
    })
    .onConflict((conflict) => conflict.columns(['reception_id', 'slot_hash']).doNothing())
    .execute()
  await database.db
    .deleteFrom('deferred_credentials')
    .where('wallet_id', '=', owned.id)
    .where('next_at', 'is', null)
    .where('created_at', '<', now() - KEPT_OVER_SECONDS)
    .execute()
}

export interface TooManyWaiting {
  readonly code: 'too_many_waiting'
  readonly max: number
}

/** Asked before anything is requested of an issuer, who may say that it comes later. */
export async function roomToWait(
  wallet: Wallet,
  owned: OwnedWallet,
): Promise<Result<undefined, TooManyWaiting>> {
  const waiting = await wallet.database.db
    .selectFrom('deferred_credentials')
    .select('id')
    .where('wallet_id', '=', owned.id)
    .where('state', '=', 'waiting')
    .limit(MAX_WAITING)
    .execute()
  return waiting.length < MAX_WAITING ? ok(undefined) : refuse({ code: 'too_many_waiting', max: MAX_WAITING })
}

/** By the issuer's word, within bounds; where it gives none, longer each time. */
function waitSeconds(intervalSeconds: number | undefined, attempts: number): number {
  const wanted = intervalSeconds ?? FIRST_WAIT_SECONDS * 2 ** Math.min(attempts, 20)
  return Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, Math.ceil(wanted)))
}

/** Whatever became of it. */
export async function findDeferred(
  { columns, database }: Wallet,
  { id: issuanceId }: Pick<IssuanceRecord, 'id'>,
  slot: string,
): Promise<Pick<DeferredRow, 'state'> | undefined> {
  return database.db
    .selectFrom('deferred_credentials')
    .select('state')
    .where('reception_id', '=', issuanceId)
    .where('slot_hash', '=', await slotHash(columns, issuanceId, slot))
    .executeTakeFirst()
}

/** In the order in which they were promised: those of one issuance, or what the wallet waits for. */
export async function listDeferred(
  wallet: Wallet,
  owned: OwnedWallet,
  wanted: { readonly issuanceId: string } | 'waiting',
): Promise<readonly DeferredRecord[]> {
  const query = wallet.database.db
    .selectFrom('deferred_credentials')
    .selectAll()
    .where('wallet_id', '=', owned.id)
    .orderBy('created_at')
    .orderBy('id')
  const rows =
    wanted === 'waiting'
      ? query.where('state', '=', 'waiting').limit(MAX_WAITING)
      : query.where('reception_id', '=', wanted.issuanceId)
  return (await rows.execute()).map((row) => opened(wallet, row))
}

export async function deferredById(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<DeferredRecord | undefined> {
  const row = await wallet.database.db
    .selectFrom('deferred_credentials')
    .selectAll()
    .where('id', '=', id)
    .where('wallet_id', '=', owned.id)
    .executeTakeFirst()
  return row && opened(wallet, row)
}

/** The longest due first. */
export async function leaseDue(wallet: Wallet, max: number): Promise<readonly Lease[]> {
  const { database, now } = wallet
  const due = (db: Db) =>
    db
      .selectFrom('deferred_credentials')
      .select('id')
      .where('next_at', '<=', now())
      .where('lease_until', '<=', now())
      .orderBy('next_at')
      .limit(max)
  // Most of the time there is nothing, and nobody is kept from writing to find that out.
  if ((await due(database.db).limit(1).execute()).length === 0) return []
  return database.inTransaction(async (transaction) => {
    const query = due(transaction)
    // SQLite has one writer at a time.
    const locking = database.engine === 'postgres' ? query.forUpdate().skipLocked() : query
    const ids = (await locking.execute()).map(({ id }) => id)
    return lease(wallet, transaction, ids)
  })
}

/** Undefined: somebody else is just asking, or there is nothing to ask. */
export async function leaseOne(wallet: Wallet, id: string): Promise<Lease | undefined> {
  const [leased] = await lease(wallet, wallet.database.db, [id])
  return leased
}

async function lease({ now }: Wallet, db: Db, ids: readonly string[]): Promise<readonly Lease[]> {
  if (ids.length === 0) return []
  const until = now() + LEASE_SECONDS
  const leased = await db
    .updateTable('deferred_credentials')
    .set((row) => ({ lease_until: until, fence: row('fence', '+', 1) }))
    .where('id', 'in', ids)
    .where('lease_until', '<=', now())
    .where('next_at', 'is not', null)
    .returning(['id', 'fence'])
    .execute()
  return leased.map(({ fence, id }) => ({ id, endsAt: until * 1000, fence: String(fence) }))
}

/** Undefined where the lease is somebody else's by now, or its row is gone. */
export async function leasedRow(
  wallet: Wallet,
  { fence, id }: Lease,
): Promise<(DeferredRecord & { readonly accountId: string; readonly attempts: number }) | undefined> {
  const row = await wallet.database.db
    .selectFrom('deferred_credentials')
    .innerJoin('wallets', 'wallets.id', 'deferred_credentials.wallet_id')
    .selectAll('deferred_credentials')
    .select('wallets.account_id')
    .where('deferred_credentials.id', '=', id)
    .where('fence', '=', Number(fence))
    .where('lease_until', '>', wallet.now())
    .executeTakeFirst()
  return row && { ...opened(wallet, row), accountId: row.account_id, attempts: row.attempts }
}

/** It was paused for so long that somebody else may do its work. */
export class LeaseOver extends Error {
  override readonly name = 'LeaseOver'
}

/** Throws `LeaseOver`, so that of a transaction nothing is left. */
export async function checkLease({ database, now }: Wallet, { fence, id }: Lease): Promise<void> {
  const held = await database.db
    .selectFrom('deferred_credentials')
    .select('id')
    .where('id', '=', id)
    .where('fence', '=', Number(fence))
    .where('lease_until', '>', now())
    .executeTakeFirst()
  if (held === undefined) throw new LeaseOver()
}

/** At an end, in the transaction that writes what came of it. Throws `LeaseOver`. */
export async function settle(
  wallet: Wallet,
  transaction: Db,
  held: Lease,
  state: 'came' | 'refused',
  unissued?: Unissued,
): Promise<void> {
  await writeLeased(wallet, transaction, held, { state, next_at: wallet.now(), attempts: 0 })
  const row = await transaction
    .selectFrom('deferred_credentials')
    .selectAll()
    .where('id', '=', held.id)
    .executeTakeFirstOrThrow()
  const { transactionId: _over, ...content } = opened(wallet, row).content
  await transaction
    .updateTable('deferred_credentials')
    .set({ content_sealed: sealed(wallet, held.id, { ...content, unissued }) })
    .where('id', '=', held.id)
    .execute()
}

/** It is asked again later. Throws `LeaseOver`. */
export async function waitLonger(
  wallet: Wallet,
  held: Lease,
  intervalSeconds: number | undefined,
  attempts: number,
): Promise<void> {
  const { database, now } = wallet
  const at = now() + waitSeconds(intervalSeconds, attempts)
  await writeLeased(wallet, database.db, held, {
    next_at: at,
    earliest_at: intervalSeconds === undefined ? now() + SHORTEST_SECONDS : at,
    attempts: intervalSeconds === undefined ? attempts + 1 : 0,
    lease_until: 0,
  })
}

/** What follows from its end is done. Throws `LeaseOver`. */
export async function closeSettled(wallet: Wallet, held: Lease): Promise<void> {
  await writeLeased(wallet, wallet.database.db, held, { next_at: null, lease_until: 0 })
}

/** Nothing was done with it. */
export async function handBack(wallet: Wallet, held: Lease): Promise<boolean> {
  return tryWrite(wallet, wallet.database.db, held, { lease_until: 0 })
}

/** As soon as the issuer lets it be asked. */
export async function askSoon({ database }: Wallet, { earliestAt, id }: DeferredRecord): Promise<void> {
  await database.db
    .updateTable('deferred_credentials')
    .set({ next_at: earliestAt })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .where('next_at', '>', earliestAt)
    .execute()
}

type Written = Partial<
  Pick<DeferredRow, 'state' | 'content_sealed' | 'next_at' | 'earliest_at' | 'attempts' | 'lease_until'>
>

async function writeLeased(wallet: Wallet, db: Db, held: Lease, columns: Written): Promise<void> {
  if (!(await tryWrite(wallet, db, held, columns))) throw new LeaseOver()
}

async function tryWrite({ now }: Wallet, db: Db, { fence, id }: Lease, columns: Written): Promise<boolean> {
  const written = await db
    .updateTable('deferred_credentials')
    .set(columns)
    .where('id', '=', id)
    .where('fence', '=', Number(fence))
    .where('lease_until', '>', now())
    .returning('id')
    .executeTakeFirst()
  return written !== undefined
}

function opened({ columns }: Wallet, row: DeferredRow): DeferredRecord {
  const { created_at: since, earliest_at: earliestAt, id, next_at: nextAt, state } = row
  return {
    id,
    walletId: row.wallet_id,
    issuanceId: row.reception_id,
    state,
    since,
    nextAt: nextAt ?? undefined,
    earliestAt,
    content: JSON.parse(columns.open(['deferred_credentials', id, 'content'], row.content_sealed)),
  }
}

function sealed({ columns }: Wallet, id: string, content: DeferredContent): string {
  return columns.seal(['deferred_credentials', id, 'content'], JSON.stringify(content))
}
