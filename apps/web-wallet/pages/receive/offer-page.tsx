/** W5: what somebody would get, from whom, and the code that proves that it is theirs. Nothing is kept before the button. */
import type { OfferPreview } from '@countersign/api/wallet/offer-exchange'
import { Problem } from '@countersign/ui/page/problem'
import { Ended, Loading } from '../exchange/states.tsx'
import { useExchange } from '../exchange/use-exchange.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { OfferResult } from './offer-result.tsx'
import { OfferReview } from './offer-review.tsx'

export function OfferPage({ walletId, id }: { readonly walletId: string; readonly id: string }) {
  const t = wallet.value.offer
  const exchange = useExchange<OfferPreview>(`/wallet/${walletId}/exchange/offers/${encodeURIComponent(id)}`)
  const { loaded, reload } = exchange
  if (loaded.state === 'asking') return <Loading />
  if (loaded.state === 'failed') {
    const isOver = loaded.failure.status === 404 || loaded.failure.status === 410
    return isOver ? (
      <Ended title={t.over} why={t.overWhy} />
    ) : (
      <Problem failure={loaded.failure} product={wallet.value.product} home="/" retry={reload} />
    )
  }
  const { preview } = loaded
  if (preview.state === 'rejected') return <Ended title={t.declined} why={t.declinedWhy} />
  if (preview.state === 'used') return <OfferResult preview={preview} />
  return <OfferReview preview={preview} exchange={exchange} />
}
