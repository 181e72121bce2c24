/**
 * An issuance whose token is made good again (RFC 6749 §6): the refresh token is a new one each time, bound to the key that the
 * token is bound to. One that was used before is known to two, or was kept by somebody who should not have it: then nothing of its
 * family is worth anything any more (RFC 9700 §4.14.2). With the new token everything that was promised may be had once more, for
 * another key.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { appendEvent } from '../../session-event.ts'
import { revokeToken, TOKEN_RETRY_SECONDS } from './authorized.ts'
import type { IssuanceRefusal, RefreshTokenFacts, TokenRequested } from './message.ts'
import type {
  AuthorizedIssuance,
  CompletedIssuance,
  IssuanceSession,
  PromisedCredential,
  Refreshing,
} from './state.ts'

type Refresh = TokenRequested<RefreshTokenFacts>

export function refreshIssuance(
  session: AuthorizedIssuance | CompletedIssuance,
  message: Refresh,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const { grant, promised } = session
  const { refresh, revokedAt } = grant
  if (refresh === undefined || promised === undefined || revokedAt !== undefined)
    return refuse({ code: 'refresh_over' })
  // Before anything else: who has not the key learns nothing, and ends nothing.
  if (grant.senderKey !== message.senderKey) return refuse({ code: 'wrong_sender_key' })
  if (message.binding !== 'right') return refuse({ code: 'code_not_yours' })
  if (now >= refresh.expiresAt) return refuse({ code: 'refresh_over' })
  if (message.generation === refresh.generation) return ok(renewed(session, promised, refresh, message, now))
  return isRetry(session, refresh, message, now)
    ? ok(session)
    : ok(revokeToken(session, 'refresh_replayed', now))
}

/** The answer was lost: for a short while, and until something is issued, the token before gives the same answer. */
function isRetry(
  { issued }: AuthorizedIssuance | CompletedIssuance,
  { generation, rotatedAt }: Refreshing,
  message: Refresh,
  now: number,
): boolean {
  const inTime = rotatedAt !== undefined && now < rotatedAt + TOKEN_RETRY_SECONDS
  return message.generation === generation - 1 && inTime && Object.keys(issued).length === 0
}

function renewed(
  session: AuthorizedIssuance | CompletedIssuance,
  promised: readonly PromisedCredential[],
  refresh: Refreshing,
  { tokenTtlSeconds }: Refresh,
  now: number,
): AuthorizedIssuance {
  const { state: _state, ...base } = session
  const expiresAt = Math.min(now + tokenTtlSeconds, refresh.expiresAt)
  return {
    ...base,
    state: 'token_issued',
    promised,
    issued: {},
    grant: {
      ...session.grant,
      issuedAt: now,
      expiresAt,
      refresh: { ...refresh, generation: refresh.generation + 1, rotatedAt: now },
    },
    events: appendEvent(session.events, 'token_refreshed', now),
  }
}
