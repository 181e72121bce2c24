/**
 * The DIDs of a wallet: names for its keys, with one of them the default. A did:jwk and a did:key are their own document;
 * that of a did:web is kept with it. A DID is kept under a keyed hash of itself, since the text of one is the holder's
 * public key, or a name.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { DidKeyEncoding } from '@countersign/did/did-key'
import { countRows } from '../database/count-rows.ts'
import type { DidRow } from '../database/schema.ts'
import { type GenerateKeyRefusal, generateKey, type KeyUnknown, loadPublicKey } from '../keys/keys.ts'
import { MAX_DIDS, type OwnedWallet, type Wallet } from '../wallet.ts'
import { documentOf, keyUrlIn, type MadeDid, selfDid, webDid } from './did-method.ts'
import { claimHosted, didAtPlace, findHosted, type PlaceUnusable, type WebPlace } from './hosted-dids.ts'

export interface ListedDid {
  readonly did: string
  readonly alias: string
  /** JSON of the DID document, as text. */
  readonly document: string
  readonly keyId: string
  readonly isDefault: boolean
  /** Epoch seconds. */
  readonly createdAt: number
}

export interface DidUnknown {
  readonly code: 'did_unknown'
}

export type KeepDidRefusal =
  | { readonly code: 'did_exists' }
  /** A name on our own host that another wallet has, or had. */
  | { readonly code: 'did_taken' }
  | { readonly code: 'too_many_dids'; readonly max: number }

export type CreateDidRefusal = KeyUnknown | GenerateKeyRefusal | PlaceUnusable | KeepDidRefusal

export type DidRequest =
  | { readonly method: 'jwk' }
  | { readonly method: 'key'; readonly encoding?: DidKeyEncoding }
  | ({ readonly method: 'web' } & WebPlace)

export type CreateDid = DidRequest & {
  /** Without one a new P-256 key is made. */
  readonly keyId?: string | undefined
  readonly alias: string
}

export async function createDid(
  wallet: Wallet,
  owned: OwnedWallet,
  request: CreateDid,
): Promise<Result<{ readonly did: string }, CreateDidRefusal>> {
  const place = request.method === 'web' ? didAtPlace(wallet, request) : ok(undefined)
  if (!place.ok) return place
  const room = await roomForDid(wallet, owned)
  if (!room.ok) return room
  const key = await keyFor(wallet, owned, request.keyId)
  if (!key.ok) return key
  const { keyId, publicJwk } = key.value
  const made =
    request.method === 'web' && place.value !== undefined
      ? webDid(place.value, publicJwk)
      : selfDid(request.method === 'key' ? 'key' : 'jwk', publicJwk, encodingOf(request))
  return keepDid(wallet, owned, { ...made, keyId, alias: request.alias })
}

export interface NewDid extends MadeDid {
  readonly keyId: string
  readonly alias: string
}

export async function keepDid(
  wallet: Wallet,
  owned: OwnedWallet,
  did: NewDid,
): Promise<Result<{ readonly did: string }, KeepDidRefusal>> {
  const room = await roomForDid(wallet, owned)
  if (!room.ok) return room
  const row = await didRow(wallet, owned, did)
  return wallet.database.inTransaction(async (transaction) => {
    if (!(await claimHosted(wallet, transaction, owned, did.did))) return refuse({ code: 'did_taken' })
    const inserted = await transaction
      .insertInto('wallet_dids')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst()
    return inserted === undefined ? refuse({ code: 'did_exists' }) : ok({ did: did.did })
  })
}

export async function listDids(wallet: Wallet, owned: OwnedWallet): Promise<readonly ListedDid[]> {
  const rows = await wallet.database.db
    .selectFrom('wallet_dids')
    .innerJoin('wallets', 'wallets.id', 'wallet_dids.wallet_id')
    .selectAll('wallet_dids')
    .select('wallets.default_did')
    .where('wallet_dids.wallet_id', '=', owned.id)
    .orderBy('wallet_dids.created_at')
    .orderBy('wallet_dids.id')
    .execute()
  return rows.map((row) => listed(wallet, row, row.default_did === row.id))
}

export async function findDid(
  wallet: Wallet,
  owned: OwnedWallet,
  did: string,
): Promise<Result<ListedDid, DidUnknown>> {
  const found = (await listDids(wallet, owned)).find((one) => one.did === did)
  return found === undefined ? refuse({ code: 'did_unknown' }) : ok(found)
}

/** The DID named, otherwise the default, otherwise the only one there is. */
export async function chooseDid(
  wallet: Wallet,
  owned: OwnedWallet,
  did: string | undefined,
): Promise<Result<ListedDid, DidUnknown>> {
  if (did !== undefined) return findDid(wallet, owned, did)
  const all = await listDids(wallet, owned)
  const chosen = all.find((one) => one.isDefault) ?? all[0]
  return chosen === undefined ? refuse({ code: 'did_unknown' }) : ok(chosen)
}

export interface NamedKey {
  readonly did: string
  /** DID URL of the key. */
  readonly keyUrl: string
}

/** The names under which the key may authenticate. */
export async function namesOfKey(
  wallet: Wallet,
  owned: OwnedWallet,
  { keyId, publicJwk }: { readonly keyId: string; readonly publicJwk: PublicJwk },
): Promise<readonly NamedKey[]> {
  const now = wallet.now()
  const dids = (await listDids(wallet, owned)).filter((one) => one.keyId === keyId)
  return dids.flatMap(({ did, document }) => {
    const read = documentOf(did.startsWith('did:web:') ? { did, document } : { did }, now)
    const keyUrl = read.ok ? keyUrlIn(read.value, publicJwk) : undefined
    return keyUrl === undefined ? [] : [{ did, keyUrl }]
  })
}

export async function setDefaultDid(
  wallet: Wallet,
  owned: OwnedWallet,
  did: string,
): Promise<Result<undefined, DidUnknown>> {
  const found = await findDid(wallet, owned, did)
  if (!found.ok) return found
  await wallet.database.db
    .updateTable('wallets')
    .set({ default_did: await didId(wallet, owned.id, did) })
    .where('id', '=', owned.id)
    .execute()
  return ok(undefined)
}

/** Deletes the DID alone: its key stays. */
export async function deleteDid(
  wallet: Wallet,
  owned: OwnedWallet,
  did: string,
): Promise<Result<undefined, DidUnknown>> {
  const deleted = await wallet.database.db
    .deleteFrom('wallet_dids')
    .where('id', '=', await didId(wallet, owned.id, did))
    .where('wallet_id', '=', owned.id)
    .returning('id')
    .executeTakeFirst()
  return deleted === undefined ? refuse({ code: 'did_unknown' }) : ok(undefined)
}

/** The document that this host shows for a did:web of its registry, to everybody. */
export async function hostedDocument(wallet: Wallet, name: string): Promise<Result<string, DidUnknown>> {
  const hosted = await findHosted(wallet, name)
  if (hosted === undefined) return refuse({ code: 'did_unknown' })
  const row = await wallet.database.db
    .selectFrom('wallet_dids')
    .selectAll()
    .where('id', '=', await didId(wallet, hosted.walletId, hosted.did))
    .executeTakeFirst()
  return row === undefined ? refuse({ code: 'did_unknown' }) : ok(listed(wallet, row, false).document)
}

/** The row for a DID of a key that is kept, or is about to be. */
export async function didRow(wallet: Wallet, owned: OwnedWallet, made: NewDid): Promise<DidRow> {
  const { columns, now } = wallet
  const { alias, did, document, keyId } = made
  const id = await didId(wallet, owned.id, did)
  return {
    id,
    wallet_id: owned.id,
    key_id: keyId,
    did_sealed: columns.seal(['wallet_dids', id, 'did'], did),
    alias_sealed: columns.seal(['wallet_dids', id, 'alias'], alias),
    document_sealed: document === undefined ? null : columns.seal(['wallet_dids', id, 'document'], document),
    created_at: now(),
  }
}

async function roomForDid(
  wallet: Wallet,
  owned: OwnedWallet,
): Promise<Result<undefined, Extract<KeepDidRefusal, { code: 'too_many_dids' }>>> {
  const present = await countRows(wallet, 'wallet_dids', owned.id, MAX_DIDS)
  return present < MAX_DIDS ? ok(undefined) : refuse({ code: 'too_many_dids', max: MAX_DIDS })
}

async function keyFor(
  wallet: Wallet,
  owned: OwnedWallet,
  keyId: string | undefined,
): Promise<
  Result<{ readonly keyId: string; readonly publicJwk: PublicJwk }, KeyUnknown | GenerateKeyRefusal>
> {
  if (keyId !== undefined) {
    const publicJwk = await loadPublicKey(wallet, owned, keyId)
    return publicJwk.ok ? ok({ keyId, publicJwk: publicJwk.value }) : publicJwk
  }
  const made = await generateKey(wallet, owned, { keyType: 'secp256r1' })
  return made.ok ? keyFor(wallet, owned, made.value.id) : made
}

function encodingOf(request: CreateDid): DidKeyEncoding | undefined {
  return request.method === 'key' ? request.encoding : undefined
}

/** With the wallet in it, so that one DID in two wallets does not look like one. */
function didId({ columns }: Wallet, walletId: string, did: string): Promise<string> {
  return columns.hash('did', `${walletId}:${did}`)
}

function listed({ now, columns }: Wallet, row: DidRow, isDefault: boolean): ListedDid {
  const did = columns.open(['wallet_dids', row.id, 'did'], row.did_sealed)
  return {
    did,
    alias: columns.open(['wallet_dids', row.id, 'alias'], row.alias_sealed),
    document:
      row.document_sealed === null
        ? ownDocument(did, now())
        : columns.open(['wallet_dids', row.id, 'document'], row.document_sealed),
    keyId: row.key_id,
    isDefault,
    createdAt: row.created_at,
  }
}

function ownDocument(did: string, now: number): string {
  const document = documentOf({ did }, now)
  if (!document.ok) throw new Error(`a DID of ours does not resolve: ${document.error.code}`)
  return JSON.stringify(document.value)
}
