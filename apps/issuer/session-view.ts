/** An issuance as the caller of the management API reads it: what happened, never the claims or the codes. */
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session'

export function sessionView(session: IssuanceSession, now: number): Record<string, unknown> {
  const expired = session.state === 'offered' && now >= session.expiresAt
  return {
    id: session.id,
    state: expired ? 'expired' : session.state,
    configurationIds: session.configurationIds,
    createdAt: session.createdAt,
    expiresAt: session.expiresAt,
    txCodeRequired: session.txCode !== undefined,
    wrongTxCodes: session.wrongTxCodes,
    issued: issuedAt(session),
    ...(session.state === 'closed' && { reason: session.reason }),
  }
}

/** Nothing follows: a stream of events may end. */
export function isFinal(session: IssuanceSession, now: number): boolean {
  if (session.state === 'offered') return now >= session.expiresAt
  if (session.state === 'token_issued') return now >= session.grant.expiresAt
  return true
}

function issuedAt(session: IssuanceSession): Record<string, number> {
  if (session.state === 'offered' || session.state === 'closed') return {}
  return Object.fromEntries(Object.entries(session.issued).map(([id, { at }]) => [id, at]))
}
