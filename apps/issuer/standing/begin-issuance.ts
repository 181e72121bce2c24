/**
 * An issuance that begins when somebody says yes in a browser: one of several of an offer, or one that a wallet asked for without
 * an offer. Its id was laid down with the request, so that the same decision once more, after a crash, goes on with the same one.
 */
import { ok } from '@countersign/core/result'
import type {
  Authorization,
  IssuanceBeginning,
} from '@countersign/protocol/openid4vci/authorization/authorization'
import { offerIssuance } from '@countersign/protocol/openid4vci/session/offered'
import type {
  IssuanceSession,
  OfferedIssuance,
  PromisedCredential,
} from '@countersign/protocol/openid4vci/session/state'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import { callbackTo } from '@countersign/protocol/session-callback'
import { type SessionPorts, stepSession } from '@countersign/service/sessions/session-transition'
import {
  beginOffer,
  type CreateOffer,
  createReservedOffer,
  type OfferPorts,
  promisesOf,
} from '../offer/create-offer.ts'
import { isOfSomebody } from '../offer/user-terms.ts'
import type { FindingPorts } from '../profiles/find-profile.ts'
import { openProfileFor } from '../profiles/open-profiles.ts'
import { type OrderingPorts, orderByProfile } from '../profiles/profile-order.ts'
import { inTurn } from './in-turn.ts'

export type BeginningPorts = OfferPorts & OrderingPorts & FindingPorts & SessionPorts<IssuanceSession>

/** False: it cannot be had any more. */
export async function beginIssuance(issuer: BeginningPorts, authorization: Authorization): Promise<boolean> {
  const { begins, issuanceId } = authorization
  if (begins === undefined) return true
  const begun =
    begins.from === 'offer'
      ? await redeem(issuer, begins.offerId, issuanceId)
      : await beginByProfile(issuer, authorization, begins)
  if (begun) await tellUser(issuer, authorization)
  return begun
}

/** What its user will have, before it has begun: nothing where it cannot be had any more. */
export async function promisedFor(
  issuer: BeginningPorts,
  authorization: Authorization,
): Promise<readonly PromisedCredential[]> {
  const { begins } = authorization
  if (begins?.from === 'profile') {
    const order = await orderOfOpen(issuer, authorization, begins)
    const promised = order && (await promisesOf(issuer, order))
    return promised?.ok === true ? promised.value : []
  }
  const offer = begins && (await issuer.sessions.get(begins.offerId))?.value
  return offer?.state === 'offered' ? offer.promised : []
}

/** He was known before there was a session that could say so. */
async function tellUser(
  issuer: BeginningPorts,
  { authentication, issuanceId, user }: Authorization,
): Promise<void> {
  if (authentication === undefined || user === undefined) return
  const { method } = authentication
  await stepSession(issuer, issuanceId, (session) =>
    // The same decision comes again where its answer was lost, and finds a code.
    session.state === 'offered' && session.code === undefined
      ? stepIssuance(session, { type: 'user_authenticated', method }, user.at)
      : ok(session),
  )
}

/** The place is had first: whoever dies behind it comes back to it, or it is free again when his code would be over. */
async function redeem(issuer: BeginningPorts, offerId: string, sessionId: string): Promise<boolean> {
  const now = issuer.now()
  const lastsSeconds = issuer.limits.authorization.codeSeconds
  const reserved = await inTurn(offerId, () =>
    stepSession(issuer, offerId, (session) =>
      stepIssuance(session, { type: 'redemption_requested', sessionId, lastsSeconds }, now),
    ),
  )
  if (!reserved.ok) return false
  const offer = reserved.value.after
  // Where the offer has ended meanwhile, this one was among those who ended it, and has begun.
  if (offer.state === 'offered') await beginOffer(issuer, redemptionOf(offer, sessionId, now))
  return true
}

/** Told to the same receiver as the offer, under its own id. */
function redemptionOf(offer: OfferedIssuance, id: string, now: number): OfferedIssuance {
  const { authentication, callback, expiresAt, profile, promised } = offer
  return offerIssuance(
    {
      id,
      promised,
      txCode: undefined,
      expiresAt,
      authentication,
      callback: callback && callbackTo(callback.uri, callback.apiKey),
      profile,
      parent: offer.id,
    },
    now,
  )
}

async function beginByProfile(
  issuer: BeginningPorts,
  authorization: Authorization,
  begins: ByProfile,
): Promise<boolean> {
  const { issuanceId: id } = authorization
  if ((await issuer.sessions.get(id)) !== undefined) return true
  const order = await orderOfOpen(issuer, authorization, begins)
  if (order === undefined) return false
  return (await createReservedOffer(issuer, order, { id, now: issuer.now() })).ok
}

type ByProfile = Extract<IssuanceBeginning, { readonly from: 'profile' }>

/** By the profile as it is now, as long as it is the one that is open; what somebody has shown counts for the terms that asked for it. */
async function orderOfOpen(
  issuer: BeginningPorts,
  { authentication, configurationIds: [configurationId = ''] }: Authorization,
  { name, version }: ByProfile,
): Promise<CreateOffer | undefined> {
  const profile = await openProfileFor(issuer, configurationId)
  if (profile?.name !== name) return undefined
  const order = orderByProfile(issuer, profile, {})
  if (!order.ok) return undefined
  const { maxRedemptions: _one, ...terms } = order.value
  const isOfUser = authentication !== undefined || isOfSomebody(terms.authentication)
  return isOfUser && profile.version !== version ? undefined : terms
}
