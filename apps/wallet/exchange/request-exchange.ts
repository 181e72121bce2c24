/**
 * A presentation request under one id: verified once, looked at, then answered or declined (OpenID4VP 1.0 §5, §6.4). The request
 * is kept as it was verified and never fetched again. The decision is written down before anything is sent; the answer itself
 * is the record that `present` keeps, so the same decision sends the same bytes, and the summary is read out of those.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Locales } from '../credentials/shown.ts'
import type { FetchRequestRefusal } from '../present/fetch-request.ts'
import {
  type AnswerWish,
  answerRequest,
  type PresentRefusal,
  resolvePresentationRequest,
} from '../present/present-credential.ts'
import type { VerifierAnswer } from '../present/presentation-record.ts'
import { type Selection, wishOf } from '../present/selected-claims.ts'
import { requestSummary } from '../present/share-event.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import {
  begin,
  type ExchangeRefusal,
  end,
  endSilently,
  findExchange,
  keepExchange,
  release,
} from './exchange-record.ts'
import { previewRequest, type RequestPreview } from './preview-request.ts'
import {
  isOver,
  type RequestDone,
  type RequestExchange,
  type ResolvedRequest,
  requestEnd,
  requestOf,
} from './resolved-request.ts'

export type RequestExchangeRefusal =
  | ExchangeRefusal
  | PresentRefusal
  | FetchRequestRefusal
  /** Nothing was sent. */
  | { readonly code: 'request_over' }

export async function openRequest(
  wallet: Wallet,
  owned: OwnedWallet,
  url: string,
  locales: Locales,
): Promise<Result<RequestPreview, RequestExchangeRefusal>> {
  const verified = await resolvePresentationRequest(wallet, url)
  if (!verified.ok) return verified
  const { client, ...request } = verified.value
  const expiresAt = requestEnd(verified.value, wallet.now())
  const resolved: ResolvedRequest = { ...request, clientId: client.full, expiresAt }
  const kind = request.transactionData === undefined ? 'request' : 'authorisation'
  const exchange = await keepExchange<ResolvedRequest, RequestDone>(wallet, owned, kind, resolved)
  return ok(await previewRequest(wallet, owned, exchange, locales))
}

export async function viewRequest(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
  locales: Locales,
): Promise<Result<RequestPreview, RequestExchangeRefusal>> {
  const found = await findRequest(wallet, owned, id)
  return found.ok ? ok(await previewRequest(wallet, owned, found.value, locales)) : found
}

/** What there is to authorise was shown, and is authorised. A page of the release before says nothing, and shows nothing. */
type Authorising = Pick<AnswerWish, 'authorise'>

/** What a page asks for, in its reader's language. */
export interface Deciding<Decision> {
  readonly id: string
  readonly decision: Decision
  readonly locales: Locales
}

export async function useOpenRequest(
  wallet: Wallet,
  owned: OwnedWallet,
  { authorise, decision: selections, id, locales }: Deciding<readonly Selection[]> & Authorising,
): Promise<Result<RequestPreview, RequestExchangeRefusal>> {
  const picked = selections.map(({ credentialId, queryId }) => ({ queryId, credentialId }))
  const decision = {
    name: JSON.stringify(['use', ...wishOf(selections)]),
    wish: { selections, authorise },
    picked,
  }
  return decide(wallet, owned, { id, locales, decision })
}

/** `answer`: the verifier is told no; otherwise nothing leaves this wallet. */
export async function rejectRequest(
  wallet: Wallet,
  owned: OwnedWallet,
  { decision: answer, id, locales }: Deciding<boolean>,
): Promise<Result<RequestPreview, RequestExchangeRefusal>> {
  if (answer) {
    const decision = { name: 'decline', wish: { decline: true }, picked: [] }
    return decide(wallet, owned, { id, locales, decision })
  }
  const found = await findRequest(wallet, owned, id)
  if (!found.ok) return found
  const begun = await begin(wallet, owned, found.value, 'decline silently')
  if (!begun.ok) return begun
  if (begun.value.state !== 'begun') return ok(await previewRequest(wallet, owned, begun.value, locales))
  const done = { at: wallet.now(), picked: [] }
  const summary = { ...requestSummary(requestOf(begun.value.resolved)), declined: 'request' as const }
  const ended = await endSilently(wallet, owned, begun.value, { done, summary })
  return ok(await previewRequest(wallet, owned, ended, locales))
}

interface Decision {
  /** Equal for equal decisions. */
  readonly name: string
  readonly wish: AnswerWish
  readonly picked: RequestDone['picked']
}

async function decide(
  wallet: Wallet,
  owned: OwnedWallet,
  { decision, id, locales }: Deciding<Decision>,
): Promise<Result<RequestPreview, RequestExchangeRefusal>> {
  const found = await findRequest(wallet, owned, id)
  if (!found.ok) return found
  const { resolved, state } = found.value
  // An answer that is under way may have arrived in time: asking for it again is no new answer.
  if (state === 'open' && isOver(wallet, resolved)) return refuse({ code: 'request_over' })
  if (isUnauthorised(resolved, decision.wish)) return refuse({ code: 'not_authorised' })
  const begun = await begin(wallet, owned, found.value, decision.name)
  if (!begun.ok) return begun
  if (begun.value.state !== 'begun') return ok(await previewRequest(wallet, owned, begun.value, locales))
  const answered = await answerRequest(wallet, owned, requestOf(resolved), decision.wish)
  if (!answered.ok) {
    if (hasNotLeft(answered.error)) await release(wallet, begun.value)
    return answered
  }
  const done = { at: wallet.now(), answer: answered.value, picked: decision.picked }
  const ended = await end(wallet, begun.value, endOf(answered.value, decision), done)
  return ok(await previewRequest(wallet, owned, ended, locales))
}

function endOf({ accepted }: VerifierAnswer, { picked }: Decision): 'done' | 'rejected' | 'refused' {
  if (picked.length === 0) return 'rejected'
  return accepted ? 'done' : 'refused'
}

/** What was posted and got no answer may have arrived. */
function hasNotLeft({ code }: PresentRefusal): boolean {
  return code === 'outgoing_not_allowed' || code === 'answered_otherwise' || !code.startsWith('outgoing_')
}

async function findRequest(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Result<RequestExchange, ExchangeRefusal>> {
  const found = await findExchange<ResolvedRequest, RequestDone>(wallet, owned, 'request', id)
  return found.ok ? found : findExchange<ResolvedRequest, RequestDone>(wallet, owned, 'authorisation', id)
}

/** Before anything is written down: whoever was not shown it has not decided. */
function isUnauthorised({ transactionData }: ResolvedRequest, { authorise, decline }: AnswerWish): boolean {
  return transactionData !== undefined && decline !== true && authorise !== true
}
