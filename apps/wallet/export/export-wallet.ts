/**
 * Everything that a wallet holds, for its owner to take away: credentials as they were issued, DIDs, and the keys that both need,
 * with their private parts. In pieces, since pictures do not fit into memory at once.
 */
import type { JsonObject } from '@countersign/core/json'
import { allCopies, type CopyCount } from '../copies/copies.ts'
import { categoriesOfCredential } from '../credentials/categories.ts'
import { findCredential } from '../credentials/credentials.ts'
import { listDids } from '../dids/dids.ts'
import { listKeys, openPrivateKey } from '../keys/keys.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'

export interface ExportedKey {
  readonly id: string
  readonly name?: string | undefined
  readonly privateJwk: JsonObject
}

export interface ExportedDid {
  readonly did: string
  readonly alias: string
  readonly keyId: string
  readonly default: boolean
}

interface ExportedCopies extends CopyCount {
  readonly each: readonly {
    readonly credential: string
    readonly privateJwk: JsonObject
    readonly uses: number
  }[]
}

export interface ExportedCredential {
  readonly id: string
  readonly format: string
  /** As it was issued, disclosures included. */
  readonly credential: string
  readonly keyId?: string | undefined
  /** This one among them; absent where it is one. */
  readonly copies?: ExportedCopies | undefined
  /** Epoch seconds. */
  readonly addedAt: number
  readonly deletedAt?: number | undefined
  readonly categories: readonly string[]
}

export async function exportedKeys(wallet: Wallet, owned: OwnedWallet): Promise<readonly ExportedKey[]> {
  const keys: ExportedKey[] = []
  for (const { id, name } of await listKeys(wallet, owned)) {
    const key = await openPrivateKey(wallet, owned, id)
    if (key.ok) keys.push({ id, name, privateJwk: { ...key.value } })
  }
  return keys
}

export async function exportedDids(wallet: Wallet, owned: OwnedWallet): Promise<readonly ExportedDid[]> {
  const dids = await listDids(wallet, owned)
  return dids.map(({ alias, did, isDefault, keyId }) => ({ did, alias, keyId, default: isDefault }))
}

/** Deleted ones too: they can be restored. One that goes meanwhile is not among them. */
export async function* exportedCredentials(
  wallet: Wallet,
  owned: OwnedWallet,
): AsyncGenerator<ExportedCredential> {
  const rows = await wallet.database.db
    .selectFrom('credentials')
    .select('id')
    .where('wallet_id', '=', owned.id)
    .orderBy('added_at')
    .orderBy('id')
    .execute()
  for (const { id } of rows) {
    const found = await findCredential(wallet, owned, id)
    if (!found.ok) continue
    const { addedAt, content, deletedAt, held, keyId } = found.value
    const categories = await categoriesOfCredential(wallet, owned, id)
    const copies = await exportedCopies(wallet, id)
    yield { id, format: held.format, credential: content, keyId, copies, addedAt, deletedAt, categories }
  }
}

/** Their keys are in no list of the wallet's. */
async function exportedCopies(wallet: Wallet, credentialId: string): Promise<ExportedCopies | undefined> {
  const copies = await allCopies(wallet, credentialId)
  if (copies.length === 0) return undefined
  return {
    unused: copies.filter(({ uses }) => uses === 0).length,
    total: copies.length,
    each: copies.map(({ content, privateJwk, uses }) => ({
      credential: content,
      privateJwk: { ...privateJwk },
      uses,
    })),
  }
}
