/** Asks the wallet what an offer or a request is. Nothing of it is taken or shared: the answer is a page to decide on. */
import type { OfferPreview } from '@countersign/api/wallet/offer-exchange'
import type { RequestPreview } from '@countersign/api/wallet/request-exchange'
import { ok } from '@countersign/core/result'
import type { Answer } from '@countersign/ui/http/fetch-json'
import { api } from '../account/session.ts'

/** The address of the page to decide on. */
export async function openCode(
  walletId: string,
  { kind, link }: { readonly kind: 'offer' | 'request'; readonly link: string },
): Promise<Answer<string>> {
  const base = `/wallet/${walletId}/exchange`
  if (kind === 'offer') {
    const answer = await api.send<OfferPreview>('POST', `${base}/offers`, { offer: link })
    return answer.ok ? ok(`/offers/${encodeURIComponent(answer.value.id)}`) : answer
  }
  const answer = await api.send<RequestPreview>('POST', `${base}/requests`, { request: link })
  return answer.ok ? ok(`/requests/${encodeURIComponent(answer.value.id)}`) : answer
}
