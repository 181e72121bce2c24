/**
 * The key that shows a credential, under the name by which the credential knows its holder. Most carry the key itself; a
 * W3C credential may name its subject by a did:web alone, and then the proof has to say which of its keys signed.
 */

import { isJsonObject } from '@countersign/core/json'
import { ok, type Result } from '@countersign/core/result'
import type { HeldCredential } from '@countersign/credential/contract/format'
import type { Signer } from '@countersign/crypto/engine'
import { namesOfKey } from '../dids/dids.ts'
import { type KeyUnknown, openKey } from '../keys/keys.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { StoredCredential } from './credentials.ts'

/** The value is undefined for a credential that is bound to no key. */
export async function holderSigner(
  wallet: Wallet,
  owned: OwnedWallet,
  { held, keyId }: StoredCredential,
): Promise<Result<Signer | undefined, KeyUnknown>> {
  if (keyId === undefined) return ok(undefined)
  const signer = await openKey(wallet, owned, keyId)
  const subject = subjectOf(wallet, held)
  if (!signer.ok || subject?.startsWith('did:web:') !== true) return signer
  const names = await namesOfKey(wallet, owned, { keyId, publicJwk: signer.value.publicJwk })
  const name = names.find(({ did }) => did === subject)
  return name === undefined ? signer : ok({ ...signer.value, keyId: name.keyUrl })
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
