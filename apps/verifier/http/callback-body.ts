/** What a relying party is told of an event: the session as it is read at that moment, and the event. */
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import type { SessionEvent } from '@countersign/protocol/session-event'
import type { Verifier } from '../verifier.ts'
import { sessionView } from './session-view.ts'

export function callbackBody({ policies }: Pick<Verifier, 'policies'>) {
  return (session: VerificationSession, event: SessionEvent): object => ({
    ...sessionView(session, policies),
    event,
  })
}
