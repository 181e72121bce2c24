/** Shows the cards of one category alone; nothing where no card is in any. */
import type { WalletCard } from '@countersign/api/wallet/cards'
import { plainName } from '@countersign/ui/elements/plain-name'
import { wallet } from '../texts/wallet-texts.ts'
import { categoriesOf } from './search.ts'

export interface CategoryChoiceProps {
  readonly cards: readonly WalletCard[]
  /** Undefined: all. */
  readonly chosen: string | undefined
  readonly onChoose: (category: string | undefined) => void
}

export function CategoryChoice({ cards, chosen, onChoose }: CategoryChoiceProps) {
  const t = wallet.value.home
  const names = categoriesOf(cards)
  if (names.length === 0) return null
  return (
    <fieldset class="choices">
      <legend class="visually-hidden">{t.category}</legend>
      {[undefined, ...names].map((name) => (
        <label key={name}>
          <input
            class="tick"
            type="radio"
            name="category"
            checked={chosen === name}
            onChange={() => onChoose(name)}
          />
          <span class={name === undefined ? undefined : 'foreign'}>
            {name === undefined ? t.everyCategory : plainName(name)}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
