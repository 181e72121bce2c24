/** Search over everything that stands on a card. Pure. */
import type { WalletCard } from '@countersign/api/wallet/cards'

export function matches({ title, issuerName, holder }: WalletCard, words: string): boolean {
  const text = [title, issuerName, holder].join(' ').toLocaleLowerCase()
  return words
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
