/**
 * Of answers that were taken, and of what cannot be found out for a while: the honest one decides whatever strangers send,
 * what was taken has an end, and what ends a verification was really so.
 */
import { isDecided, type VerificationSession } from '@countersign/protocol/openid4vp/session'
import type { Written } from './committed.ts'
import { epoch } from './deployment.ts'
import { textIn } from './endpoints.ts'
import type { Invariant, Recorded } from './invariant.ts'
import type { Exchange } from './network.ts'

export const answerInvariants: Readonly<Record<string, Invariant>> = {
  'the honest answer decides, as its credential is': function* ({ committed, list, taken }) {
    for (const { by, index, verificationId } of taken) {
      const { state } = committed.verifications.get(verificationId)?.at(-1)?.value ?? {}
      const isSo =
        state === 'verified' || state === 'undetermined' || (state === 'rejected' && list.isRevoked(index))
      if (!isSo) yield `${verificationId} by ${by}: ${state}`
    }
  },
  'what was taken has an end, though nobody reads': function* ({ committed }) {
    for (const [id, writes] of committed.verifications) {
      const last = writes.at(-1)?.value
      if (last?.state === 'answered') yield `${id}: ${last.state}`
    }
  },
  'a credential that nobody can have found good is not verified': function* ({ committed, list, taken }) {
    for (const { index, verificationId } of taken) {
      const [first, last] = ends(committed.verifications.get(verificationId))
      if (last?.value.state === 'verified' && !list.wasGood(index, first?.at ?? 0, last.at))
        yield verificationId
    }
  },
  'undetermined is what could not be had to the end': function* ({ committed, list, slow }) {
    for (const [id, writes] of committed.verifications) {
      const [, last] = ends(writes)
      if (last?.value.state !== 'undetermined') continue
      const over = (last.value.expiresAt - epoch) * 1000
      if (!list.wasAway(over - (slow ? SLOW_LOOK_MS : LAST_LOOK_MS), last.at)) yield id
    }
  },
  'the same answer again is told the same': function* (recorded) {
    for (const [key, replies] of Map.groupBy(answers(recorded), ({ key }) => key)) {
      const first = replies.find(({ reply }) => reply.ok && reply.body['decides'] === true)
      if (first === undefined || !first.reply.ok) continue
      const said = first.reply.body['reply']
      const later = replies.filter(({ arrived, reply }) => arrived > first.answered && !isForgotten(reply))
      for (const { reply } of later) {
        if (!reply.ok || reply.body['reply'] !== said)
          yield `${key}: ${reply.ok ? textIn(reply.body, 'reply') : reply.code}`
      }
    }
  },
  'an end that was told is what is kept': function* ({ committed, exchanges }) {
    for (const { reply, request } of exchanges) {
      if (request.kind !== 'result' || !reply.ok || reply.body['decided'] !== true) continue
      const kept = committed.verifications.get(request.id)?.at(-1)?.value.state
      if (kept !== reply.body['state'])
        yield `${request.id}: told ${textIn(reply.body, 'state')}, kept ${kept}`
    }
  },
  'claims are shown of what is verified alone': function* ({ exchanges }) {
    for (const { reply, request } of exchanges) {
      if (request.kind !== 'result' || !reply.ok || reply.body['claims'] !== true) continue
      if (reply.body['state'] !== 'verified') yield `${request.id}: ${textIn(reply.body, 'state')}`
    }
  },
}

/** Between the last look and the end of the time: clocks differ by two seconds, and a line that is down is tried again. */
const LAST_LOOK_MS = 5_000
const SLOW_LOOK_MS = 300_000

type Writes = readonly Written<VerificationSession>[] | undefined

/** The first write, and the one that decided. */
function ends(writes: Writes) {
  return [writes?.[0], writes?.find(({ value }) => isDecided(value))] as const
}

function answers({ exchanges }: Recorded): readonly (Exchange & { readonly key: string })[] {
  return exchanges.flatMap((exchange) => {
    const { request } = exchange
    return request.kind === 'answer'
      ? [{ ...exchange, key: `${request.id} ${JSON.stringify(request.form)}` }]
      : []
  })
}

/** The store was away, or the session is gone by now. */
function isForgotten(reply: Exchange['reply']): boolean {
  return !reply.ok && ['unavailable', 'session_unknown'].includes(reply.code)
}
