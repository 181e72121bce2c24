/**
 * What the caller of an issue call is told of an event: walt.id's `id`, `type` and `data`, the event, and the issuance as it is read
 * at that moment. Never a key, a code or a credential.
 */
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import type { SessionEvent } from '@countersign/protocol/session-event'
import type { Issuer } from '../issuer.ts'
import { sessionView } from './session-view.ts'

/** walt.id's words, of what it has words for. */
const TYPES: Readonly<Record<string, string>> = {
  opened: 'resolved_credential_offer',
  token_issued: 'requested_token',
  completed: 'issuance_status',
  closed: 'issuance_status',
  expired: 'issuance_status',
}

const STATUSES: Readonly<Record<string, string>> = {
  completed: 'SUCCESSFUL',
  closed: 'UNSUCCESSFUL',
  expired: 'EXPIRED',
}

export function callbackBody({ now }: Pick<Issuer, 'now'>) {
  return (session: IssuanceSession, event: SessionEvent): object => ({
    id: session.id,
    type: TYPES[event.type] ?? event.type,
    data: dataOf(session, event),
    event,
    session: sessionView(session, now()),
  })
}

/** Events whose detail is about who came, and about no credential. */
const OF_A_USER = new Set(['authorization_authenticated', 'authorization_denied'])

function dataOf({ id }: IssuanceSession, { detail, type }: SessionEvent): object {
  const status = STATUSES[type]
  if (status !== undefined)
    return { sessionId: id, status, closed: true, ...(detail !== undefined && { reason: detail }) }
  return detail === undefined || OF_A_USER.has(type) ? {} : { credentialConfigurationId: detail }
}
