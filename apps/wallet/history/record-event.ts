/**
 * Writes entries of the history. An entry is written in the transaction that does what it tells of, so nothing happens without
 * one and nothing is told that did not happen.
 */
import type { Kysely } from 'kysely'
import type { WalletTables } from '../database/schema.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { EventAction, EventOutcome, EventSummary, EventValues } from './event.ts'

export interface NewEvent {
  readonly action: EventAction
  readonly outcome?: EventOutcome | undefined
  readonly summary: EventSummary
  readonly values?: EventValues | undefined
}

/** `db`: the transaction. `id`: of what it tells of, where that may be done once more: then there is one entry all the same. */
export async function recordEvent(
  { columns, newId, now }: Wallet,
  db: Kysely<WalletTables>,
  owned: OwnedWallet,
  { action, outcome, summary, values }: NewEvent,
  id: string = newId(),
): Promise<void> {
  const createdAt = now()
  await db
    .insertInto('events')
    .values({
      id,
      wallet_id: owned.id,
      created_at: createdAt,
      action,
      outcome: outcome ?? null,
      summary_sealed: columns.seal(['events', id, 'summary'], JSON.stringify(summary)),
      values_sealed:
        values === undefined ? null : columns.seal(['events', id, 'values'], JSON.stringify(values)),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  const about = summary.credentials.flatMap(({ id: credentialId }) => credentialId ?? [])
  if (about.length === 0) return
  const hashes = await Promise.all([...new Set(about)].map((one) => eventCredentialHash(columns, owned, one)))
  await db
    .insertInto('event_credentials')
    .values(
      hashes.map((hash) => ({
        event_id: id,
        wallet_id: owned.id,
        credential_hash: hash,
        created_at: createdAt,
      })),
    )
    .onConflict((conflict) => conflict.columns(['event_id', 'credential_hash']).doNothing())
    .execute()
}

/** Entries of one credential are found by it, and whoever has the database finds none. */
export function eventCredentialHash(
  columns: Wallet['columns'],
  owned: OwnedWallet,
  credentialId: string,
): Promise<string> {
  return columns.hash('event_credential', `${owned.id}:${credentialId}`)
}

/** What the other side said at last. An entry that was deleted meanwhile does not come back. */
export async function settleEvent(
  db: Kysely<WalletTables>,
  id: string,
  outcome: EventOutcome,
): Promise<void> {
  await db.updateTable('events').set({ outcome }).where('id', '=', id).execute()
}
