/**
 * What a browser brought back from an authorization server, handed to the wallet whose offer it is about: mostly the one that is
 * open, but somebody may have opened another of his meanwhile.
 */
import type { BringBackRequest, OfferPreview } from '@countersign/api/wallet/offer-exchange'
import { ok } from '@countersign/core/result'
import type { Answer } from '@countersign/ui/http/fetch-json'

/** The exchange that the state names, before its first dot; undefined where none is named. */
export function exchangeNamed(query: string): string | undefined {
  const [state, ...more] = new URLSearchParams(query).getAll('state')
  const id = state?.split('.', 1)[0] ?? ''
  return more.length === 0 && /^[\w:-]{1,100}$/.test(id) ? id : undefined
}

export interface BroughtBack {
  readonly walletId: string
  readonly preview: OfferPreview
}

type Send = (path: string, body: BringBackRequest) => Promise<Answer<OfferPreview>>

/** `walletIds`: of the account, in the order in which they are asked. */
export async function bringBack(
  send: Send,
  {
    exchangeId,
    query,
    walletIds,
  }: { readonly exchangeId: string; readonly query: string; readonly walletIds: readonly string[] },
): Promise<Answer<BroughtBack>> {
  const [walletId = '', ...others] = walletIds
  const path = `/wallet/${walletId}/exchange/offers/${encodeURIComponent(exchangeId)}/authorized`
  const answer = await send(path, { query })
  if (answer.ok) return ok({ walletId, preview: answer.value })
  return answer.error.status === 404 && others.length > 0
    ? bringBack(send, { exchangeId, query, walletIds: others })
    : answer
}
