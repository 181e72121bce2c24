/** An issuance as the caller of the management API reads it: what happened, never the claims or the codes. */
import type { IssuanceSessionView } from '@countersign/api/issuer/sessions'
import { defined } from '@countersign/core/json'
import { deferredCredential } from '@countersign/protocol/openid4vci/session/deferred'
import { credentialIdsOf } from '@countersign/protocol/openid4vci/session/issued'
import { lastNotified } from '@countersign/protocol/openid4vci/session/notified'
import { openedAt } from '@countersign/protocol/openid4vci/session/offered'
import type { IssuanceSession, IssuedCredentials } from '@countersign/protocol/openid4vci/session/state'

export function sessionView(session: IssuanceSession, now: number): IssuanceSessionView {
  const isExpired = hasExpired(session, now)
  return defined<IssuanceSessionView>({
    id: session.id,
    state: isExpired ? 'expired' : session.state,
    configurationIds: [...session.configurationIds],
    profile: session.profile,
    parent: session.parent,
    redemptions: redemptionsOf(session),
    createdAt: session.createdAt,
    expiresAt: session.expiresAt,
    openedAt: openedAt(session),
    authenticationMethod: session.authentication?.method ?? 'PRE_AUTHORIZED',
    txCodeRequired: session.txCode !== undefined,
    wrongTxCodes: session.wrongTxCodes,
    issued: issuedAt(session),
    notified: notifiedOf(session),
    credentials: issuedCredentials(session),
    deferred: deferredOf(session),
    reason: reasonOf(session),
  })
}

function redemptionsOf({ redemptions }: IssuanceSession): IssuanceSessionView['redemptions'] {
  if (redemptions === undefined) return undefined
  const { max, taken } = redemptions
  return { max, taken: taken.length, sessions: [...taken] }
}

/** Undefined where nobody has to agree to anything any more. */
function deferredOf(session: IssuanceSession): IssuanceSessionView['deferred'] {
  if (session.state !== 'offered' && session.state !== 'token_issued') return undefined
  const waiting = session.promised.flatMap(({ configurationId, deferral }) => {
    if (deferral === undefined) return []
    const requestedAt = deferredCredential(session, configurationId)?.at
    return [[configurationId, defined({ decision: deferral, requestedAt })] as const]
  })
  return waiting.length === 0 ? undefined : Object.fromEntries(waiting)
}

function reasonOf(session: IssuanceSession): IssuanceSessionView['reason'] {
  return session.state === 'closed' && session.reason !== 'offer_expired' ? session.reason : undefined
}

/** Written where somebody is told of it, and seen by the time where nobody is. */
function hasExpired(session: IssuanceSession, now: number): boolean {
  if (session.state === 'closed') return session.reason === 'offer_expired'
  return session.state === 'offered' && now >= session.expiresAt
}

/**
 * Whether nothing is waited for any more, so that a stream of events may end: the wallet told of every credential, or its
 * token is over. A credential that is deleted after it was accepted is news for whoever reads again.
 */
export function isFinal(session: IssuanceSession, now: number): boolean {
  if (session.state === 'offered') return now >= session.expiresAt
  if (session.state === 'closed' || now >= session.grant.expiresAt) return true
  const isTold = Object.values(session.issued).every((credential) => lastNotified(credential) !== undefined)
  return session.state === 'completed' && isTold
}

/** By which ids their status is read and changed; none where the issuer keeps no log. */
function issuedCredentials(session: IssuanceSession): IssuanceSessionView['credentials'] {
  return Object.entries(issuedOf(session)).flatMap(([credentialConfigurationId, issued]) =>
    credentialIdsOf(issued).map((id) => ({ id, credentialConfigurationId })),
  )
}

function issuedAt(session: IssuanceSession): Record<string, number> {
  return Object.fromEntries(Object.entries(issuedOf(session)).map(([id, { at }]) => [id, at]))
}

/** Undefined where the wallet told nothing. */
function notifiedOf(session: IssuanceSession): IssuanceSessionView['notified'] {
  const told = Object.entries(issuedOf(session)).flatMap(([id, credential]) => {
    const last = lastNotified(credential)
    return last === undefined ? [] : [[id, last] as const]
  })
  return told.length === 0 ? undefined : Object.fromEntries(told)
}

function issuedOf(session: IssuanceSession): IssuedCredentials {
  return session.state === 'offered' || session.state === 'closed' ? {} : session.issued
}
