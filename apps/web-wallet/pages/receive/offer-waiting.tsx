/** After an offer was taken up whose cards come later: which of them are still to come, and those that are here. */
import type { OfferPreview } from '@countersign/api/wallet/offer-exchange'
import { Outcome } from '@countersign/ui/elements/badge'
import { LinkButton } from '@countersign/ui/elements/button'
import { Heading } from '@countersign/ui/page/heading'
import { useMemo } from 'preact/hooks'
import { useAskAgain } from '../exchange/ask-again.ts'
import { WaitingCard } from '../exchange/waiting-card.tsx'
import { wallet } from '../texts/wallet-texts.ts'
import { ReceivedCard } from './offer-result.tsx'
import { Unissued } from './unissued.tsx'

export interface OfferWaitingProps {
  readonly preview: OfferPreview
  readonly walletId: string
  readonly reload: () => void
}

export function OfferWaiting({ preview, reload, walletId }: OfferWaitingProps) {
  const t = wallet.value.waiting
  const { deferred = [], result } = preview
  const waiting = useMemo(() => deferred.filter(({ state }) => state === 'waiting'), [preview])
  useAskAgain(waiting, reload)
  return (
    <div class="column stack" data-gap="l">
      <Outcome tone="open" heading={<Heading title={t.heading} product={wallet.value.product} />}>
        {t.byItself}
      </Outcome>
      {waiting.map((card) => (
        <WaitingCard key={card.id} card={card} walletId={walletId} onAsked={reload} />
      ))}
      <Unissued deferred={deferred} />
      {result?.credentials.map((credential) => (
        <ReceivedCard key={credential.id} credential={credential} />
      ))}
      <div class="actions" data-fill>
        <LinkButton kind="primary" big href="/">
          {wallet.value.offer.toCards}
        </LinkButton>
      </div>
    </div>
  )
}
