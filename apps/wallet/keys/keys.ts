/**
 * The keys of a wallet, made here or brought along, kept sealed. What leaves by itself is the public part; the private one
 * only where its owner exports it (`key-operations.ts`). A key that a DID, a credential or an unfinished offer needs is not
 * deleted, because with it they would be lost.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { algorithmOf, bareKey, type PublicJwk, sameKey } from '@countersign/crypto/jwk'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import {
  type KeyRefusal,
  keyThumbprint,
  type PrivateJwk,
  parsePrivateKey,
  softwareSigner,
} from '@countersign/keys/signers/software-key'
import { countRows } from '../database/count-rows.ts'
import type { KeyRow } from '../database/schema.ts'
import type { KeyMakerBusy } from '../wallet.ts'
import { MAX_KEYS, type OwnedWallet, type Wallet } from '../wallet.ts'
import { algorithmOfType, type KeyType, keyTypeOf, provesPossession } from './key-types.ts'

export interface ListedKey {
  readonly id: string
  readonly keyType: KeyType
  /** Whether credentials can be bound to it. */
  readonly provesPossession: boolean
  readonly name?: string | undefined
  /** Epoch seconds. */
  readonly createdAt: number
}

export interface CountedKey extends ListedKey {
  /** How many are bound to it. */
  readonly credentials: number
}

export interface DescribedKey extends ListedKey {
  /** What it signs with. */
  readonly algorithm: SignatureAlgorithm
}

export interface NewKey {
  readonly id: string
  readonly privateJwk: PrivateJwk
  readonly name?: string | undefined
}

export interface KeyUnknown {
  readonly code: 'key_unknown'
}

export interface TooManyKeys {
  readonly code: 'too_many_keys'
  readonly max: number
}

export type GenerateKeyRefusal = TooManyKeys | KeyMakerBusy

export async function generateKey(
  wallet: Wallet,
  owned: OwnedWallet,
  request: { readonly keyType: KeyType; readonly name?: string | undefined },
): Promise<Result<{ readonly id: string }, GenerateKeyRefusal>> {
  const room = await roomForKey(wallet, owned)
  if (!room.ok) return room
  const made = await wallet.keyMaker.make(request.keyType)
  if (!made.ok) return made
  const key = { id: wallet.newId(), privateJwk: made.value, name: request.name }
  await wallet.database.db
    .insertInto('wallet_keys')
    .values(keyRow(wallet, owned, key))
    .execute()
  return ok({ id: key.id })
}

export type ImportKeyRefusal = TooManyKeys | { readonly code: 'key_exists'; readonly id: string } | KeyRefusal

/** `key`: a JWK as object or text, or PKCS#8 in PEM. A wallet has a key once, also when it is brought twice at once. */
export async function importKey(
  wallet: Wallet,
  owned: OwnedWallet,
  { key, name }: { readonly key: unknown; readonly name?: string | undefined },
): Promise<Result<{ readonly id: string }, ImportKeyRefusal>> {
  const parsed = parsePrivateKey(key)
  if (!parsed.ok) return parsed
  const publicJwk = bareKey(parsed.value)
  const before = await findKeyId(wallet, owned, publicJwk)
  if (before !== undefined) return refuse({ code: 'key_exists', id: before })
  const room = await roomForKey(wallet, owned)
  if (!room.ok) return room
  const id = await wallet.columns.hash('key', `${owned.id}:${keyThumbprint(publicJwk)}`)
  const { kid: _kid, ...privateJwk } = parsed.value
  const row = keyRow(wallet, owned, { id, privateJwk, name })
  const inserted = await wallet.database.db
    .insertInto('wallet_keys')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted === undefined ? refuse({ code: 'key_exists', id }) : ok({ id })
}

export async function listKeys(wallet: Wallet, owned: OwnedWallet): Promise<readonly CountedKey[]> {
  const rows = await wallet.database.db
    .selectFrom('wallet_keys')
    .select(['id', 'algorithm', 'name_sealed', 'created_at'])
    .select(({ fn, selectFrom }) =>
      selectFrom('credentials')
        .select(fn.countAll().as('count'))
        .whereRef('credentials.key_id', '=', 'wallet_keys.id')
        .as('credentials'),
    )
    .where('wallet_id', '=', owned.id)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  // What PostgreSQL counts comes as text.
  return rows.map((row) => ({ ...listed(wallet, row), credentials: Number(row.credentials) }))
}

export async function describeKey(
  wallet: Wallet,
  owned: OwnedWallet,
  keyId: string,
): Promise<Result<DescribedKey, KeyUnknown>> {
  const row = await rowOf(wallet, owned, keyId)
  if (row === undefined) return refuse({ code: 'key_unknown' })
  return ok({ ...listed(wallet, row), algorithm: algorithmOf(keptKey(wallet, row)) })
}

export async function loadPublicKey(
  wallet: Wallet,
  owned: OwnedWallet,
  keyId: string,
): Promise<Result<PublicJwk, KeyUnknown>> {
  const signer = await openKey(wallet, owned, keyId)
  return signer.ok ? ok({ kid: keyId, ...bareKey(signer.value.publicJwk) }) : signer
}

/** A signer of the wallet's own key, for a proof that is about to be made. */
export async function openKey(
  wallet: Wallet,
  owned: OwnedWallet,
  keyId: string,
): Promise<Result<Signer, KeyUnknown>> {
  const key = await openPrivateKey(wallet, owned, keyId)
  return key.ok ? ok(softwareSigner(key.value, { keyId })) : key
}

export async function openPrivateKey(
  wallet: Wallet,
  owned: OwnedWallet,
  keyId: string,
): Promise<Result<PrivateJwk, KeyUnknown>> {
  const row = await rowOf(wallet, owned, keyId)
  return row === undefined ? refuse({ code: 'key_unknown' }) : ok(keptKey(wallet, row))
}

/** The id under which the wallet has this key. */
async function findKeyId(wallet: Wallet, owned: OwnedWallet, key: PublicJwk): Promise<string | undefined> {
  const rows = await wallet.database.db
    .selectFrom('wallet_keys')
    .select(['id', 'private_sealed'])
    .where('wallet_id', '=', owned.id)
    .execute()
  return rows.find((row) => sameKey(keptKey(wallet, row), key))?.id
}

export type DeleteKeyRefusal = KeyUnknown | { readonly code: 'key_in_use' }

/** One statement decides, so a credential that arrives at this moment keeps its key or finds it gone. */
export async function deleteKey(
  wallet: Wallet,
  owned: OwnedWallet,
  keyId: string,
): Promise<Result<undefined, DeleteKeyRefusal>> {
  const { db } = wallet.database
  const deleted = await db
    .deleteFrom('wallet_keys')
    .where('id', '=', keyId)
    .where('wallet_id', '=', owned.id)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('wallet_dids').select('id').where('key_id', '=', keyId))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('credentials').select('id').where('key_id', '=', keyId))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(selectFrom('receptions').select('id').where('key_id', '=', keyId).where('state', '=', 'open')),
      ),
    )
    .returning('id')
    .executeTakeFirst()
  if (deleted !== undefined) return ok(undefined)
  const exists = await rowOf(wallet, owned, keyId)
  return exists === undefined ? refuse({ code: 'key_unknown' }) : refuse({ code: 'key_in_use' })
}

export function keyRow({ columns, now }: Wallet, owned: OwnedWallet, key: NewKey): KeyRow {
  const { id, name, privateJwk } = key
  return {
    id,
    wallet_id: owned.id,
    algorithm: keyTypeOf(privateJwk),
    name_sealed: name === undefined ? null : columns.seal(['wallet_keys', id, 'name'], name),
    private_sealed: columns.seal(['wallet_keys', id, 'private'], JSON.stringify(privateJwk)),
    created_at: now(),
  }
}

async function roomForKey(wallet: Wallet, owned: OwnedWallet): Promise<Result<undefined, TooManyKeys>> {
  const present = await countRows(wallet, 'wallet_keys', owned.id, MAX_KEYS)
  return present < MAX_KEYS ? ok(undefined) : refuse({ code: 'too_many_keys', max: MAX_KEYS })
}

function rowOf({ database }: Wallet, owned: OwnedWallet, keyId: string): Promise<KeyRow | undefined> {
  return database.db
    .selectFrom('wallet_keys')
    .selectAll()
    .where('id', '=', keyId)
    .where('wallet_id', '=', owned.id)
    .executeTakeFirst()
}

/** Nothing is judged here: the key was judged before it was kept. */
function keptKey({ columns }: Wallet, row: Pick<KeyRow, 'id' | 'private_sealed'>): PrivateJwk {
  return JSON.parse(columns.open(['wallet_keys', row.id, 'private'], row.private_sealed))
}

function listed({ columns }: Wallet, row: Omit<KeyRow, 'wallet_id' | 'private_sealed'>): ListedKey {
  const { algorithm: keyType, id, name_sealed, created_at: createdAt } = row
  return {
    id,
    keyType,
    provesPossession: provesPossession(algorithmOfType(keyType)),
    createdAt,
    name: name_sealed === null ? undefined : columns.open(['wallet_keys', id, 'name'], name_sealed),
  }
}
