/** W6 and W7: who asks for what, and what came of it, under one address that can be read again. */
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { Problem } from '@countersign/ui/page/problem'
import { useAskAtEnd } from '../exchange/ask-at-end.ts'
import { Ended, Loading } from '../exchange/states.tsx'
import { isForgotten, useExchange } from '../exchange/use-exchange.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { Consent } from './consent.tsx'
import { NoMatch } from './no-match.tsx'
import { RequestResult } from './request-result.tsx'

export function RequestPage({ walletId, id }: { readonly walletId: string; readonly id: string }) {
  const t = wallet.value.request
  const exchange = useExchange<RequestPreview>(
    `/wallet/${walletId}/exchange/requests/${encodeURIComponent(id)}`,
  )
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
  if (preview.state === 'shared' || preview.state === 'declined' || preview.state === 'refused')
    return <RequestResult preview={preview} />
  if (preview.expired && preview.state === 'open') return <Ended title={t.over} why={t.overWhy} />
  if (!preview.satisfiable && preview.state === 'open')
    return <NoMatch preview={preview} exchange={exchange} />
  return <Consent preview={preview} exchange={exchange} />
}
