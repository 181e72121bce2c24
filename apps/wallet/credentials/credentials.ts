/**
 * The credentials of a wallet. Deleting is soft unless said otherwise: the row stays, is not presented and can be
 * restored. What an offer promised is stored once for each promise, however often it arrives.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { HeldCredential } from '@countersign/credential/contract/format'
import type { TypeLook } from '@countersign/credential/display/credential-view'
import type { Transaction } from 'kysely'
import { addCopies, dropUnneeded, type NewCopy } from '../copies/copies.ts'
import { countRows } from '../database/count-rows.ts'
import type { CredentialRow, WalletTables } from '../database/schema.ts'
import { describeCredential, describeType } from '../history/described-credential.ts'
import type { EventParty, EventSummary } from '../history/event.ts'
import { recordEvent } from '../history/record-event.ts'
import { MAX_CREDENTIALS, type OwnedWallet, type Wallet } from '../wallet.ts'
import { issuerName } from './claimed-issuer.ts'

/** How its issuer wanted it to look, and who gave it to the wallet. */
export interface KeptLook extends TypeLook {
  /** Credential issuer identifier; absent where an earlier release received it. */
  readonly receivedFrom?: string | undefined
}

export interface StoredCredential {
  readonly id: string
  readonly walletId: string
  readonly keyId?: string | undefined
  /** The credential as it was issued, disclosures included. */
  readonly content: string
  readonly held: HeldCredential
  readonly look?: KeptLook | undefined
  /** Epoch seconds. */
  readonly addedAt: number
  readonly deletedAt?: number | undefined
}

export interface CredentialUnknown {
  readonly code: 'credential_unknown'
}

export interface TooManyCredentials {
  readonly code: 'too_many_credentials'
  readonly max: number
}

export interface NewCredential {
  readonly issuanceId: string
  /** Names which of the promised credentials this is. */
  readonly slot: string
  readonly keyId?: string | undefined
  readonly format: string
  readonly content: string
  /** The same, opened. */
  readonly held: HeldCredential
  readonly look?: KeptLook | undefined
  /** Where there are several: this one among them, each with its own key. */
  readonly copies?: readonly NewCopy[] | undefined
  /** Whom it came from, for the history. */
  readonly party: EventParty
  /** What is written with it, or not at all. */
  readonly alongside?: ((transaction: Transaction<WalletTables>) => Promise<void>) | undefined
}

/** Lists them in the order of their arrival. */
export async function listCredentials(
  wallet: Wallet,
  owned: OwnedWallet,
  options: ListOptions = {},
): Promise<readonly StoredCredential[]> {
  const { categories, showDeleted = false } = options
  let wanted = wallet.database.db
    .selectFrom('credentials')
    .selectAll()
    .where('wallet_id', '=', owned.id)
    .orderBy('added_at')
    .orderBy('id')
  if (!showDeleted) wanted = wanted.where('deleted_at', 'is', null)
  if (categories !== undefined) wanted = wanted.where('id', 'in', idsIn(wallet, owned, categories))
  return openAll(wallet, await wanted.execute())
}

export interface ListOptions {
  readonly showDeleted?: boolean | undefined
  /** Hashes of categories: those that are in one of them. */
  readonly categories?: readonly string[] | undefined
}

function idsIn({ database }: Wallet, owned: OwnedWallet, categories: readonly string[]) {
  return database.db
    .selectFrom('credential_categories')
    .innerJoin('categories', 'categories.id', 'credential_categories.category_id')
    .select('credential_categories.credential_id')
    .where('categories.wallet_id', '=', owned.id)
    .where('categories.name_hash', 'in', categories)
}

export async function findCredential(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Result<StoredCredential, CredentialUnknown>> {
  const row = await wallet.database.db
    .selectFrom('credentials')
    .selectAll()
    .where('id', '=', id)
    .where('wallet_id', '=', owned.id)
    .executeTakeFirst()
  return row === undefined ? refuse({ code: 'credential_unknown' }) : ok(await opened(wallet, row))
}

export async function deleteCredential(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
  options: { readonly permanent: boolean },
): Promise<Result<undefined, CredentialUnknown>> {
  const found = await findCredential(wallet, owned, id)
  if (!found.ok) return found
  const { permanent } = options
  await wallet.database.inTransaction(async (transaction) => {
    const changed = permanent
      ? await erase(transaction, owned, id)
      : await mark(transaction, owned, id, wallet.now())
    if (changed)
      await recordChange(wallet, transaction, owned, { action: 'delete', permanent, of: found.value })
  })
  return ok(undefined)
}

export async function restoreCredential(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Result<StoredCredential, CredentialUnknown>> {
  const found = await findCredential(wallet, owned, id)
  if (!found.ok) return found
  await wallet.database.inTransaction(async (transaction) => {
    if (await mark(transaction, owned, id, null))
      await recordChange(wallet, transaction, owned, { action: 'restore', of: found.value })
  })
  return findCredential(wallet, owned, id)
}

/** Of which promise of which issuance a credential is. */
export interface Origin {
  readonly issuanceId: string
  readonly slotHash: string
  /** With what more of it is asked for. */
  readonly renewalId?: string | undefined
}

export async function findOrigin(
  { database }: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Origin | undefined> {
  const row = await database.db
    .selectFrom('credentials')
    .select(['reception_id', 'slot_hash', 'renewal_id'])
    .where('id', '=', id)
    .where('wallet_id', '=', owned.id)
    .executeTakeFirst()
  return (
    row && {
      issuanceId: row.reception_id,
      slotHash: row.slot_hash,
      renewalId: row.renewal_id ?? undefined,
    }
  )
}

/** Whether `more` credentials still fit; asked before anything is requested of an issuer. */
export async function roomFor(
  wallet: Wallet,
  owned: OwnedWallet,
  more: number,
): Promise<Result<undefined, TooManyCredentials>> {
  const present = await countRows(wallet, 'credentials', owned.id, MAX_CREDENTIALS)
  const fits = present + more <= MAX_CREDENTIALS
  return fits ? ok(undefined) : refuse({ code: 'too_many_credentials', max: MAX_CREDENTIALS })
}

/** The first one stored for a slot stays; one that comes again changes nothing. Its id; undefined for one that came again. */
export async function storeCredential(
  wallet: Wallet,
  owned: OwnedWallet,
  credential: NewCredential,
): Promise<string | undefined> {
  const { columns, database, newId, now } = wallet
  const { alongside, issuanceId, slot, keyId, format, content, copies = [], held, look, party } = credential
  const id = `urn:uuid:${newId()}`
  const row: CredentialRow = {
    id,
    wallet_id: owned.id,
    key_id: keyId ?? null,
    format,
    content_sealed: columns.seal(['credentials', id, 'content'], content),
    look_sealed: look === undefined ? null : columns.seal(['credentials', id, 'look'], JSON.stringify(look)),
    added_at: now(),
    deleted_at: null,
    reception_id: issuanceId,
    slot_hash: await slotHash(columns, issuanceId, slot),
    renewal_id: null,
  }
  const described = describeCredential(wallet, { id, credential: held, look, issuer: issuerName(held, look) })
  return database.inTransaction(async (transaction) => {
    await alongside?.(transaction)
    const stored = await transaction
      .insertInto('credentials')
      .values(row)
      .onConflict((conflict) => conflict.columns(['reception_id', 'slot_hash']).doNothing())
      .returning('id')
      .executeTakeFirst()
    const summary = { party, credentials: [described.credential] }
    if (stored === undefined) return undefined
    await addCopies(wallet, transaction, { walletId: owned.id, credentialId: id }, copies)
    await recordEvent(wallet, transaction, owned, { action: 'receive', summary })
    return stored.id
  })
}

export async function isStored(
  { database, columns }: Wallet,
  { issuanceId, slot }: Pick<NewCredential, 'issuanceId' | 'slot'>,
): Promise<boolean> {
  const found = await database.db
    .selectFrom('credentials')
    .select('id')
    .where('reception_id', '=', issuanceId)
    .where('slot_hash', '=', await slotHash(columns, issuanceId, slot))
    .executeTakeFirst()
  return found !== undefined
}

/**
 * What came of an offer, deleted ones included: whoever asks again gets the same answer. A card that was issued anew since is of
 * another issuance, and renewed by what this one began.
 */
export async function credentialsOfIssuance(
  wallet: Wallet,
  owned: OwnedWallet,
  issuanceId: string,
): Promise<readonly StoredCredential[]> {
  const rows = await wallet.database.db
    .selectFrom('credentials')
    .selectAll()
    .where('wallet_id', '=', owned.id)
    .where(({ eb, or }) => or([eb('reception_id', '=', issuanceId), eb('renewal_id', '=', issuanceId)]))
    .orderBy('added_at')
    .orderBy('id')
    .execute()
  return openAll(wallet, rows)
}

/** The type of a credential can say more about its holder than its claims: it is not kept in the open. */
export function slotHash(columns: Wallet['columns'], issuanceId: string, slot: string): Promise<string> {
  return columns.hash('slot', `${issuanceId}:${slot}`)
}

/** False: it was so already, or is gone. */
async function mark(
  transaction: Transaction<WalletTables>,
  owned: OwnedWallet,
  id: string,
  deletedAt: number | null,
): Promise<boolean> {
  const marked = await transaction
    .updateTable('credentials')
    .set({ deleted_at: deletedAt })
    .where('id', '=', id)
    .where('wallet_id', '=', owned.id)
    .where('deleted_at', deletedAt === null ? 'is not' : 'is', null)
    .returning('id')
    .executeTakeFirst()
  return marked !== undefined
}

async function erase(
  transaction: Transaction<WalletTables>,
  owned: OwnedWallet,
  id: string,
): Promise<boolean> {
  const erased = await transaction
    .deleteFrom('credentials')
    .where('id', '=', id)
    .where('wallet_id', '=', owned.id)
    .returning('id')
    .executeTakeFirst()
  await dropUnneeded(transaction, owned)
  return erased !== undefined
}

interface Change extends Pick<EventSummary, 'permanent'> {
  readonly action: 'delete' | 'restore'
  readonly of: StoredCredential
}

/** Of a credential that lies here: nobody else is concerned, and which claims it has is nothing new. */
async function recordChange(
  wallet: Wallet,
  transaction: Transaction<WalletTables>,
  owned: OwnedWallet,
  { action, of: { held, id, look }, permanent }: Change,
): Promise<void> {
  const { format, type } = held
  const described = describeType({ id, format, type, look, issuer: issuerName(held, look) })
  await recordEvent(wallet, transaction, owned, { action, summary: { credentials: [described], permanent } })
}

async function openAll(wallet: Wallet, rows: readonly CredentialRow[]): Promise<readonly StoredCredential[]> {
  const credentials: StoredCredential[] = []
  for (const row of rows) credentials.push(await opened(wallet, row))
  return credentials
}

async function opened({ columns, formats, crypto }: Wallet, row: CredentialRow): Promise<StoredCredential> {
  const content = columns.open(['credentials', row.id, 'content'], row.content_sealed)
  const held = await formats.get(row.format)?.open(content, crypto)
  // It was opened once, on receipt, before it was stored.
  if (held?.ok !== true)
    throw new Error(`a stored credential does not open: ${held?.error.code ?? row.format}`)
  return {
    id: row.id,
    walletId: row.wallet_id,
    content,
    held: held.value,
    addedAt: row.added_at,
    look:
      row.look_sealed === null
        ? undefined
        : JSON.parse(columns.open(['credentials', row.id, 'look'], row.look_sealed)),
    keyId: row.key_id ?? undefined,
    deletedAt: row.deleted_at ?? undefined,
  }
}
