/** What is done for an issuance that somebody wants to be told of, though nobody reads it: the end of its offer is written. */
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import { type SessionPorts, stepSession } from '@countersign/service/sessions/session-transition'
import type { Issuer } from './issuer.ts'

/** In how many milliseconds to look again; undefined: whoever steps it says so himself. */
export async function lookAtIssuance(
  issuer: SessionPorts<IssuanceSession> & Pick<Issuer, 'now'>,
  id: string,
): Promise<number | undefined> {
  const found = await issuer.sessions.get(id)
  if (found === undefined) return undefined
  const now = issuer.now()
  if (found.value.state === 'offered' && now >= found.value.expiresAt) {
    await stepSession(issuer, id, (session) => stepIssuance(session, { type: 'time_over' }, now), found)
    return undefined
  }
  // Somebody put an entry and may be about to commit: he meets a conflict, and puts again before he does.
  if (canChange(found.value, now)) await issuer.sessions.compareAndSet(id, found.version, found.value)
  return found.value.state === 'offered' ? Math.max(1000, (found.value.expiresAt - now) * 1000) : undefined
}

function canChange(session: IssuanceSession, now: number): boolean {
  return session.state === 'offered' || (session.state !== 'closed' && now < session.grant.expiresAt)
}
