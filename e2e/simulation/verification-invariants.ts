/** Of requests and answers: one decision, reported once, never taken back, and only ever for the request it was made for. */
import { isDecided, type VerificationSession } from '@countersign/protocol/openid4vp/session'
import { textIn } from './endpoints.ts'
import type { Invariant, Recorded } from './invariant.ts'

export const verificationInvariants: Readonly<Record<string, Invariant>> = {
  'a verification is decided once, with one event': function* ({ committed }) {
    for (const [id, writes] of committed.verifications) {
      const decisions = writes.filter(({ value }, index) => {
        const before = writes[index - 1]?.value
        return isDecided(value) && !(before !== undefined && isDecided(before))
      }).length
      const last = writes.at(-1)?.value
      const events = last?.events.filter(({ type }) => finalEvents.has(type)) ?? []
      const told = last !== undefined && isDecided(last) ? 1 : 0
      if (decisions !== told || events.length !== told)
        yield `${id}: ${decisions} decisions, ${events.length} events`
    }
  },
  'one body decides, and every other is refused': function* (recorded) {
    for (const [id, taken] of Map.groupBy(answersTaken(recorded), ({ id }) => id)) {
      const bodies = new Set(taken.map(({ body }) => body))
      const replies = new Set(taken.map(({ reply }) => reply))
      if (bodies.size > 1 || replies.size > 1) yield `${id}: ${bodies.size} bodies, ${[...replies].join()}`
    }
  },
  'what a wallet was told is what is kept': function* (recorded) {
    for (const { id, reply } of answersTaken(recorded)) {
      const kept = recorded.committed.verifications.get(id)?.at(-1)?.value.answer
      if (kept?.reply !== reply) yield `${id}: told ${reply}, kept ${kept?.reply}`
    }
  },
  'only an answer, an attempt that was brought back and the end of the time decide': function* ({
    committed,
  }) {
    for (const [id, writes] of committed.verifications) {
      for (const { value } of writes) {
        if (!isDecided(value) || value.answer !== undefined || value.returnedAt !== undefined) continue
        if (value.decidedAt < value.expiresAt) yield `${id}: ${value.state} by an attempt`
      }
    }
  },
  'an attempt of a kind is kept once': function* ({ committed }) {
    for (const [id, writes] of committed.verifications) {
      for (const { value } of writes) {
        // What remains for those who are told has none.
        if (isForgotten(value)) continue
        const kinds = value.attempts.map(({ kind }) => kind)
        const told = value.events.filter(({ type }) => type === 'attempted').map(({ detail }) => detail)
        if (new Set(kinds).size < kinds.length || kinds.join() !== told.join()) yield `${id}: ${kinds.join()}`
      }
    }
  },
  'claims are kept by what is verified or waits, and by nothing else': function* ({ committed }) {
    for (const [id, writes] of committed.verifications) {
      for (const { value } of writes) {
        const shown = JSON.stringify(value).includes('"claims":{')
        const allowed = value.state === 'verified' || value.state === 'answered'
        if (shown && !allowed) yield `${id}: ${value.state}`
      }
    }
  },
  'a presentation counts for one request': function* (recorded) {
    const shown = answersTaken(recorded).filter(({ vpToken }) => vpToken !== undefined)
    for (const taken of Map.groupBy(shown, ({ vpToken }) => vpToken).values()) {
      const ids = new Set(taken.map(({ id }) => id))
      if (ids.size > 1) yield `taken for ${[...ids].join()}`
    }
  },
  'a result that was read does not change': function* ({ exchanges }) {
    const read = exchanges.flatMap(({ request, reply, arrived, answered }) =>
      request.kind === 'result' && reply.ok && reply.body['decided'] === true
        ? [{ id: request.id, arrived, answered, body: JSON.stringify(reply.body) }]
        : [],
    )
    for (const [id, results] of Map.groupBy(read, ({ id }) => id)) {
      if (new Set(results.map(({ body }) => body)).size > 1) yield `${id}: several results`
    }
  },
  'a result is never older than one that was read before': function* ({ exchanges }) {
    const read = exchanges.flatMap(({ request, reply, arrived, answered }) =>
      request.kind === 'result' && reply.ok
        ? [{ id: request.id, arrived, answered, events: JSON.stringify(reply.body['events']).slice(0, -1) }]
        : [],
    )
    for (const later of read) {
      const before = read.filter(({ id, answered }) => id === later.id && answered < later.arrived)
      if (before.some(({ events }) => !later.events.startsWith(events))) yield `${later.id}: ${later.events}]`
    }
  },
  'an id of the caller is taken once': function* ({ exchanges }) {
    const started = exchanges.flatMap(({ request, reply }) =>
      request.kind === 'start' && request.id !== undefined && reply.ok ? [request.id] : [],
    )
    if (new Set(started).size < started.length) yield `${started.length} started`
  },
}

const finalEvents = new Set<string>(['verified', 'rejected', 'undetermined', 'declined', 'expired'])

function answersTaken({ exchanges }: Recorded) {
  return exchanges.flatMap(({ request, reply }) => {
    // An attempt is answered and decides nothing.
    if (request.kind !== 'answer' || !reply.ok || reply.body['decides'] !== true) return []
    const { id, form } = request
    const body = JSON.stringify([form['state'], form['vp_token'], form['error']])
    return [{ id, body, vpToken: form['vp_token'], reply: textIn(reply.body, 'reply') }]
  })
}

function isForgotten({ dcqlQuery: { credentials } }: VerificationSession): boolean {
  return Array.isArray(credentials) && credentials.length === 0
}
