/** A credential of the wallet as people see it, in their language: the same for every format. */

import { ok, type Result } from '@countersign/core/result'
import { type CredentialView, credentialView } from '@countersign/credential/display/credential-view'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type CredentialUnknown, findCredential } from './credentials.ts'

export interface ShownCredential extends CredentialView {
  readonly id: string
}

/** `locales` are BCP 47 tags, the most wanted first. */
export async function viewCredential(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
  locales: readonly string[],
): Promise<Result<ShownCredential, CredentialUnknown>> {
  const found = await findCredential(wallet, owned, id)
  if (!found.ok) return found
  const { held, look } = found.value
  return ok({
    id: found.value.id,
    ...credentialView(held, wallet.formats.spoken(held.format), look, locales),
  })
}
