/**
 * A credential offer under one id: resolved once, looked at, then taken up or left (OpenID4VCI 1.0 §4). Offer and metadata
 * are kept as they were when they were shown, and `use` asks for neither again. A refusal that changes nothing, a wrong
 * transaction code among them, leaves it open; one that was taken up gives the same credentials however often it is asked.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { issuerDisplay } from '../credentials/issuer-display.ts'
import type { Locales } from '../credentials/shown.ts'
import { describeType } from '../history/described-credential.ts'
import type { EventSummary } from '../history/event.ts'
import { keepAnswer, readAnswer, spendState } from '../receive/authorization-answer.ts'
import { withOwnScopes } from '../receive/authorization-plan.ts'
import { listDeferred } from '../receive/deferred-record.ts'
import { fetchIssuer, fetchOffer, partyOf } from '../receive/fetch-offer.ts'
import { refuseHopeless } from '../receive/issuance-plan.ts'
import type { IssuanceRecord } from '../receive/issuance-record.ts'
import type { ReceiveRefusal } from '../receive/receive-credential.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import {
  carryOut,
  findOffer,
  issuanceOf,
  type OfferExchangeRefusal,
  shown,
  type UseExchanged,
} from './carry-out-offer.ts'
import { begin, end, endSilently, keepExchange } from './exchange-record.ts'
import { issuerTrustBefore } from './issuer-trust-before.ts'
import type { OfferPreview } from './preview-offer.ts'
import { issuerOf, type OfferDone, type OfferExchange, type ResolvedOffer } from './resolved-offer.ts'

export async function openOffer(
  wallet: Wallet,
  owned: OwnedWallet,
  text: string,
  locales: Locales,
): Promise<Result<OfferPreview, OfferExchangeRefusal>> {
  const fetched = await fetchOffer(wallet, text)
  return fetched.ok ? openFetched(wallet, owned, fetched.value, locales) : fetched
}

/** What its issuer describes is asked for without an offer (§3.4, wallet-initiated). */
export async function openIssuance(
  wallet: Wallet,
  owned: OwnedWallet,
  { configurationId, issuer }: { readonly issuer: string; readonly configurationId: string },
  locales: Locales,
): Promise<Result<OfferPreview, OfferExchangeRefusal>> {
  const offer = { issuer, configurationIds: [configurationId], grants: {} }
  return openFetched(wallet, owned, { offer }, locales)
}

async function openFetched(
  wallet: Wallet,
  owned: OwnedWallet,
  fetched: Fetched,
  locales: Locales,
): Promise<Result<OfferPreview, OfferExchangeRefusal>> {
  const resolved = await resolveOffer(wallet, fetched)
  if (!resolved.ok) return resolved
  const exchange = await keepExchange<ResolvedOffer, OfferDone>(wallet, owned, 'offer', resolved.value)
  return ok(await shown(wallet, owned, exchange, locales))
}

export async function viewOffer(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
  locales: Locales,
): Promise<Result<OfferPreview, OfferExchangeRefusal>> {
  const found = await findOffer(wallet, owned, id)
  return found.ok ? ok(await shown(wallet, owned, found.value, locales)) : found
}

export async function useOpenOffer(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
  wanted: UseExchanged,
  locales: Locales,
): Promise<Result<OfferPreview, OfferExchangeRefusal>> {
  const found = await findOffer(wallet, owned, id)
  if (!found.ok) return found
  const begun = await begin(wallet, owned, found.value, 'use')
  if (!begun.ok) return begun
  if (begun.value.state !== 'begun') return ok(await shown(wallet, owned, begun.value, locales))
  return carryOut(wallet, owned, begun.value, { ...wanted, locales })
}

/**
 * The browser that was sent away came back. Whose answer it is, is judged first: one that is not ours changes nothing, and one
 * that says no leaves the offer as it was.
 */
export async function bringBackOffer(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
  query: string,
  locales: Locales,
): Promise<Result<OfferPreview, OfferExchangeRefusal>> {
  const found = await findOffer(wallet, owned, id)
  if (!found.ok) return found
  const issuance = await issuanceOf(wallet, owned, found.value)
  const answer = await judgeAnswer(wallet, found.value, issuance, query)
  if (!answer.ok) return answer
  const begun = await begin(wallet, owned, found.value, 'use')
  if (!begun.ok) return begun
  if (begun.value.state !== 'begun') return ok(await shown(wallet, owned, begun.value, locales))
  if (issuance !== undefined && answer.value !== undefined) await keepAnswer(wallet, issuance, answer.value)
  return carryOut(wallet, owned, begun.value, { locales })
}

/** Undefined where there is nothing more to be taken from it. */
async function judgeAnswer(
  wallet: Wallet,
  { done, resolved }: OfferExchange,
  issuance: IssuanceRecord | undefined,
  query: string,
): Promise<ReturnType<typeof readAnswer>> {
  // What it brought was used, and it is kept no longer: the exchange tells what came of it.
  if (done !== undefined || issuance?.finished === true) return ok(undefined)
  if (issuance === undefined) return refuse({ code: 'state_unknown' })
  const answer = readAnswer(issuance, issuerOf(resolved), query)
  if (!answer.ok && answer.error.code === 'authorization_refused') await spendState(wallet, issuance, query)
  return answer
}

/** Nothing is stored and nobody is told. */
export async function rejectOffer(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
  locales: Locales,
): Promise<Result<OfferPreview, OfferExchangeRefusal>> {
  const found = await findOffer(wallet, owned, id)
  if (!found.ok) return found
  const begun = await begin(wallet, owned, found.value, 'reject')
  if (!begun.ok) return begun
  if (begun.value.state !== 'begun') return ok(await shown(wallet, owned, begun.value, locales))
  const taken = await issuanceOf(wallet, owned, begun.value)
  const isTaken = taken !== undefined && (taken.finished || (await isDeferred(wallet, owned, taken)))
  if (isTaken) {
    // Not under this id, but it was taken up: to say that nothing was stored would be wrong.
    const done = { at: wallet.now(), issuanceId: taken.id }
    await end(wallet, { ...begun.value, decision: 'use' }, 'done', done)
    return refuse({ code: 'exchange_decided', state: 'done' })
  }
  const summary = offerSummary(begun.value.resolved)
  const ended = await endSilently(wallet, owned, begun.value, { done: { at: wallet.now() }, summary })
  return ok(await shown(wallet, owned, ended, locales))
}

/** Something of it is still to come. */
async function isDeferred(wallet: Wallet, owned: OwnedWallet, { id }: IssuanceRecord): Promise<boolean> {
  return (await listDeferred(wallet, owned, { issuanceId: id })).length > 0
}

/** What was declined, as far as its metadata say. */
function offerSummary({ configurations, issuer, trust }: ResolvedOffer): EventSummary {
  const credentials = configurations.map((configuration) => {
    const { format, id, type = id } = configuration
    return describeType({ format, type, look: issuerDisplay(configuration) })
  })
  const party = { ...partyOf(issuer), trust: { trusted: trust.trusted, name: trust.name } }
  return { party, credentials, declined: 'offer' }
}

type Fetched = Pick<ResolvedOffer, 'offer' | 'uri'>

async function resolveOffer(
  wallet: Wallet,
  { offer, uri }: Fetched,
): Promise<Result<ResolvedOffer, ReceiveRefusal>> {
  const issuer = await fetchIssuer(wallet, offer)
  if (!issuer.ok) return issuer
  const refusal = refuseHopeless(offer, issuer.value, wallet.formats)
  if (!refusal.ok) return refusal
  const { configurations: all, ...metadata } = issuer.value.metadata
  const offered = offer.configurationIds.flatMap((id) => all.get(id) ?? [])
  const configurations = withOwnScopes(offered, all.values())
  return ok({
    offer,
    uri,
    issuer: metadata,
    configurations,
    authorizationServer: issuer.value.authorizationServer,
    trust: await issuerTrustBefore(wallet, offer.issuer, configurations),
  })
}
