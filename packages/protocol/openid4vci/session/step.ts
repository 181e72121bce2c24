/**
 * An issuance as a state machine (OpenID4VCI 1.0). Pure: evidence comes in as facts, the clock is an argument. A step that
 * changes nothing returns the session it got, and then there is nothing to commit.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { REFRESH_TOKEN } from '../../oauth/grants/refresh-token.ts'
import { issueCode, recordDenial, recordUser } from './authorization-code.ts'
import { recordRevocation, refuseUsedCode, repeatToken } from './authorized.ts'
import { decideDeferral, recordDeferred } from './deferred.ts'
import { recordIssued } from './issued.ts'
import type { IssuanceMessage, IssuanceRefusal, RefreshTokenFacts, TokenRequested } from './message.ts'
import { recordNotification } from './notified.ts'
import { endOffer, recordOpened, requestToken } from './offered.ts'
import { reserveRedemption, takeRedemption } from './redemptions.ts'
import { refreshIssuance } from './refreshed.ts'
import type { IssuanceSession } from './state.ts'

export function stepIssuance(
  session: IssuanceSession,
  message: IssuanceMessage,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  switch (message.type) {
    case 'offer_fetched':
      return ok(recordOpened(session, now))
    case 'code_requested':
      return issueCode(session, message, now)
    case 'redemption_requested':
      return reserveRedemption(session, message, now)
    case 'redemption_taken':
      return takeRedemption(session, message, now)
    case 'authorization_denied':
      return ok(recordDenial(session, message, now))
    case 'user_authenticated':
      return ok(recordUser(session, message, now))
    case 'token_requested':
      return tokenRequested(session, message, now)
    case 'token_revoked':
      return ok(recordRevocation(session, now))
    case 'credential_deferred':
      return recordDeferred(session, message, now)
    case 'deferral_decided':
      return decideDeferral(session, message, now)
    case 'credential_issued':
      return recordIssued(session, message, now)
    case 'credential_notified':
      return recordNotification(session, message, now)
    case 'time_over':
      return ok(endOffer(session, now))
  }
}

function tokenRequested(
  session: IssuanceSession,
  message: TokenRequested,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  switch (session.state) {
    case 'offered':
      return requestToken(session, message, now)
    case 'token_issued':
      return isRefresh(message) ? refreshIssuance(session, message, now) : repeatToken(session, message, now)
    case 'completed':
      return isRefresh(message)
        ? refreshIssuance(session, message, now)
        : refuseUsedCode(session, message, now)
    case 'closed':
      return session.reason === 'offer_expired'
        ? refuse({ code: 'offer_expired', expiresAt: session.expiresAt, now })
        : refuse({ code: 'session_closed' })
  }
}

function isRefresh(message: TokenRequested): message is TokenRequested<RefreshTokenFacts> {
  return message.grantType === REFRESH_TOKEN
}
