/**
 * Verification sessions as they are kept. Schema 1 has the response URI of `direct_post` beside the other members; it stays
 * as it is, in both directions, so that instances of the release before and of this one share sessions during a rolling
 * upgrade. A mode that is new to both is kept as the session has it.
 */
import type { AnswerMode } from '@countersign/protocol/openid4vp/response/response-modes'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import type { SessionStore } from '@countersign/stores/ports'

export const VERIFICATION_SCHEMA = 1

type WithoutMode<Session> = Session extends unknown ? Omit<Session, 'answerMode'> : never

/** Exactly one of the two members is there. */
export type StoredVerification = WithoutMode<VerificationSession> & {
  readonly responseUri?: string
  readonly answerMode?: AnswerMode
}

export function verificationStore(raw: SessionStore<StoredVerification>): SessionStore<VerificationSession> {
  return {
    create: (id, session, ttlSeconds) => raw.create(id, toStored(session), ttlSeconds),
    compareAndSet: (id, version, session) => raw.compareAndSet(id, version, toStored(session)),
    get: async (id) => {
      const found = await raw.get(id)
      return found && { version: found.version, value: fromStored(found.value) }
    },
  }
}

export function toStored(session: VerificationSession): StoredVerification {
  if (session.answerMode.mode !== 'direct_post') return session
  const { answerMode, ...rest } = session
  return { ...rest, responseUri: answerMode.responseUri }
}

export function fromStored(stored: StoredVerification): VerificationSession {
  const { responseUri, answerMode, ...rest } = stored
  if (answerMode !== undefined) return { ...rest, answerMode }
  if (responseUri === undefined) throw new Error('a verification was kept without its response mode')
  return { ...rest, answerMode: { mode: 'direct_post', responseUri } }
}
