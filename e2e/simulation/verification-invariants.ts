/** Of requests and answers: one decision, reported once, never taken back, and only ever for the request it was made for. */
import { isDecided } from '@countersign/protocol/openid4vp/session'
import { textIn } from './endpoints.ts'
import type { Invariant, Recorded } from './invariant.ts'

export const verificationInvariants: Readonly<Record<string, Invariant>> = {
  'a verification is decided once, with one event': function* ({ committed }) {
    for (const [id, writes] of committed.verifications) {
      const decisions = writes.filter(({ value }) => isDecided(value)).length
      const last = writes.at(-1)?.value
      const events =
        last?.events.filter(({ type }) => ['verified', 'rejected', 'declined'].includes(type)) ?? []
      const told = last !== undefined && isDecided(last) ? 1 : 0
      if (decisions !== told || events.length !== told)
        yield `${id}: ${decisions} decisions, ${events.length} events`
    }
  },
  'one body decides, and every other is refused': function* (recorded) {
    for (const [id, taken] of Map.groupBy(answersTaken(recorded), ({ id }) => id)) {
      const bodies = new Set(taken.map(({ body }) => body))
      const states = new Set(taken.map(({ state }) => state))
      if (bodies.size > 1 || states.size > 1) yield `${id}: ${bodies.size} bodies, ${[...states].join()}`
    }
  },
  'what a wallet was told is what is kept': function* (recorded) {
    for (const { id, state } of answersTaken(recorded)) {
      const kept = recorded.committed.verifications.get(id)?.at(-1)?.value.state
      if (kept !== state) yield `${id}: told ${state}, kept ${kept}`
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

function answersTaken({ exchanges }: Recorded) {
  return exchanges.flatMap(({ request, reply }) => {
    if (request.kind !== 'answer' || !reply.ok) return []
    const { id, form } = request
    const body = JSON.stringify([form['state'], form['vp_token'], form['error']])
    return [{ id, body, vpToken: form['vp_token'], state: textIn(reply.body, 'state') }]
  })
}
