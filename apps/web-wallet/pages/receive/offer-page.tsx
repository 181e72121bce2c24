/** W5: what somebody would get, from whom, and the code that proves that it is theirs. Nothing is kept before the button. */
import type { OfferPreview } from '@countersign/api/wallet/offer-exchange'
import { Problem } from '@countersign/ui/page/problem'
import { useAskAtEnd } from '../exchange/ask-at-end.ts'
import { Ended, Loading } from '../exchange/states.tsx'
import { isForgotten, useExchange } from '../exchange/use-exchange.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { OfferResult } from './offer-result.tsx'
import { OfferReview } from './offer-review.tsx'
import { OfferWaiting } from './offer-waiting.tsx'

export function OfferPage({ walletId, id }: { readonly walletId: string; readonly id: string }) {
  const t = wallet.value.offer
  const exchange = useExchange<OfferPreview>(`/wallet/${walletId}/exchange/offers/${encodeURIComponent(id)}`)
  const { loaded, reload } = exchange
  useAskAtEnd(exchange)
  if (loaded.state === 'asking') return <Loading />
  if (loaded.state === 'failed') {
    return isForgotten(loaded.failure) ? (
      <Ended title={t.over} why={t.goneWhy} />
    ) : (
      <Problem failure={loaded.failure} product={wallet.value.product} home="/" retry={reload} />
    )
  }
  const { preview } = loaded
  if (preview.state === 'rejected') return <Ended title={t.declined} why={t.declinedWhy} />
  if (preview.state === 'over') return <Ended title={t.over} why={t.overWhy} />
  if (preview.state === 'waiting')
    return <OfferWaiting preview={preview} reload={reload} walletId={walletId} />
  if (preview.state === 'used') return <OfferResult preview={preview} />
  return <OfferReview preview={preview} exchange={exchange} />
}
