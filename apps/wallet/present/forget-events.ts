/** Deletes entries of the history, and with each what is left of the answer that it tells of. */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { EventUnknown } from '../history/read-events.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { forgetSent } from './presentation-record.ts'

export async function forgetEvent(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Result<undefined, EventUnknown>> {
  const forgotten = await forget(wallet, owned, [id])
  return forgotten === 0 ? refuse({ code: 'event_unknown' }) : ok(undefined)
}

/** No statement may take long, however much there is. */
const AT_ONCE = 1000

/** Those that there were at the beginning; what is written meanwhile may stay. */
export async function forgetAllEvents(wallet: Wallet, owned: OwnedWallet): Promise<void> {
  const until = wallet.now()
  for (;;) {
    const rows = await wallet.database.db
      .selectFrom('events')
      .select('id')
      .where('wallet_id', '=', owned.id)
      .where('created_at', '<=', until)
      .orderBy('created_at')
      .orderBy('id')
      .limit(AT_ONCE)
      .execute()
    if (rows.length === 0) return
    await forget(
      wallet,
      owned,
      rows.map(({ id }) => id),
    )
  }
}

/** How many there were. An answer is forgotten first: whoever stops in between leaves an entry that can be deleted again. */
async function forget(wallet: Wallet, owned: OwnedWallet, ids: readonly string[]): Promise<number> {
  const { db } = wallet.database
  const own = await db
    .selectFrom('events')
    .select('id')
    .where('id', 'in', ids)
    .where('wallet_id', '=', owned.id)
    .execute()
  if (own.length === 0) return 0
  const found = own.map(({ id }) => id)
  await forgetSent(wallet, found)
  await db.deleteFrom('events').where('id', 'in', found).execute()
  return found.length
}
