/** Below the cards: those that are still to come. */
import type { DeferredListAnswer } from '@countersign/api/wallet/deferred'
import { WaitingCard } from '../exchange/waiting-card.tsx'
import { wallet } from '../texts/wallet-texts.ts'

export interface WaitingCardsProps {
  readonly walletId: string
  readonly cards: DeferredListAnswer
  readonly onAsked: () => void
}

export function WaitingCards({ cards, onAsked, walletId }: WaitingCardsProps) {
  const t = wallet.value.waiting
  return (
    <section class="stack" data-gap="m" aria-labelledby="still-to-come">
      <h2 id="still-to-come">{t.title}</h2>
      <p class="muted">{t.byItself}</p>
      <ul class="cards" role="list">
        {cards.map((card) => (
          <li key={card.id}>
            <WaitingCard card={card} walletId={walletId} onAsked={onAsked} />
          </li>
        ))}
      </ul>
    </section>
  )
}
