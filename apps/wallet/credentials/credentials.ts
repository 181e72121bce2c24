/**
 * The credentials of a wallet. Deleting is soft unless said otherwise: the row stays, is not presented and can be
 * restored. What an offer promised is stored once for each promise, however often it arrives.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { HeldCredential } from '@countersign/credential/contract/format'
import type { TypeLook } from '@countersign/credential/display/credential-view'
import { countRows } from '../database/count-rows.ts'
import type { CredentialRow } from '../database/schema.ts'
import { MAX_CREDENTIALS, type OwnedWallet, type Wallet } from '../wallet.ts'

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
  readonly look?: KeptLook | undefined
}

/** Lists them in the order of their arrival. */
export async function listCredentials(
  wallet: Wallet,
  owned: OwnedWallet,
  options: { readonly showDeleted?: boolean } = {},
): Promise<readonly StoredCredential[]> {
  const all = wallet.database.db
    .selectFrom('credentials')
    .selectAll()
    .where('wallet_id', '=', owned.id)
    .orderBy('added_at')
    .orderBy('id')
  const wanted = options.showDeleted === true ? all : all.where('deleted_at', 'is', null)
  return openAll(wallet, await wanted.execute())
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
  const { db } = wallet.database
  if (options.permanent) {
    await db.deleteFrom('credentials').where('id', '=', id).where('wallet_id', '=', owned.id).execute()
  } else if (found.value.deletedAt === undefined) {
    await mark(wallet, owned, id, wallet.now())
  }
  return ok(undefined)
}

export async function restoreCredential(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Result<StoredCredential, CredentialUnknown>> {
  await mark(wallet, owned, id, null)
  return findCredential(wallet, owned, id)
}

/** Of which promise of which issuance a credential is. */
export interface Origin {
  readonly issuanceId: string
  readonly slotHash: string
}

export async function findOrigin(
  { database }: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Origin | undefined> {
  const row = await database.db
    .selectFrom('credentials')
    .select(['reception_id', 'slot_hash'])
    .where('id', '=', id)
    .where('wallet_id', '=', owned.id)
    .executeTakeFirst()
  return row && { issuanceId: row.reception_id, slotHash: row.slot_hash }
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

/** The first one stored for a slot stays; one that comes again changes nothing. */
export async function storeCredential(
  { database, columns, newId, now }: Wallet,
  owned: OwnedWallet,
  credential: NewCredential,
): Promise<void> {
  const { issuanceId, slot, keyId, format, content, look } = credential
  const id = `urn:uuid:${newId()}`
  await database.db
    .insertInto('credentials')
    .values({
      id,
      wallet_id: owned.id,
      key_id: keyId ?? null,
      format,
      content_sealed: columns.seal(['credentials', id, 'content'], content),
      look_sealed:
        look === undefined ? null : columns.seal(['credentials', id, 'look'], JSON.stringify(look)),
      added_at: now(),
      deleted_at: null,
      reception_id: issuanceId,
      slot_hash: await slotHash(columns, issuanceId, slot),
    })
    .onConflict((conflict) => conflict.columns(['reception_id', 'slot_hash']).doNothing())
    .execute()
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

/** What came of an offer, deleted ones included: whoever asks again gets the same answer. */
export async function credentialsOfIssuance(
  wallet: Wallet,
  owned: OwnedWallet,
  issuanceId: string,
): Promise<readonly StoredCredential[]> {
  const rows = await wallet.database.db
    .selectFrom('credentials')
    .selectAll()
    .where('wallet_id', '=', owned.id)
    .where('reception_id', '=', issuanceId)
    .orderBy('added_at')
    .orderBy('id')
    .execute()
  return openAll(wallet, rows)
}

/** The type of a credential can say more about its holder than its claims: it is not kept in the open. */
export function slotHash(columns: Wallet['columns'], issuanceId: string, slot: string): Promise<string> {
  return columns.hash('slot', `${issuanceId}:${slot}`)
}

async function mark(wallet: Wallet, owned: OwnedWallet, id: string, deletedAt: number | null): Promise<void> {
  await wallet.database.db
    .updateTable('credentials')
    .set({ deleted_at: deletedAt })
    .where('id', '=', id)
    .where('wallet_id', '=', owned.id)
    .execute()
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
