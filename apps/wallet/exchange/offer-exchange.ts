/**
 * A credential offer under one id: resolved once, looked at, then taken up or left (OpenID4VCI 1.0 §4). Offer and metadata
 * are kept as they were when they were shown, and `use` asks for neither again. A refusal that changes nothing, a wrong
 * transaction code among them, leaves it open; one that was taken up gives the same credentials however often it is asked.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { credentialsOfIssuance } from '../credentials/credentials.ts'
import { issuerDisplay } from '../credentials/issuer-display.ts'
import type { Locales } from '../credentials/shown.ts'
import { describeType } from '../history/described-credential.ts'
import type { EventSummary } from '../history/event.ts'
import {
  type FetchMetadataRefusal,
  fetchIssuer,
  fetchOffer,
  type Issuer,
  isGone,
  partyOf,
} from '../receive/fetch-offer.ts'
import { refuseHopeless } from '../receive/issuance-plan.ts'
import { findIssuance, offerHash } from '../receive/issuance-record.ts'
import { type ReceiveRefusal, takeUpOffer, type UseOffer } from '../receive/receive-credential.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import {
  begin,
  type ExchangeRefusal,
  end,
  endSilently,
  findExchange,
  giveUp,
  keepExchange,
  release,
} from './exchange-record.ts'
import { issuerTrustBefore } from './issuer-trust-before.ts'
import { type OfferPreview, previewOffer } from './preview-offer.ts'
import type { OfferDone, OfferExchange, ResolvedOffer } from './resolved-offer.ts'

export type OfferExchangeRefusal = ExchangeRefusal | ReceiveRefusal

export async function openOffer(
  wallet: Wallet,
  owned: OwnedWallet,
  text: string,
  locales: Locales,
): Promise<Result<OfferPreview, OfferExchangeRefusal>> {
  const resolved = await resolveOffer(wallet, text)
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
  wanted: Pick<UseOffer, 'did' | 'txCode'>,
  locales: Locales,
): Promise<Result<OfferPreview, OfferExchangeRefusal>> {
  const found = await findOffer(wallet, owned, id)
  if (!found.ok) return found
  const begun = await begin(wallet, owned, found.value, 'use')
  if (!begun.ok) return begun
  if (begun.value.state !== 'begun') return ok(await shown(wallet, owned, begun.value, locales))
  const { offer } = begun.value.resolved
  const issuer = async (): Promise<Result<Issuer, FetchMetadataRefusal>> => ok(issuerOf(begun.value.resolved))
  const taken = await takeUpOffer(wallet, owned, { ...wanted, offer, issuer })
  if (!taken.ok) {
    if (await isOver(wallet, begun.value, taken.error)) {
      await giveUp(wallet, begun.value)
      return viewOffer(wallet, owned, id, locales)
    }
    await release(wallet, begun.value)
    return taken
  }
  const done = { at: wallet.now(), issuanceId: taken.value.issuanceId }
  return ok(await shown(wallet, owned, await end(wallet, begun.value, 'done', done), locales))
}

/**
 * A code that does not count: without a transaction code the offer was used or has ended; with one it may be that, and an issuer
 * says so by giving the offer out no more (OpenID4VCI 1.0 §6.3 has one error for both).
 */
async function isOver(
  wallet: Wallet,
  { resolved: { offer, uri } }: OfferExchange,
  refusal: ReceiveRefusal,
): Promise<boolean> {
  if (refusal.code !== 'issuer_error' || refusal.error !== 'invalid_grant') return false
  if (offer.grants[PRE_AUTHORIZED_CODE]?.txCode === undefined) return true
  return uri !== undefined && isGone(wallet, uri)
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
  const taken = await findIssuance(wallet, owned, await offerHash(wallet, begun.value.resolved.offer))
  if (taken?.finished === true) {
    // Not under this id, but it was taken up: to say that nothing was stored would be wrong.
    const done = { at: wallet.now(), issuanceId: taken.id }
    await end(wallet, { ...begun.value, decision: 'use' }, 'done', done)
    return refuse({ code: 'exchange_decided', state: 'done' })
  }
  const summary = offerSummary(begun.value.resolved)
  const ended = await endSilently(wallet, owned, begun.value, { done: { at: wallet.now() }, summary })
  return ok(await shown(wallet, owned, ended, locales))
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

function findOffer(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Result<OfferExchange, ExchangeRefusal>> {
  return findExchange<ResolvedOffer, OfferDone>(wallet, owned, 'offer', id)
}

async function resolveOffer(wallet: Wallet, text: string): Promise<Result<ResolvedOffer, ReceiveRefusal>> {
  const fetched = await fetchOffer(wallet, text)
  if (!fetched.ok) return fetched
  const { offer, uri } = fetched.value
  const issuer = await fetchIssuer(wallet, offer)
  if (!issuer.ok) return issuer
  const refusal = refuseHopeless(offer, issuer.value, wallet.formats)
  if (!refusal.ok) return refusal
  const { configurations: all, ...metadata } = issuer.value.metadata
  const configurations = offer.configurationIds.flatMap((id) => all.get(id) ?? [])
  return ok({
    offer,
    uri,
    issuer: metadata,
    configurations,
    authorizationServer: issuer.value.authorizationServer,
    trust: await issuerTrustBefore(wallet, offer.issuer, configurations),
  })
}

function issuerOf({ authorizationServer, configurations, issuer }: ResolvedOffer): Issuer {
  const byId = new Map(configurations.map((configuration) => [configuration.id, configuration]))
  return { metadata: { ...issuer, configurations: byId }, authorizationServer }
}

async function shown(
  wallet: Wallet,
  owned: OwnedWallet,
  exchange: OfferExchange,
  locales: Locales,
): Promise<OfferPreview> {
  const { issuanceId } = exchange.done ?? {}
  const received = issuanceId === undefined ? [] : await credentialsOfIssuance(wallet, owned, issuanceId)
  return previewOffer(wallet, owned, { exchange, received, locales })
}
