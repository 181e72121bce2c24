/** An issuance that has its token: who may hear that token again, and what becomes of it when its code comes from somebody else. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { AUTHORIZATION_CODE } from '../../oauth/grants/authorization-code.ts'
import { PRE_AUTHORIZED_CODE } from '../../oauth/grants/pre-authorized-code.ts'
import { REFRESH_TOKEN } from '../../oauth/grants/refresh-token.ts'
import { appendEvent } from '../../session-event.ts'
import type { IssuanceRefusal, TokenRequested } from './message.ts'
import {
  type AuthorizedIssuance,
  type ClosedIssuance,
  type CompletedIssuance,
  grantTypeOf,
  type IssuanceSession,
  type SessionGrant,
} from './state.ts'

/** How long the sender of a token request may ask again for an answer that it did not get, in seconds. */
export const TOKEN_RETRY_SECONDS = 60

/**
 * The honest retry: whoever proves possession of the key that the token is bound to gets the same token again for a
 * short while, until the first credential: who has one has had the token, and comes with a used code (RFC 6749 §4.1.2,
 * FAPI 2.0 §5.3.2.2). A bearer client cannot prove that it asked before, so for it the code is simply spent.
 */
export function repeatToken(
  session: AuthorizedIssuance,
  message: TokenRequested,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const { grant } = session
  const sameSender = grant.senderKey !== undefined && grant.senderKey === message.senderKey
  const unused = Object.keys(session.issued).length === 0
  if (sameSender && unused && isRetry(grant, message, now))
    return asksForTheSame(session, message) ? ok(session) : refuse({ code: 'code_spent' })
  return isReplay(grant, message, now)
    ? ok(revokeToken(session, 'code_replayed', now))
    : refuse({ code: 'code_spent' })
}

/** Who named credentials asks for these again. */
function asksForTheSame(
  { configurationIds, grant }: AuthorizedIssuance,
  { requested }: TokenRequested,
): boolean {
  if (requested === undefined) return true
  const granted = grant.namesCredentials === true && requested.length === configurationIds.length
  return granted && configurationIds.every((id) => requested.includes(id))
}

/** Of an issuance without a token there is nothing to revoke. */
export function recordRevocation(session: IssuanceSession, now: number): IssuanceSession {
  if (session.state !== 'token_issued' && session.state !== 'completed') return session
  const { expiresAt, refresh, revokedAt } = session.grant
  const isWorthless = revokedAt !== undefined || now >= Math.max(expiresAt, refresh?.expiresAt ?? 0)
  return isWorthless ? session : revokeToken(session, 'token_revoked', now)
}

/** The code of an issuance that is over. */
export function refuseUsedCode(
  session: CompletedIssuance,
  message: TokenRequested,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const { grant } = session
  const isNews = isReplay(grant, message, now) && grant.revokedAt === undefined && now < grant.expiresAt
  return isNews ? ok(revokeToken(session, 'code_replayed', now)) : refuse({ code: 'code_spent' })
}

/** What the token could still do, nobody can from now on. What was issued stays issued. */
export function revokeToken(
  session: AuthorizedIssuance | CompletedIssuance,
  reason: 'code_replayed' | 'refresh_replayed' | 'token_revoked',
  now: number,
): CompletedIssuance | ClosedIssuance {
  const events = appendEvent(session.events, 'token_revoked', now, reason)
  if (session.state === 'completed') {
    const { promised: _kept, ...rest } = session
    return { ...rest, grant: { ...session.grant, revokedAt: now }, events }
  }
  const { promised: _promised, state: _state, grant: _grant, issued: _issued, ...base } = session
  return { ...base, state: 'closed', reason, events: appendEvent(events, 'closed', now, reason) }
}

function isSameGrant(grant: SessionGrant, message: TokenRequested): boolean {
  if (message.grantType === AUTHORIZATION_CODE)
    return grant.grantType === AUTHORIZATION_CODE && grant.authorizationId === message.authorizationId
  return grantTypeOf(grant) === message.grantType
}

function isRetry(grant: SessionGrant, message: TokenRequested, now: number): boolean {
  const inTime = now < grant.issuedAt + TOKEN_RETRY_SECONDS
  return inTime && isSameGrant(grant, message) && knowsWhatGuardsTheCode(message)
}

/**
 * An authorization code that comes late, or from somebody whom it was not made for, is known to two: what was had for it is
 * worth nothing from then on (RFC 6749 §4.1.2, §10.5). Whoever knows all that guards it has asked twice.
 */
function isReplay(grant: SessionGrant, message: TokenRequested, now: number): boolean {
  const isCode = message.grantType === AUTHORIZATION_CODE && isSameGrant(grant, message)
  return isCode && !isRetry(grant, message, now)
}

function knowsWhatGuardsTheCode(message: TokenRequested): boolean {
  switch (message.grantType) {
    case PRE_AUTHORIZED_CODE:
      return message.txCode === 'correct' || message.txCode === 'none'
    case AUTHORIZATION_CODE:
      return message.binding === 'right'
    case REFRESH_TOKEN:
      return false
  }
}
