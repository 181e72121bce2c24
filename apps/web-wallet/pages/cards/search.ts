/** Which cards somebody looks for: by what stands on them, and by their categories. Pure. */
import type { WalletCard } from '@countersign/api/wallet/cards'

export function matches({ title, issuerName, holder }: WalletCard, words: string): boolean {
  const text = [title, issuerName, holder].join(' ').toLocaleLowerCase()
  return words
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** Undefined: whatever it is in. */
export function isIn({ categories }: WalletCard, category: string | undefined): boolean {
  return category === undefined || categories.includes(category)
}

/** Those in which any card is, each once, in the order of their words. */
export function categoriesOf(cards: readonly WalletCard[]): readonly string[] {
  return [...new Set(cards.flatMap(({ categories }) => categories))].toSorted((a, b) => a.localeCompare(b))
}
