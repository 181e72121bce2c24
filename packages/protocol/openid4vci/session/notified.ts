/**
 * What the wallet told of a credential (OpenID4VCI 1.0 §11). Told once more it changes nothing, however late: answers get
 * lost, and a wallet repeats itself. Of something new the session decides whether it can follow what was told before:
 * a failure may be made good, what was accepted can only be deleted, and what was deleted is gone.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { appendEvent } from '../../session-event.ts'
import type { NotificationEvent } from '../notification.ts'
import { grantedTo } from './issued.ts'
import type { CredentialNotified, IssuanceRefusal } from './message.ts'
import type {
  AuthorizedIssuance,
  CompletedIssuance,
  IssuanceSession,
  IssuedCredential,
  NotificationEventType,
} from './state.ts'

const FOLLOWS: Readonly<Record<NotificationEvent, readonly NotificationEvent[]>> = {
  credential_failure: ['credential_accepted', 'credential_deleted'],
  credential_accepted: ['credential_deleted'],
  credential_deleted: [],
}

const EVENT_TYPES: Readonly<Record<NotificationEvent, NotificationEventType>> = {
  credential_accepted: 'accepted',
  credential_failure: 'credential_failure',
  credential_deleted: 'credential_deleted',
}

export function recordNotification(
  session: IssuanceSession,
  message: CredentialNotified,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const granted = grantedTo(session, message.senderKey, now)
  if (!granted.ok) return granted
  const { notificationId, event } = message
  const found = Object.entries(granted.value.issued).find(([, { answerId }]) => answerId === notificationId)
  if (found === undefined) return refuse({ code: 'notification_unknown' })
  const [configurationId, credential] = found
  const told = credential.notified ?? []
  if (told.includes(event)) return ok(session)
  const before = told.at(-1)
  if (before !== undefined && !FOLLOWS[before].includes(event))
    return refuse({ code: 'notification_impossible', event, after: before })
  return ok(
    withNotified(granted.value, configurationId, { ...credential, notified: [...told, event] }, event, now),
  )
}

/** What the wallet told at last, as the session's events call it. */
export function lastNotified({ notified = [] }: IssuedCredential): NotificationEventType | undefined {
  const last = notified.at(-1)
  return last && EVENT_TYPES[last]
}

function withNotified(
  session: AuthorizedIssuance | CompletedIssuance,
  configurationId: string,
  credential: IssuedCredential,
  event: NotificationEvent,
  now: number,
): AuthorizedIssuance | CompletedIssuance {
  return {
    ...session,
    issued: { ...session.issued, [configurationId]: credential },
    events: appendEvent(session.events, EVENT_TYPES[event], now, configurationId),
  }
}
