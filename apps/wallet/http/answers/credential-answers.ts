/** Credentials of a wallet as the API answers them, with how many copies there are. */
import type { Credential } from '@countersign/api/wallet/credentials'
import { copiesOf, countCopies } from '../../copies/copies.ts'
import type { StoredCredential } from '../../credentials/credentials.ts'
import type { OwnedWallet, Wallet } from '../../wallet.ts'
import { credentialView } from './wire.ts'

export async function credentialAnswer(
  wallet: Wallet,
  owned: OwnedWallet,
  credential: StoredCredential,
): Promise<Credential> {
  return credentialView(credential, await copiesOf(wallet, owned, credential.id))
}

export async function allCredentialAnswers(
  wallet: Wallet,
  owned: OwnedWallet,
  credentials: readonly StoredCredential[],
): Promise<Credential[]> {
  const ids = credentials.map(({ id }) => id)
  const copies = await countCopies(wallet, owned, ids)
  return credentials.map((credential) => credentialView(credential, copies.get(credential.id)))
}
