/** A card that somebody has just received, and drawings for it. */
import { encodeBase64, encodeUtf8 } from '@countersign/core/base64url'
import { cardsOf, type WalletCard } from '../credentials/cards.ts'
import { useOffer } from '../receive/receive-credential.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { startTestIssuer } from './issuer.testing.ts'
import { newOwner, type TestStore } from './wallet.testing.ts'

export interface ReceivedCard {
  readonly card: WalletCard
  readonly owned: OwnedWallet
  readonly wallet: Wallet
}

/** As somebody sees it who reads this language. `open`: what is to be closed when the test is over. */
export async function receivedCard(
  store: TestStore,
  language: string,
  open: { close(): Promise<void> }[],
): Promise<ReceivedCard> {
  const issuer = await startTestIssuer()
  open.push(issuer)
  const wallet = store.instance()
  const owned = await newOwner(wallet)
  const taken = await useOffer(wallet, owned, { offer: issuer.offer() })
  if (!taken.ok) throw new Error(taken.error.code)
  const [card] = await cardsOf(wallet, owned, [language])
  if (card === undefined) throw new Error('no card')
  return { card, owned, wallet }
}

export function svg(inside: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">${inside}</svg>`
}

/** As a `data:` URL. */
export function inData(drawing: string): string {
  return `data:image/svg+xml;base64,${encodeBase64(encodeUtf8(drawing))}`
}
