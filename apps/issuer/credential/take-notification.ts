/**
 * The notification endpoint (OpenID4VCI 1.0 §11): what became of a credential in the wallet, told with the access token that
 * it was had with. It is one more step of the session, so it is told once however often it comes, on every instance.
 */
import { ok, type Result } from '@countersign/core/result'
import type { NotificationRequest } from '@countersign/protocol/openid4vci/notification'
import type { CredentialNotified, IssuanceRefusal } from '@countersign/protocol/openid4vci/session/message'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import {
  type SessionPorts,
  type SessionUnknown,
  stepSession,
} from '@countersign/service/sessions/session-transition'
import { proveSenderKey, type SenderPorts, type SenderRefusal } from '../authorization/sender-constraint.ts'
import type { Issuer } from '../issuer.ts'
import { type Presented, readAccessToken, type TokenUnknown } from './judge-request.ts'

export type NotificationRefusal = SenderRefusal | TokenUnknown | IssuanceRefusal | SessionUnknown

export type NotificationPorts = SenderPorts & SessionPorts<IssuanceSession> & Pick<Issuer, 'macs'>

export async function takeNotification(
  issuer: NotificationPorts,
  presented: Presented,
  { notificationId, event }: NotificationRequest,
): Promise<Result<undefined, NotificationRefusal>> {
  const token = await readAccessToken(issuer, presented.accessToken)
  if (!token.ok) return token
  const sender = await proveSenderKey(issuer, presented.dpop)
  if (!sender.ok) return sender
  const now = issuer.now()
  const message: CredentialNotified = {
    type: 'credential_notified',
    senderKey: sender.value,
    notificationId,
    event,
  }
  const moved = await stepSession(issuer, token.value, (session) => stepIssuance(session, message, now))
  return moved.ok ? ok(undefined) : moved
}
