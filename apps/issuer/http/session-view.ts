/** An issuance as the caller of the management API reads it: what happened, never the claims or the codes. */
import type { IssuanceSessionView } from '@countersign/api/issuer/sessions'
import { defined } from '@countersign/core/json'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'

export function sessionView(session: IssuanceSession, now: number): IssuanceSessionView {
  const expired = session.state === 'offered' && now >= session.expiresAt
  return defined<IssuanceSessionView>({
    id: session.id,
    state: expired ? 'expired' : session.state,
    configurationIds: [...session.configurationIds],
    createdAt: session.createdAt,
    expiresAt: session.expiresAt,
    txCodeRequired: session.txCode !== undefined,
    wrongTxCodes: session.wrongTxCodes,
    issued: issuedAt(session),
    credentials: issuedCredentials(session),
    reason: session.state === 'closed' ? session.reason : undefined,
  })
}

/** Whether nothing can follow, so that a stream of events may end. */
export function isFinal(session: IssuanceSession, now: number): boolean {
  if (session.state === 'offered') return now >= session.expiresAt
  if (session.state === 'token_issued') return now >= session.grant.expiresAt
  return true
}

/** By which ids their status is read and changed; none where the issuer keeps no log. */
function issuedCredentials(session: IssuanceSession): IssuanceSessionView['credentials'] {
  if (session.state === 'offered' || session.state === 'closed') return []
  return Object.entries(session.issued).flatMap(([credentialConfigurationId, { credentialId }]) =>
    credentialId === undefined ? [] : [{ id: credentialId, credentialConfigurationId }],
  )
}

function issuedAt(session: IssuanceSession): Record<string, number> {
  if (session.state === 'offered' || session.state === 'closed') return {}
  return Object.fromEntries(Object.entries(session.issued).map(([id, { at }]) => [id, at]))
}
