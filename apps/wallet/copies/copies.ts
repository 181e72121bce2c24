/**
 * The copies of a card: credentials of one content, each for a key of its own, of which each is shown once, so that two verifiers
 * cannot tell that they saw the same holder (OpenID4VCI 1.0 §3.3.2). Which one is shown is decided before an answer is made and written
 * down with it: a copy counts as used when the answer is there to be sent, and somebody who took the same one meanwhile takes another.
 */
import type { HeldCredential } from '@countersign/credential/contract/format'
import type { Signer } from '@countersign/crypto/engine'
import { type PublicJwk, sameKey } from '@countersign/crypto/jwk'
import { type PrivateJwk, softwareSigner } from '@countersign/keys/signers/software-key'
import type { Transaction } from 'kysely'
import type { WalletTables } from '../database/schema.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'

export interface NewCopy {
  readonly privateJwk: PrivateJwk
  readonly content: string
}

export interface CopyCount {
  /** Shown to nobody. */
  readonly unused: number
  readonly total: number
}

/** A copy that is about to be shown. */
export interface ChosenCopy {
  readonly id: string
  readonly content: string
  readonly held: HeldCredential
  readonly signer: Signer
  /** In how many answers it was when it was chosen; 0: nobody has seen it. */
  readonly uses: number
}

export async function addCopies(
  { columns, newId, now }: Wallet,
  transaction: Transaction<WalletTables>,
  card: { readonly walletId: string; readonly credentialId: string },
  copies: readonly NewCopy[],
): Promise<void> {
  const rows = copies.map(({ content, privateJwk }) => {
    const id = newId()
    return {
      id,
      wallet_id: card.walletId,
      credential_id: card.credentialId,
      key_sealed: columns.seal(['credential_copies', id, 'key'], JSON.stringify(privateJwk)),
      content_sealed: columns.seal(['credential_copies', id, 'content'], content),
      added_at: now(),
      used_at: null,
      used_for: null,
      uses: 0,
    }
  })
  if (rows.length > 0) await transaction.insertInto('credential_copies').values(rows).execute()
}

/** By the ids of cards; those without copies are not in it. */
export async function countCopies(
  { database }: Wallet,
  owned: OwnedWallet,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CopyCount>> {
  if (ids.length === 0) return new Map()
  const rows = await database.db
    .selectFrom('credential_copies')
    .select(({ fn }) => ['credential_id', fn.countAll().as('total'), fn.count('used_at').as('used')])
    .where('wallet_id', '=', owned.id)
    .where('credential_id', 'in', ids)
    .groupBy('credential_id')
    .execute()
  // What PostgreSQL counts comes as text.
  return new Map(
    rows.map(({ credential_id: id, total, used }) => [
      id,
      { unused: Number(total) - Number(used), total: Number(total) },
    ]),
  )
}

export async function copiesOf(
  wallet: Wallet,
  owned: OwnedWallet,
  credentialId: string,
): Promise<CopyCount | undefined> {
  return (await countCopies(wallet, owned, [credentialId])).get(credentialId)
}

/**
 * One that nobody has seen, any of them, so that answers at once seldom meet; of those that were seen the one longest ago. `taken`: those
 * in the same answer. Undefined for a card without copies.
 */
export async function chooseCopy(
  wallet: Wallet,
  { format, id }: { readonly format: string; readonly id: string },
  taken: ReadonlySet<string>,
): Promise<ChosenCopy | undefined> {
  const rows = await wallet.database.db
    .selectFrom('credential_copies')
    .select(['id', 'uses'])
    .where('credential_id', '=', id)
    // Many may be of one second: that used most often is not the one used longest ago.
    .orderBy('uses')
    .orderBy('used_at')
    .orderBy('id')
    .execute()
  const unused = rows.filter(({ uses }) => uses === 0)
  const used = rows.filter(({ uses }) => uses > 0)
  const from = unused.length === 0 ? 0 : (wallet.crypto.randomBytes(1)[0] ?? 0) % unused.length
  const inTurn = [...unused.slice(from), ...unused.slice(0, from), ...used]
  const free = inTurn.filter((row) => !taken.has(row.id))
  let first: ChosenCopy | undefined
  for (const row of free.length > 0 ? free : inTurn) {
    const copy = await openCopy(wallet, format, row)
    first ??= copy
    const { expiresAt } = copy?.held ?? {}
    if (copy !== undefined && (expiresAt === undefined || expiresAt > wallet.now())) return copy
  }
  return first
}

/** Undefined for one that was replaced meanwhile. */
async function openCopy(
  { columns, crypto, database, formats }: Wallet,
  format: string,
  { id, uses }: Pick<ChosenCopy, 'id' | 'uses'>,
): Promise<ChosenCopy | undefined> {
  const row = await database.db
    .selectFrom('credential_copies')
    .select(['key_sealed', 'content_sealed'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const content = columns.open(['credential_copies', id, 'content'], row.content_sealed)
  const held = await formats.get(format)?.open(content, crypto)
  // It was opened once, on receipt, before it was stored.
  if (held?.ok !== true) throw new Error(`a stored copy does not open: ${held?.error.code ?? format}`)
  const privateJwk = JSON.parse(columns.open(['credential_copies', id, 'key'], row.key_sealed)) as PrivateJwk
  return { id, content, held: held.value, signer: softwareSigner(privateJwk), uses }
}

/** False: somebody else has shown one of them, or it was replaced, since it was chosen. Nothing is to be sent then. */
export async function spendCopies(
  { now }: Wallet,
  transaction: Transaction<WalletTables>,
  chosen: readonly ChosenCopy[],
  answerId: string,
): Promise<boolean> {
  const once = new Map(chosen.map((copy) => [copy.id, copy]))
  // All in one order, so that nobody waits for somebody who waits for him.
  for (const { id, uses } of [...once.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const spent = await transaction
      .updateTable('credential_copies')
      .set({ used_at: now(), used_for: answerId, uses: uses + 1 })
      .where('id', '=', id)
      .where('uses', '=', uses)
      .returning('id')
      .executeTakeFirst()
    if (spent === undefined) return false
  }
  return true
}

export async function allCopies(
  { columns, database }: Wallet,
  credentialId: string,
): Promise<readonly (NewCopy & { readonly uses: number })[]> {
  const rows = await database.db
    .selectFrom('credential_copies')
    .select(['id', 'key_sealed', 'content_sealed', 'uses'])
    .where('credential_id', '=', credentialId)
    .orderBy('id')
    .execute()
  return rows.map(({ content_sealed: content, id, key_sealed: key, uses }) => ({
    privateJwk: JSON.parse(columns.open(['credential_copies', id, 'key'], key)),
    content: columns.open(['credential_copies', id, 'content'], content),
    uses,
  }))
}

/** The key of the copy that a card shows. Undefined for a card without copies. */
export async function signerOfCopy(
  { columns, database }: Wallet,
  credentialId: string,
  holderKey: PublicJwk,
): Promise<Signer | undefined> {
  const rows = await database.db
    .selectFrom('credential_copies')
    .select(['id', 'key_sealed'])
    .where('credential_id', '=', credentialId)
    .execute()
  for (const { id, key_sealed: sealed } of rows) {
    const key = JSON.parse(columns.open(['credential_copies', id, 'key'], sealed)) as PrivateJwk
    if (sameKey(key, holderKey)) return softwareSigner(key)
  }
  return undefined
}

/** Whoever shows one at this moment waits, and finds it gone. `which`: those that somebody saw, or all. */
export async function dropCopies(
  { database }: Wallet,
  transaction: Transaction<WalletTables>,
  credentialId: string,
  which: 'used' | 'all',
): Promise<void> {
  const those = transaction
    .selectFrom('credential_copies')
    .select('id')
    .where('credential_id', '=', credentialId)
    .orderBy('id')
  // SQLite has one writer at a time.
  await (database.engine === 'postgres' ? those.forUpdate() : those).execute()
  const dropping = transaction.deleteFrom('credential_copies').where('credential_id', '=', credentialId)
  await (which === 'all' ? dropping : dropping.where('uses', '>', 0)).execute()
}

/** What more is asked for with goes with the last card that it is for. */
export async function dropUnneeded(
  transaction: Transaction<WalletTables>,
  owned: OwnedWallet,
): Promise<void> {
  await transaction
    .deleteFrom('renewals')
    .where('wallet_id', '=', owned.id)
    .where(({ exists, not, selectFrom }) =>
      not(exists(selectFrom('credentials').select('id').whereRef('renewal_id', '=', 'renewals.id'))),
    )
    .execute()
}
