/** The cards of a wallet, the newest first: what tells one from another. */
import { credentialView } from '@countersign/credential/display/credential-view'
import { holderName } from '@countersign/credential/display/holder-name'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { listCredentials } from './credentials.ts'
import { keptPictures, logoOf } from './pictures.ts'
import { cardOf, type Locales, lookOf, type ShownCard, type ShownLook } from './shown.ts'

export interface WalletCard extends ShownCard {
  readonly id: string
  readonly format: string
  readonly type: string
  readonly holder?: string | undefined
  readonly look: ShownLook
  /** Epoch seconds. */
  readonly addedAt: number
  /** Epoch seconds. */
  readonly expiresAt?: number | undefined
}

export async function cardsOf(
  wallet: Wallet,
  owned: OwnedWallet,
  locales: Locales,
): Promise<readonly WalletCard[]> {
  const [credentials, kept] = [await listCredentials(wallet, owned), await keptPictures(wallet, owned)]
  const cards = credentials.toReversed().map(async (credential) => {
    const { addedAt, held, id, look } = credential
    const logo = await logoOf(wallet, owned, credential, kept, locales)
    const { claims } = credentialView(held, wallet.formats.spoken(held.format), look, locales)
    return {
      id,
      format: held.format,
      type: held.type,
      ...cardOf(wallet, credential, locales),
      holder: holderName(claims),
      look: { ...lookOf(look, locales), logo },
      addedAt,
      expiresAt: held.expiresAt,
    }
  })
  return Promise.all(cards)
}
