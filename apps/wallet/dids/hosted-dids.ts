/**
 * The did:web names of the wallet's own host, `…/wallet-api/registry/<name>`: whose they are, for good. A name that was
 * given up stays with its first owner, because whoever had it next could speak in the place of the one before.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { type Result, refuse } from '@countersign/core/result'
import { didWebAt } from '@countersign/did/did-web'
import type { Transaction } from 'kysely'
import type { WalletTables } from '../database/schema.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'

export interface WebPlace {
  /** Host, with a port where there is one; the wallet's own when absent. */
  readonly domain?: string | undefined
  /** Absent: a new name in the wallet's registry, or the root of another host. */
  readonly path?: string | undefined
}

export interface PlaceUnusable {
  readonly code: 'did_place_unusable'
}

export function didAtPlace(
  { baseUrl, crypto }: Wallet,
  { domain, path }: WebPlace,
): Result<string, PlaceUnusable> {
  const own = registryOf(baseUrl)
  const isOwn = domain === undefined || domain.toLowerCase() === own.authority
  const newName = () => `${own.path}/${encodeBase64url(crypto.randomBytes(16))}`
  const did = didWebAt(domain ?? own.authority, path ?? (isOwn ? newName() : ''))
  return did.ok ? did : refuse({ code: 'did_place_unusable' })
}

/** False where it belongs to another wallet. A DID of another place is nobody's here, so it is not asked for. */
export async function claimHosted(
  { baseUrl, now, columns }: Wallet,
  transaction: Transaction<WalletTables>,
  owned: OwnedWallet,
  did: string,
): Promise<boolean> {
  if (!isHosted(baseUrl, did)) return true
  const id = await columns.hash('hosted_did', did)
  await transaction
    .insertInto('hosted_dids')
    .values({ id, wallet_id: owned.id, created_at: now() })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  const owner = await transaction
    .selectFrom('hosted_dids')
    .select('wallet_id')
    .where('id', '=', id)
    .executeTakeFirst()
  if (owner?.wallet_id !== owned.id) return false
  if (!(await isRetired(transaction, id))) return true
  await transaction.deleteFrom('hosted_dids').where('id', '=', id).execute()
  return false
}

/** Their wallets are about to go. The names stay taken, and nothing says by whom. */
export async function retireHosted(
  transaction: Transaction<WalletTables>,
  walletIds: readonly string[],
): Promise<void> {
  await transaction
    .insertInto('retired_dids')
    .columns(['id'])
    .expression((from) => from.selectFrom('hosted_dids').select('id').where('wallet_id', 'in', walletIds))
    .execute()
  await transaction.deleteFrom('hosted_dids').where('wallet_id', 'in', walletIds).execute()
}

/** Asked after the name was written: whoever gives it up at the same moment has done so by then, or waits. */
async function isRetired(transaction: Transaction<WalletTables>, id: string): Promise<boolean> {
  const found = await transaction
    .selectFrom('retired_dids')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst()
  return found !== undefined
}

export interface HostedDid {
  readonly did: string
  readonly walletId: string
}

/** Finds the wallet that has, or had, this name. */
export async function findHosted(
  { baseUrl, database, columns }: Wallet,
  name: string,
): Promise<HostedDid | undefined> {
  const { authority, path } = registryOf(baseUrl)
  const did = NAME.test(name) ? didWebAt(authority, `${path}/${name}`) : undefined
  if (did?.ok !== true) return undefined
  const owner = await database.db
    .selectFrom('hosted_dids')
    .select('wallet_id')
    .where('id', '=', await columns.hash('hosted_did', did.value))
    .executeTakeFirst()
  return owner && { did: did.value, walletId: owner.wallet_id }
}

export const REGISTRY_PATH = '/wallet-api/registry'

/** Such a name is written the same in a URL and in a DID. */
const NAME = /^[A-Za-z0-9._-]{1,100}$/

function registryOf(baseUrl: string): { readonly authority: string; readonly path: string } {
  const { host, pathname } = new URL(baseUrl)
  return { authority: host, path: pathname.replace(/\/$/, '') + REGISTRY_PATH }
}

function isHosted(baseUrl: string, did: string): boolean {
  const { authority, path } = registryOf(baseUrl)
  const registry = didWebAt(authority, path)
  if (!registry.ok || !did.startsWith(`${registry.value}:`)) return false
  return NAME.test(did.slice(registry.value.length + 1))
}
