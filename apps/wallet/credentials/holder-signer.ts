/**
 * The key that shows a credential, under the name by which the credential knows its holder. Most carry the key itself. One that
 * names a key of a did:web, or a W3C credential that names its subject by one alone, needs a proof by that name.
 */

import { isJsonObject } from '@countersign/core/json'
import { ok, type Result } from '@countersign/core/result'
import type { HeldCredential } from '@countersign/credential/contract/format'
import type { Signer } from '@countersign/crypto/engine'
import { signerOfCopy } from '../copies/copies.ts'
import { type NamedKey, namesOfKey } from '../dids/dids.ts'
import { type KeyUnknown, loadPublicKey, openKey } from '../keys/keys.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { StoredCredential } from './credentials.ts'

/** The value is undefined for a credential that is bound to no key. Of copies it is the key of the one that the card shows. */
export async function holderSigner(
  wallet: Wallet,
  owned: OwnedWallet,
  { held, id, keyId }: StoredCredential,
): Promise<Result<Signer | undefined, KeyUnknown>> {
  if (keyId === undefined)
    return ok(held.holderKey === undefined ? undefined : await signerOfCopy(wallet, id, held.holderKey))
  const signer = await openKey(wallet, owned, keyId)
  if (!signer.ok || !isNamed(wallet, held)) return signer
  const names = await namesOfKey(wallet, owned, { keyId, publicJwk: signer.value.publicJwk })
  const name = nameIn(wallet, held, names)
  return name === undefined ? signer : ok({ ...signer.value, keyId: name.keyUrl })
}

function isNamed(wallet: Pick<Wallet, 'formats'>, held: HeldCredential): boolean {
  return held.holderKeyUrl !== undefined || subjectOf(wallet, held)?.startsWith('did:web:') === true
}

/** That of these names of a key by which the credential knows its holder. The name of a key says more than that of the subject. */
export function nameIn(
  wallet: Pick<Wallet, 'formats'>,
  held: HeldCredential,
  names: readonly NamedKey[],
): NamedKey | undefined {
  const { holderKeyUrl } = held
  if (holderKeyUrl !== undefined) return names.find(({ keyUrl }) => keyUrl === holderKeyUrl)
  const subject = subjectOf(wallet, held)
  return names.find(({ did }) => did === subject)
}

/** Whom a credential is about, where its format names the subject and that is one who has an identifier. */
export function subjectOf(
  { formats }: Pick<Wallet, 'formats'>,
  { claims, format }: HeldCredential,
): string | undefined {
  const { subjectMember } = formats.spoken(format)
  const subject = subjectMember === undefined ? undefined : claims[subjectMember]
  return isJsonObject(subject) && typeof subject.id === 'string' ? subject.id : undefined
}

export interface CredentialAsBound extends StoredCredential {
  /** To a key of this wallet, or to a name that a key of it has today. */
  readonly isBound: boolean
}

/** Most hold their key. Of the others each key's names are asked for once. */
export async function withBinding(
  wallet: Wallet,
  owned: OwnedWallet,
  credentials: readonly StoredCredential[],
): Promise<readonly CredentialAsBound[]> {
  const names = new Map<string, readonly NamedKey[]>()
  const matched: CredentialAsBound[] = []
  for (const credential of credentials) {
    const { held, keyId } = credential
    if (held.holderKey !== undefined || keyId === undefined) {
      matched.push({ ...credential, isBound: held.holderKey !== undefined })
      continue
    }
    const known = names.get(keyId) ?? (await namesOf(wallet, owned, keyId))
    names.set(keyId, known)
    matched.push({ ...credential, isBound: nameIn(wallet, held, known) !== undefined })
  }
  return matched
}

async function namesOf(wallet: Wallet, owned: OwnedWallet, keyId: string): Promise<readonly NamedKey[]> {
  const publicJwk = await loadPublicKey(wallet, owned, keyId)
  return publicJwk.ok ? namesOfKey(wallet, owned, { keyId, publicJwk: publicJwk.value }) : []
}
