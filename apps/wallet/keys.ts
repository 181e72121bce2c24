/**
 * The keys of a wallet: made here, kept sealed, never shown. What leaves is the public part. A key that a DID, a
 * credential or an unfinished offer needs is not deleted, because with it they would be lost.
 */
import { randomUUID } from 'node:crypto'
import type { Signer } from '@countersign/credential/crypto'
import { bareKey, type PublicJwk } from '@countersign/credential/jwk'
import { ok, type Result, refuse } from '@countersign/credential/result'
import {
  generateSoftwareKey,
  type PrivateJwk,
  parsePrivateKey,
  softwareSigner,
} from '@countersign/keys/software'
import type { KeyRow } from './database/schema.ts'
import { MAX_KEYS, type OwnedWallet, type Wallet } from './wallet.ts'

const algorithms = { secp256r1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512', Ed25519: 'EdDSA' } as const

export type KeyType = keyof typeof algorithms
export const keyTypes: readonly [KeyType, ...KeyType[]] = ['secp256r1', 'secp384r1', 'secp521r1', 'Ed25519']

export interface ListedKey {
  readonly id: string
  readonly algorithm: string
  readonly name?: string
}

export interface NewKey {
  readonly id: string
  readonly keyType: KeyType
  readonly privateJwk: PrivateJwk
  readonly name?: string
}

export interface KeyUnknown {
  readonly code: 'key_unknown'
}

export interface TooManyKeys {
  readonly code: 'too_many_keys'
  readonly max: number
}

export function newKey(keyType: KeyType, name?: string): NewKey {
  const privateJwk = generateSoftwareKey(algorithms[keyType])
  return { id: randomUUID(), keyType, privateJwk, ...(name !== undefined && { name }) }
}

export async function generateKey(
  wallet: Wallet,
  owned: OwnedWallet,
  request: { readonly keyType: KeyType; readonly name?: string },
): Promise<Result<{ readonly id: string }, TooManyKeys>> {
  const present = await wallet.database.db
    .selectFrom('wallet_keys')
    .select('id')
    .where('wallet_id', '=', owned.id)
    .limit(MAX_KEYS)
    .execute()
  if (present.length >= MAX_KEYS) return refuse({ code: 'too_many_keys', max: MAX_KEYS })
  const key = newKey(request.keyType, request.name)
  await wallet.database.db
    .insertInto('wallet_keys')
    .values(keyRow(wallet, owned, key))
    .execute()
  return ok({ id: key.id })
}

export async function listKeys(
  { database, vault }: Wallet,
  owned: OwnedWallet,
): Promise<readonly ListedKey[]> {
  const rows = await database.db
    .selectFrom('wallet_keys')
    .select(['id', 'algorithm', 'name_sealed'])
    .where('wallet_id', '=', owned.id)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(({ id, algorithm, name_sealed }) => ({
    id,
    algorithm,
    ...(name_sealed !== null && { name: vault.open(['wallet_keys', id, 'name'], name_sealed) }),
  }))
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
  { database, vault }: Wallet,
  owned: OwnedWallet,
  keyId: string,
): Promise<Result<Signer, KeyUnknown>> {
  const row = await database.db
    .selectFrom('wallet_keys')
    .select('private_sealed')
    .where('id', '=', keyId)
    .where('wallet_id', '=', owned.id)
    .executeTakeFirst()
  if (row === undefined) return refuse({ code: 'key_unknown' })
  const parsed = parsePrivateKey(vault.open(['wallet_keys', keyId, 'private'], row.private_sealed))
  if (!parsed.ok) throw new Error(`a kept key cannot be read: ${parsed.error.code}`)
  return ok(softwareSigner(parsed.value, { keyId }))
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
  const exists = await openKey(wallet, owned, keyId)
  return exists.ok ? refuse({ code: 'key_in_use' }) : exists
}

export function keyRow({ vault, now }: Wallet, owned: OwnedWallet, key: NewKey): KeyRow {
  const { id, name, privateJwk } = key
  return {
    id,
    wallet_id: owned.id,
    algorithm: key.keyType,
    name_sealed: name === undefined ? null : vault.seal(['wallet_keys', id, 'name'], name),
    private_sealed: vault.seal(['wallet_keys', id, 'private'], JSON.stringify(privateJwk)),
    created_at: now(),
  }
}
