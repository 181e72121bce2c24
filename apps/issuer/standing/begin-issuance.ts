/**
 * An issuance that begins when somebody says yes in a browser: one of several of an offer, or one that a wallet asked for without
 * an offer. Its id was laid down with the request, so that the same decision once more, after a crash, goes on with the same one.
 */
import type { Authorization } from '@countersign/protocol/openid4vci/authorization/authorization'
import { offerIssuance } from '@countersign/protocol/openid4vci/session/offered'
import type { IssuanceSession, OfferedIssuance } from '@countersign/protocol/openid4vci/session/state'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import { callbackTo } from '@countersign/protocol/session-callback'
import { type SessionPorts, stepSession } from '@countersign/service/sessions/session-transition'
import { beginOffer, createReservedOffer, type OfferPorts } from '../offer/create-offer.ts'
import type { FindingPorts } from '../profiles/find-profile.ts'
import { openProfileFor } from '../profiles/open-profiles.ts'
import { type OrderingPorts, orderByProfile } from '../profiles/profile-order.ts'
import { inTurn } from './in-turn.ts'

export type BeginningPorts = OfferPorts & OrderingPorts & FindingPorts & SessionPorts<IssuanceSession>

/** False: it cannot be had any more. */
export async function beginIssuance(
  issuer: BeginningPorts,
  { begins, configurationIds, issuanceId }: Authorization,
): Promise<boolean> {
  if (begins === undefined) return true
  return begins.from === 'offer'
    ? redeem(issuer, begins.offerId, issuanceId)
    : beginByProfile(issuer, configurationIds, begins.name, issuanceId)
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

/** By the profile as it is now, as long as it is the one that is open. */
async function beginByProfile(
  issuer: BeginningPorts,
  [configurationId = '']: readonly string[],
  name: string,
  id: string,
): Promise<boolean> {
  if ((await issuer.sessions.get(id)) !== undefined) return true
  const profile = await openProfileFor(issuer, configurationId)
  if (profile?.name !== name) return false
  const order = orderByProfile(issuer, profile, {})
  if (!order.ok) return false
  const { maxRedemptions: _one, ...terms } = order.value
  return (await createReservedOffer(issuer, terms, { id, now: issuer.now() })).ok
}
