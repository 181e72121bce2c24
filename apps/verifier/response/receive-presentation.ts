/**
 * Takes a wallet's answer (OpenID4VP 1.0 §8). Verify first, then compare-and-set: an instance that dies in between
 * leaves the session as it was, and the wallet's retry succeeds elsewhere. Two answers at once both verify; one wins, and
 * whoever sends the same again hears the same again. What an answer is worth, `judge-answer.ts` says.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { Form } from '@countersign/protocol/openid4vp/response/authorization-response'
import type {
  VerificationRefusal,
  VerificationSession,
  WalletReply,
} from '@countersign/protocol/openid4vp/session'
import { answerClosed, stepVerification } from '@countersign/protocol/openid4vp/session-step'
import { type SessionUnknown, stepSession } from '@countersign/service/sessions/session-transition'
import type { Versioned } from '@countersign/stores/ports'
import type { Verifier } from '../verifier.ts'
import { answerHashOf } from './answer-hash.ts'
import { type AnswerRefusal, type JudgingVerifier, judgeAnswer } from './judge-answer.ts'

export type ReceiveRefusal =
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
}

type ReceivingVerifier = JudgingVerifier &
  Pick<Verifier, 'sessions' | 'signals' | 'backOff' | 'observe' | 'answerLimit' | 'due'>

export interface ReceivedFrom {
  /** Whoever sent it, as far as the network tells. */
  readonly sender?: string | undefined
  /** The session as it was read a moment ago, which saves the first read. */
  readonly known?: Versioned<VerificationSession> | undefined
}

export async function receivePresentation(
  verifier: ReceivingVerifier,
  id: string,
  form: Form,
  { known, sender = '' }: ReceivedFrom = {},
): Promise<Result<ReceivedAnswer, ReceiveRefusal>> {
  const found = known ?? (await verifier.sessions.get(id))
  if (found === undefined) return refuse({ code: 'session_unknown' })
  const answerHash = answerHashOf(verifier, form)
  // An answered or expired session needs no cryptography to say so.
  const compared = found.value.answer && (await answerHash())
  const closed = answerClosed(found.value, compared, verifier.now())
  if (closed !== undefined) return closed.ok ? ok(received(closed.value, 'refused')) : closed
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
        await verifier.due.put(id, BEFORE_COMMIT_MS)
      return next
    },
    found,
  )
  if (!moved.ok) return refuse(moved.error)
  const { after, changed } = moved.value
  // Put again: whoever took the entry before the commit found nothing to look for.
  if (changed && after.state === 'answered')
    await verifier.due.put(id, AFTER_COMMIT_MS).catch(() => undefined)
  if (after.answer === undefined && keyAway) return refuse({ code: 'issuer_key_unavailable' })
  return ok(received(after, message.type === 'wallet_declined' ? 'noted' : 'refused'))
}

/** The second look comes soon: most of what is away is away for moments. */
const BEFORE_COMMIT_MS = 5000
const AFTER_COMMIT_MS = 1000

/** An attempt leaves the session without an answer. */
function received(session: VerificationSession, toAttempt: WalletReply): ReceivedAnswer {
  return { session, reply: session.answer?.reply ?? toAttempt }
}
