/**
 * Takes in a DID that its owner has already, with its key. The document must say that the DID may authenticate with that
 * key, today: that of a did:web is fetched and kept as it is, so that what the wallet shows is what others see.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import { bareKey, type PublicJwk } from '@countersign/crypto/jwk'
import { resolveDid } from '@countersign/did/did'
import type { DidRefusal } from '@countersign/did/did-document'
import { didWebUrl } from '@countersign/did/did-web'
import { parsePrivateKey } from '@countersign/keys/signers/software-key'
import { type ImportKeyRefusal, importKey } from '../keys/keys.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { documentOf, keyUrlIn, type MadeDid } from './did-method.ts'
import { type KeepDidRefusal, keepDid } from './dids.ts'

export interface ImportDid {
  readonly did: string
  /** Any form that `importKey` takes. */
  readonly key: unknown
  readonly alias: string
}

export type ImportDidRefusal =
  | KeepDidRefusal
  | Exclude<ImportKeyRefusal, { readonly code: 'key_exists' }>
  /** The DID does not resolve. */
  | DidRefusal
  /** Its document does not name the key for authentication. */
  | { readonly code: 'did_key_differs' }

export async function importDid(
  wallet: Wallet,
  owned: OwnedWallet,
  { alias, did, key }: ImportDid,
): Promise<Result<{ readonly did: string }, ImportDidRefusal>> {
  const parsed = parsePrivateKey(key)
  if (!parsed.ok) return parsed
  const found = await lookUp(wallet, did, bareKey(parsed.value))
  if (!found.ok) return found
  const kept = await importKey(wallet, owned, { key: parsed.value })
  if (kept.ok) return keepDid(wallet, owned, { ...found.value, keyId: kept.value.id, alias })
  if (kept.error.code !== 'key_exists') return refuse(kept.error)
  return keepDid(wallet, owned, { ...found.value, keyId: kept.error.id, alias })
}

async function lookUp(
  wallet: Wallet,
  did: string,
  key: PublicJwk,
): Promise<Result<MadeDid, ImportDidRefusal>> {
  const made = did.startsWith('did:web:') ? await fetchWeb(wallet, did) : resolved(did)
  if (!made.ok) return made
  const document = documentOf(made.value, wallet.now())
  if (!document.ok) return document
  return keyUrlIn(document.value, key) === undefined ? refuse({ code: 'did_key_differs' }) : made
}

async function fetchWeb(wallet: Wallet, did: string): Promise<Result<MadeDid, ImportDidRefusal>> {
  const url = didWebUrl(did)
  if (!url.ok) return url
  const fetched = await wallet.dids.fetchDocument(url.value)
  if (!fetched.ok) return refuse({ code: 'did_not_found', reason: fetched.error.reason })
  return ok({ did, document: fetched.value })
}

function resolved(did: string): Result<MadeDid, ImportDidRefusal> {
  const document = resolveDid(did)
  return document.ok ? ok({ did }) : document
}
