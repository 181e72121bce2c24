/**
 * An offer that several take up: each has an issuance of its own, and the session of the offer counts. Who said yes has a place
 * for as long as his code is good; who comes for his token keeps it. With the last of them the offer ends, and what it promised
 * is dropped.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { appendEvent } from '../../session-event.ts'
import type { IssuanceRefusal, RedemptionRequested, RedemptionTaken } from './message.ts'
import type { IssuanceSession, OfferedIssuance, Redemptions } from './state.ts'

export function redemptionsUpTo(max: number): Redemptions {
  return { max, pending: [], taken: [] }
}

/** The same session once more changes nothing: it has its place. */
export function reserveRedemption(
  session: IssuanceSession,
  { lastsSeconds, sessionId }: RedemptionRequested,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const open = openRedemptions(session, sessionId, now)
  if (!open.ok || open.value === undefined) return open.ok ? ok(session) : open
  const { offer, redemptions } = open.value
  if (redemptions.pending.some((one) => one.sessionId === sessionId)) return ok(session)
  const pending = alive(redemptions, now)
  if (pending.length + redemptions.taken.length >= redemptions.max) return refuse({ code: 'offer_taken' })
  const until = now + lastsSeconds
  return ok({ ...offer, redemptions: { ...redemptions, pending: [...pending, { sessionId, until }] } })
}

/** Whose place was given to somebody else meanwhile is refused. */
export function takeRedemption(
  session: IssuanceSession,
  { sessionId }: RedemptionTaken,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const open = openRedemptions(session, sessionId, now)
  if (!open.ok || open.value === undefined) return open.ok ? ok(session) : open
  const { offer, redemptions } = open.value
  const hasPlace = redemptions.pending.some((one) => one.sessionId === sessionId)
  const pending = (hasPlace ? redemptions.pending : alive(redemptions, now)).filter(
    (one) => one.sessionId !== sessionId,
  )
  if (!hasPlace && pending.length + redemptions.taken.length >= redemptions.max)
    return refuse({ code: 'offer_taken' })
  const next = { ...redemptions, pending, taken: [...redemptions.taken, sessionId] }
  return ok(next.taken.length < next.max ? { ...offer, redemptions: next } : ended(offer, next, now))
}

interface OpenRedemptions {
  readonly offer: OfferedIssuance
  readonly redemptions: Redemptions
}

/** Undefined: this one has taken the offer up already. */
function openRedemptions(
  session: IssuanceSession,
  sessionId: string,
  now: number,
): Result<OpenRedemptions | undefined, IssuanceRefusal> {
  const { redemptions } = session
  if (redemptions === undefined) return refuse({ code: 'not_authorizable' })
  if (redemptions.taken.includes(sessionId)) return ok(undefined)
  if (session.state !== 'offered') return refuse({ code: 'offer_taken' })
  if (now >= session.expiresAt) return refuse({ code: 'offer_expired', expiresAt: session.expiresAt, now })
  return ok({ offer: session, redemptions })
}

function alive({ pending }: Redemptions, now: number): Redemptions['pending'] {
  return pending.filter(({ until }) => now < until)
}

function ended(offer: OfferedIssuance, redemptions: Redemptions, now: number): IssuanceSession {
  const { promised: _promised, state: _state, code: _code, ...base } = offer
  const reason = 'redeemed'
  const events = appendEvent(base.events, 'closed', now, reason)
  return { ...base, state: 'closed', reason, redemptions, events }
}
