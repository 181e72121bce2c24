/**
 * Takes a wallet's answer (OpenID4VP 1.0 §8). Verify first, then compare-and-set: an instance that dies in between
 * leaves the session as it was, and the wallet's retry succeeds elsewhere. Two answers at once both verify; one wins, and
 * whoever sends the same again hears the same again, with the same response code. What an answer is worth, `judge-answer.ts`
 * says.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Form } from '@countersign/protocol/openid4vp/response/authorization-response'
import { responseModeOf } from '@countersign/protocol/openid4vp/response/response-modes'
import type {
  AttemptKind,
  VerificationRefusal,
  VerificationSession,
  WalletReply,
} from '@countersign/protocol/openid4vp/session'
import { answerClosed, stepVerification } from '@countersign/protocol/openid4vp/session-step'
import {
  BEFORE_COMMIT_MS,
  type SessionUnknown,
  stepSession,
} from '@countersign/service/sessions/session-transition'
import type { Versioned } from '@countersign/stores/ports'
import { isPastRetention } from '../past-retention.ts'
import type { Verifier } from '../verifier.ts'
import { answerHashOf } from './answer-hash.ts'
import { type AnswerMessage, type AnswerRefusal, type JudgingVerifier, judgeAnswer } from './judge-answer.ts'
import { nextLookMs } from './look-again.ts'
import { wayOn } from './way-on.ts'

export type ReceiveRefusal =
  /** Posted, where the page that asked brings the answer, and the other way round. */
  | { readonly code: 'answer_through_browser' }
  | { readonly code: 'answer_by_post' }
  | AnswerRefusal
  | VerificationRefusal
  | SessionUnknown
  /** Of one sender for one session within a minute. */
  | { readonly code: 'answers_too_many'; readonly retryAfterSeconds: number }
  /** Nobody's signature was seen: the wallet may come again. */
  | { readonly code: 'issuer_key_unavailable' }

/** What the wallet hears, and the session as it is now. */
export interface ReceivedAnswer {
  readonly reply: WalletReply
  readonly session: VerificationSession
  /** Where the wallet sends its user, with a response code; absent where the relying party named no place. */
  readonly redirectUri?: string | undefined
}

type ReceivingVerifier = JudgingVerifier &
  Pick<Verifier, 'sessions' | 'backOff' | 'observe' | 'answerLimit' | 'due' | 'macs'>

export interface ReceivedFrom {
  /** Absent: the wallet posted it. */
  readonly channel?: 'post' | 'browser' | undefined
  /** Whoever sent it, as far as the network tells. */
  readonly sender?: string | undefined
  /** The session as it was read a moment ago, which saves the first read. */
  readonly known?: Versioned<VerificationSession> | undefined
}

export async function receivePresentation(
  verifier: ReceivingVerifier,
  id: string,
  form: Form,
  { channel = 'post', known, sender = '' }: ReceivedFrom = {},
): Promise<Result<ReceivedAnswer, ReceiveRefusal>> {
  const found = known ?? (await verifier.sessions.get(id))
  if (found === undefined || isPastRetention(verifier, found.value))
    return refuse({ code: 'session_unknown' })
  if (responseModeOf(found.value.answerMode).channel !== channel)
    return refuse({ code: channel === 'post' ? 'answer_through_browser' : 'answer_by_post' })
  const answerHash = answerHashOf(verifier, form)
  // An answered or expired session needs no cryptography to say so.
  const compared = found.value.answer && (await answerHash())
  const closed = answerClosed(found.value, compared, verifier.now())
  if (closed !== undefined) return closed.ok ? ok(await answered(verifier, closed.value)) : closed
  const retryAfterSeconds = verifier.answerLimit.take(`${id} ${sender}`)
  if (retryAfterSeconds !== undefined) return refuse({ code: 'answers_too_many', retryAfterSeconds })

  const judged = await judgeAnswer(verifier, found.value, form, answerHash)
  if (!judged.ok) return judged
  const { keyAway, message } = judged.value
  const now = verifier.now()
  const moved = await stepSession(
    verifier,
    id,
    async (session) => {
      const next = stepVerification(session, message, now)
      // An instance that dies after the commit leaves somebody who looks.
      if (next.ok && next.value !== session && next.value.state === 'answered')
        await verifier.due.put(id, Math.max(BEFORE_COMMIT_MS, nextLookMs(next.value, now)))
      return next
    },
    found,
  )
  if (!moved.ok) return refuse(moved.error)
  const { after, changed } = moved.value
  // Put again: whoever took the entry before the commit found nothing to look for.
  if (changed && after.state === 'answered')
    await verifier.due.put(id, nextLookMs(after, now)).catch(() => undefined)
  if (after.answer === undefined && keyAway) return refuse({ code: 'issuer_key_unavailable' })
  return ok(await received(verifier, after, message))
}

type Answered = Pick<ReceivingVerifier, 'macs'>

/** An attempt leaves the session without an answer. */
async function received(
  verifier: Answered,
  session: VerificationSession,
  message: AnswerMessage,
): Promise<ReceivedAnswer> {
  if (session.answer !== undefined || message.type === 'answer_judged') return answered(verifier, session)
  const attempt = ATTEMPTS[message.type]
  const { reply } = attempt
  const redirectUri = await wayOn(verifier, session, reply, { ...attempt, hash: message.answerHash })
  return { session, reply, redirectUri }
}

const ATTEMPTS: {
  readonly [Type in Exclude<AnswerMessage['type'], 'answer_judged'>]: {
    readonly kind: AttemptKind
    readonly reply: WalletReply
  }
} = {
  wallet_declined: { kind: 'declined', reply: 'noted' },
  stranger_answered: { kind: 'stranger', reply: 'refused' },
}

/** What is kept speaks, whatever the try that just came was worth. */
async function answered(verifier: Answered, session: VerificationSession): Promise<ReceivedAnswer> {
  const { answer } = session
  if (answer === undefined) throw new Error('a judged answer left a session without one')
  const redirectUri = await wayOn(verifier, session, answer.reply, { kind: 'answer', hash: answer.hash })
  return { session, reply: answer.reply, redirectUri }
}
