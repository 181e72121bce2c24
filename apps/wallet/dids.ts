/**
 * The DIDs of a wallet: names for its keys (did:jwk, did:key), with one of them the default. A DID is kept under a keyed
 * hash of itself, since the text of one is the holder's public key.
 */
import { type DidMethod, didFromKey, resolveDid } from '@countersign/credential/identifiers/did'
import { bareKey, type PublicJwk } from '@countersign/credential/jwk'
import { ok, type Result, refuse } from '@countersign/credential/result'
import type { DidRow } from './database/schema.ts'
import { generateKey, type KeyUnknown, type NewKey, openKey, type TooManyKeys } from './keys.ts'
import { MAX_DIDS, type OwnedWallet, type Wallet } from './wallet.ts'

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

export type CreateDidRefusal =
  | KeyUnknown
  | TooManyKeys
  | { readonly code: 'did_exists' }
  | { readonly code: 'too_many_dids'; readonly max: number }

export interface CreateDid {
  readonly method: DidMethod
  /** Absent: a new P-256 key is made for it. */
  readonly keyId?: string
  readonly alias: string
}

export async function createDid(
  wallet: Wallet,
  owned: OwnedWallet,
  request: CreateDid,
): Promise<Result<{ readonly did: string }, CreateDidRefusal>> {
  const present = await listDids(wallet, owned)
  if (present.length >= MAX_DIDS) return refuse({ code: 'too_many_dids', max: MAX_DIDS })
  const key = await keyFor(wallet, owned, request.keyId)
  if (!key.ok) return key
  const { method, alias } = request
  const row = await didRowOf(wallet, owned, { ...key.value, method, alias })
  const inserted = await wallet.database.db
    .insertInto('wallet_dids')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted === undefined) return refuse({ code: 'did_exists' })
  return ok({ did: didFromKey(method, key.value.publicJwk) })
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

export async function setDefaultDid(
  wallet: Wallet,
  owned: OwnedWallet,
  did: string,
): Promise<Result<undefined, DidUnknown>> {
  const found = await findDid(wallet, owned, did)
  if (!found.ok) return found
  await wallet.database.db
    .updateTable('wallets')
    .set({ default_did: await didId(wallet, owned, did) })
    .where('id', '=', owned.id)
    .execute()
  return ok(undefined)
}

/** The key stays. */
export async function deleteDid(
  wallet: Wallet,
  owned: OwnedWallet,
  did: string,
): Promise<Result<undefined, DidUnknown>> {
  const deleted = await wallet.database.db
    .deleteFrom('wallet_dids')
    .where('id', '=', await didId(wallet, owned, did))
    .where('wallet_id', '=', owned.id)
    .returning('id')
    .executeTakeFirst()
  return deleted === undefined ? refuse({ code: 'did_unknown' }) : ok(undefined)
}

export interface NewDid {
  readonly key: NewKey
  readonly method: DidMethod
  readonly alias: string
}

/** The row for a DID of a key that is about to be kept. */
export function didRow(wallet: Wallet, owned: OwnedWallet, { key, method, alias }: NewDid): Promise<DidRow> {
  return didRowOf(wallet, owned, { keyId: key.id, publicJwk: bareKey(key.privateJwk), method, alias })
}

interface NamedKey {
  readonly keyId: string
  readonly publicJwk: PublicJwk
}

async function keyFor(
  wallet: Wallet,
  owned: OwnedWallet,
  keyId: string | undefined,
): Promise<Result<NamedKey, KeyUnknown | TooManyKeys>> {
  if (keyId !== undefined) {
    const signer = await openKey(wallet, owned, keyId)
    return signer.ok ? ok({ keyId, publicJwk: signer.value.publicJwk }) : signer
  }
  const made = await generateKey(wallet, owned, { keyType: 'secp256r1' })
  return made.ok ? keyFor(wallet, owned, made.value.id) : made
}

async function didRowOf(
  wallet: Wallet,
  owned: OwnedWallet,
  { keyId, publicJwk, method, alias }: NamedKey & Omit<NewDid, 'key'>,
): Promise<DidRow> {
  const { vault, now } = wallet
  const did = didFromKey(method, publicJwk)
  const id = await didId(wallet, owned, did)
  return {
    id,
    wallet_id: owned.id,
    key_id: keyId,
    did_sealed: vault.seal(['wallet_dids', id, 'did'], did),
    alias_sealed: vault.seal(['wallet_dids', id, 'alias'], alias),
    created_at: now(),
  }
}

/** With the wallet in it, so that one DID in two wallets does not look like one. */
function didId({ vault }: Wallet, owned: OwnedWallet, did: string): Promise<string> {
  return vault.hash('did', `${owned.id}:${did}`)
}

function listed({ vault }: Wallet, row: DidRow, isDefault: boolean): ListedDid {
  const did = vault.open(['wallet_dids', row.id, 'did'], row.did_sealed)
  const document = resolveDid(did)
  if (!document.ok) throw new Error(`a DID of ours does not resolve: ${document.error.code}`)
  return {
    did,
    alias: vault.open(['wallet_dids', row.id, 'alias'], row.alias_sealed),
    document: JSON.stringify(document.value),
    keyId: row.key_id,
    isDefault,
    createdAt: row.created_at,
  }
}
