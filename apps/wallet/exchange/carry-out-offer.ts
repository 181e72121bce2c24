/**
 * An offer that was decided to be taken up: carried out, or sent to a browser, and shown as it stands then. What changes nothing
 * leaves it open.
 */
import { ok, type Result } from '@countersign/core/result'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import { credentialsOfIssuance } from '../credentials/credentials.ts'
import type { Locales } from '../credentials/shown.ts'
import { hostOf } from '../outgoing-client.ts'
import type { AnswerRefusal } from '../receive/authorization-answer.ts'
import { chooseGrant } from '../receive/authorization-plan.ts'
import { listDeferred } from '../receive/deferred-record.ts'
import { type FetchMetadataRefusal, type Issuer, isGone } from '../receive/fetch-offer.ts'
import { findIssuance, type IssuanceRecord, issuanceHash } from '../receive/issuance-record.ts'
import { type ReceiveRefusal, takeUpOffer, type UseOffer } from '../receive/receive-credential.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type ExchangeRefusal, end, findExchange, giveUp, release } from './exchange-record.ts'
import { type OfferPreview, previewOffer } from './preview-offer.ts'
import { issuerOf, type OfferDone, type OfferExchange, type ResolvedOffer } from './resolved-offer.ts'

export type OfferExchangeRefusal = ExchangeRefusal | ReceiveRefusal | AnswerRefusal

export interface UseExchanged extends Pick<UseOffer, 'did' | 'txCode'> {
  /** Where a browser comes back to that is sent away; the web wallet's own page when absent. */
  readonly redirectUri?: string | undefined
}

export interface CarryOut extends UseExchanged {
  readonly locales: Locales
}

export async function carryOut(
  wallet: Wallet,
  owned: OwnedWallet,
  begun: OfferExchange,
  { locales, redirectUri, ...wanted }: CarryOut,
): Promise<Result<OfferPreview, OfferExchangeRefusal>> {
  const { id, resolved } = begun
  const { offer } = resolved
  const issuer = async (): Promise<Result<Issuer, FetchMetadataRefusal>> => ok(issuerOf(resolved))
  const exchange = { id, redirectUri }
  const taken = await takeUpOffer(wallet, owned, { ...wanted, offer, issuer, exchange })
  if (!taken.ok) {
    if (await isOver(wallet, owned, begun, taken.error)) {
      await giveUp(wallet, begun)
      const now = await findOffer(wallet, owned, id)
      return now.ok ? ok(await shown(wallet, owned, now.value, locales)) : now
    }
    await release(wallet, begun)
    return taken
  }
  if ('authorizeAt' in taken.value) {
    // Whoever was sent away may still leave it.
    await release(wallet, begun)
    const preview = await shown(wallet, owned, { ...begun, state: 'open' }, locales)
    return ok({
      ...preview,
      authorization: preview.authorization && { ...preview.authorization, url: taken.value.authorizeAt },
    })
  }
  const done = { at: wallet.now(), issuanceId: taken.value.issuanceId }
  return ok(await shown(wallet, owned, await end(wallet, begun, 'done', done), locales))
}

/**
 * A code that does not count: without a transaction code the offer was used or has ended; with one it may be that, and an issuer
 * says so by giving the offer out no more (OpenID4VCI 1.0 §6.3 has one error for both). So it does of what it lets nobody authorize.
 */
async function isOver(
  wallet: Wallet,
  owned: OwnedWallet,
  exchange: OfferExchange,
  refusal: ReceiveRefusal,
): Promise<boolean> {
  if (refusal.code !== 'issuer_error') return false
  const { offer, uri } = exchange.resolved
  const code = offer.grants[PRE_AUTHORIZED_CODE]
  // With a token something may have come.
  if (code === undefined && (await issuanceOf(wallet, owned, exchange))?.progress.token !== undefined)
    return false
  if (code !== undefined && refusal.error !== 'invalid_grant') return false
  if (code !== undefined && code.txCode === undefined) return true
  return uri !== undefined && isGone(wallet, uri)
}

export function findOffer(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Result<OfferExchange, ExchangeRefusal>> {
  return findExchange<ResolvedOffer, OfferDone>(wallet, owned, 'offer', id)
}

export async function issuanceOf(
  wallet: Wallet,
  owned: OwnedWallet,
  { id, resolved: { offer } }: OfferExchange,
): Promise<IssuanceRecord | undefined> {
  return findIssuance(wallet, owned, await issuanceHash(wallet, offer, id))
}

export async function shown(
  wallet: Wallet,
  owned: OwnedWallet,
  exchange: OfferExchange,
  locales: Locales,
): Promise<OfferPreview> {
  const { issuanceId } = exchange.done ?? {}
  const received = issuanceId === undefined ? [] : await credentialsOfIssuance(wallet, owned, issuanceId)
  const deferred = issuanceId === undefined ? [] : await listDeferred(wallet, owned, { issuanceId })
  const grant = chooseGrant(exchange.resolved.offer, issuerOf(exchange.resolved))
  const isUndecided = exchange.state === 'open' || exchange.state === 'begun'
  if (!isUndecided || !grant.ok || grant.value.type === PRE_AUTHORIZED_CODE)
    return previewOffer(wallet, owned, { exchange, received, deferred, locales })
  const issuance = await issuanceOf(wallet, owned, exchange)
  const { authorizationEndpoint } = grant.value.endpoints
  const authorization = { host: hostOf(authorizationEndpoint), progress: issuance?.progress }
  return previewOffer(wallet, owned, { exchange, received, deferred, locales, authorization })
}
