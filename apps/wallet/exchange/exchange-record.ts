/**
 * What somebody looks at before deciding, as a row: what was resolved, sealed, under an id that is worth nothing to anybody but
 * its owner. A decision is written before it is carried out, so that another one cannot come in between, and whoever makes the
 * same again, after a crash or on another instance, goes on. Writers compare-and-set on a version.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Kysely } from 'kysely'
import type { ExchangeRow, ExchangeState, WalletTables } from '../database/schema.ts'
import type { EventSummary } from '../history/event.ts'
import { recordEvent } from '../history/record-event.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'

export type { ExchangeState } from '../database/schema.ts'

export interface Exchange<Resolved, Done> {
  readonly id: string
  readonly kind: ExchangeRow['kind']
  readonly state: ExchangeState
  readonly version: number
  readonly resolved: Resolved
  /** What the holder wants done; absent where nothing was decided. */
  readonly decision?: string | undefined
  /** Epoch seconds. */
  readonly begunAt?: number | undefined
  readonly done?: Done | undefined
  readonly expiresAt: number
}

export type ExchangeRefusal =
  | { readonly code: 'exchange_unknown' }
  /** Somebody else, perhaps the same person in another window, is about to do something different. */
  | { readonly code: 'exchange_busy' }
  | { readonly code: 'exchange_decided'; readonly state: ExchangeState }

/** How long a resolved offer or request is kept, decided or not. */
export const EXCHANGE_SECONDS = 86_400
/** Of one wallet; beyond it the oldest are forgotten. */
export const MAX_EXCHANGES = 50
/** Longer than anything that a decision waits for: after that nobody carries it out any more. */
const BEGUN_SECONDS = 180

export async function keepExchange<Resolved, Done>(
  wallet: Wallet,
  owned: OwnedWallet,
  kind: ExchangeRow['kind'],
  resolved: Resolved,
): Promise<Exchange<Resolved, Done>> {
  const id = wallet.newId()
  const now = wallet.now()
  await makeRoom(wallet, owned)
  const row: ExchangeRow = {
    id,
    wallet_id: owned.id,
    created_at: now,
    kind,
    state: 'open',
    version: 1,
    resolved_sealed: wallet.columns.seal(['exchanges', id, 'resolved'], JSON.stringify(resolved)),
    decision_sealed: null,
    begun_at: null,
    result_sealed: null,
    expires_at: now + EXCHANGE_SECONDS,
  }
  await wallet.database.db.insertInto('exchanges').values(row).execute()
  return opened(wallet, row)
}

/** One of somebody else, one that is forgotten and one of the other kind are all unknown. */
export async function findExchange<Resolved, Done>(
  wallet: Wallet,
  owned: OwnedWallet,
  kind: ExchangeRow['kind'],
  id: string,
): Promise<Result<Exchange<Resolved, Done>, ExchangeRefusal>> {
  const row = await wallet.database.db
    .selectFrom('exchanges')
    .selectAll()
    .where('id', '=', id)
    .where('wallet_id', '=', owned.id)
    .where('kind', '=', kind)
    .where('expires_at', '>', wallet.now())
    .executeTakeFirst()
  return row === undefined ? refuse({ code: 'exchange_unknown' }) : ok(opened(wallet, row))
}

/**
 * Writes down what is about to be done, or joins whoever does the same. The exchange that comes back is `begun`, or is at an
 * end that the same decision led to. What a verifier refused may be decided anew.
 */
export async function begin<Resolved, Done>(
  wallet: Wallet,
  owned: OwnedWallet,
  exchange: Exchange<Resolved, Done>,
  decision: string,
): Promise<Result<Exchange<Resolved, Done>, ExchangeRefusal>> {
  for (let current = exchange; ; ) {
    const refusal = obstacleTo(wallet, current, decision)
    if (refusal !== undefined) return refuse(refusal)
    if (isEnd(current.state) && current.decision === decision) return ok(current)
    const begunAt = wallet.now()
    const written = await change(wallet, current, {
      state: 'begun',
      decision_sealed: wallet.columns.seal(['exchanges', current.id, 'decision'], decision),
      begun_at: begunAt,
      result_sealed: null,
    })
    if (written) return ok({ ...current, state: 'begun', version: current.version + 1, decision, begunAt })
    const again = await findExchange<Resolved, Done>(wallet, owned, current.kind, current.id)
    if (!again.ok) return again
    current = again.value
  }
}

/** What came of it. It happened, so it is written whatever anybody else decided in the meantime. */
export async function end<Resolved, Done>(
  wallet: Wallet,
  exchange: Exchange<Resolved, Done>,
  state: Exclude<ExchangeState, 'open' | 'begun'>,
  done: Done,
): Promise<Exchange<Resolved, Done>> {
  return endIn(wallet, wallet.database.db, exchange, state, done)
}

/** An end that nobody else heard of: the history tells of it, under the id of the exchange. */
export async function endSilently<Resolved, Done>(
  wallet: Wallet,
  owned: OwnedWallet,
  exchange: Exchange<Resolved, Done>,
  { done, summary }: { readonly done: Done; readonly summary: EventSummary },
): Promise<Exchange<Resolved, Done>> {
  return wallet.database.inTransaction(async (transaction) => {
    await recordEvent(wallet, transaction, owned, { action: 'reject', summary }, exchange.id)
    return endIn(wallet, transaction, exchange, 'rejected', done)
  })
}

async function endIn<Resolved, Done>(
  wallet: Wallet,
  db: Kysely<WalletTables>,
  exchange: Exchange<Resolved, Done>,
  state: Exclude<ExchangeState, 'open' | 'begun'>,
  done: Done,
): Promise<Exchange<Resolved, Done>> {
  await db
    .updateTable('exchanges')
    .set((row) => ({
      state,
      result_sealed: wallet.columns.seal(['exchanges', exchange.id, 'result'], JSON.stringify(done)),
      decision_sealed:
        exchange.decision === undefined
          ? null
          : wallet.columns.seal(['exchanges', exchange.id, 'decision'], exchange.decision),
      version: row('version', '+', 1),
    }))
    .where('id', '=', exchange.id)
    .execute()
  return { ...exchange, state, done, version: exchange.version + 1 }
}

/** Nothing came of it and nothing can have left: open again, unless somebody joined and goes on. */
export async function release<Resolved, Done>(
  wallet: Wallet,
  exchange: Exchange<Resolved, Done>,
): Promise<void> {
  await change(wallet, exchange, { state: 'open', decision_sealed: null, begun_at: null })
}

/** It cannot be done any more, unless somebody joined, who may have done it. */
export async function giveUp<Resolved, Done>(
  wallet: Wallet,
  exchange: Exchange<Resolved, Done>,
): Promise<void> {
  await change(wallet, exchange, { state: 'refused' })
}

function obstacleTo<Resolved, Done>(
  { now }: Wallet,
  { begunAt = 0, decision: decided, state }: Exchange<Resolved, Done>,
  decision: string,
): ExchangeRefusal | undefined {
  if (state === 'open' || state === 'refused' || decided === decision) return undefined
  if (state === 'begun') return begunAt + BEGUN_SECONDS > now() ? { code: 'exchange_busy' } : undefined
  return { code: 'exchange_decided', state }
}

function isEnd(state: ExchangeState): boolean {
  return state !== 'open' && state !== 'begun'
}

/** False: somebody else has written since. */
async function change<Resolved, Done>(
  wallet: Wallet,
  { id, version }: Exchange<Resolved, Done>,
  columns: Partial<Pick<ExchangeRow, 'state' | 'decision_sealed' | 'begun_at' | 'result_sealed'>>,
): Promise<boolean> {
  const written = await wallet.database.db
    .updateTable('exchanges')
    .set({ ...columns, version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version)
    .returning('id')
    .executeTakeFirst()
  return written !== undefined
}

/** What has expired goes first, and of the rest the oldest. */
async function makeRoom({ database, now }: Wallet, owned: OwnedWallet): Promise<void> {
  const { db } = database
  await db
    .deleteFrom('exchanges')
    .where('wallet_id', '=', owned.id)
    .where('expires_at', '<=', now())
    .execute()
  const surplus = await db
    .selectFrom('exchanges')
    .select('id')
    .where('wallet_id', '=', owned.id)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(1000)
    .offset(MAX_EXCHANGES - 1)
    .execute()
  if (surplus.length === 0) return
  const ids = surplus.map(({ id }) => id)
  await db.deleteFrom('exchanges').where('id', 'in', ids).where('wallet_id', '=', owned.id).execute()
}

function opened<Resolved, Done>({ columns }: Wallet, row: ExchangeRow): Exchange<Resolved, Done> {
  const { id, kind, state, version, begun_at: begunAt, expires_at: expiresAt } = row
  const { decision_sealed: decision, resolved_sealed: resolved, result_sealed: done } = row
  return {
    id,
    kind,
    state,
    version,
    resolved: JSON.parse(columns.open(['exchanges', id, 'resolved'], resolved)),
    decision: decision === null ? undefined : columns.open(['exchanges', id, 'decision'], decision),
    begunAt: begunAt ?? undefined,
    done: done === null ? undefined : JSON.parse(columns.open(['exchanges', id, 'result'], done)),
    expiresAt,
  }
}
