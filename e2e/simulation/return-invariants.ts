/**
 * Of response codes: each counts once and for its own session, only those count that a wallet was given, and where the browser
 * has to come back nobody hears of a result before it did.
 */
import { isDeepStrictEqual } from 'node:util'
import { isDecided, type VerificationSession } from '@countersign/protocol/openid4vp/session'
import { textIn } from './endpoints.ts'
import type { Invariant, Recorded } from './invariant.ts'

export const returnInvariants: Readonly<Record<string, Invariant>> = {
  'a response code is exchanged once, and one a session': function* (recorded) {
    for (const [id, all] of Map.groupBy(exchanged(recorded), ({ id }) => id))
      if (all.length > 1) yield `${id}: ${all.length} exchanges`
  },
  'only a code that a wallet was given for the session is exchanged': function* (recorded) {
    for (const { code, id } of exchanged(recorded))
      if (!codesOf(recorded, id).some((given) => given.code === code)) yield id
  },
  'the same body is given the same code': function* (recorded) {
    const given = codesGiven(recorded)
    for (const [body, all] of Map.groupBy(given, (one) => one.body)) {
      if (new Set(all.map(({ code }) => code)).size > 1) yield body
    }
  },
  'every answer to a wallet has a code where the relying party has an address': function* ({
    committed,
    exchanges,
  }) {
    for (const { reply, request } of exchanges) {
      if (request.kind !== 'answer' || !reply.ok || reply.body['code'] !== undefined) continue
      const hasAddress = committed.verifications.get(request.id)?.at(-1)?.value.successRedirectUri
      if (hasAddress !== undefined) yield request.id
    }
  },
  'an attempt that was brought back has decided': function* (recorded) {
    for (const { code, id } of exchanged(recorded)) {
      const given = codesOf(recorded, id).find((one) => one.code === code)
      if (given === undefined || given.decides) continue
      const last = lastOf(recorded, id)
      const decided = last?.state === 'declined' || last?.state === 'rejected'
      if (!decided || last.answer !== undefined || last.returnedAt === undefined)
        yield `${id}: ${last?.state}`
    }
  },
  'where the browser has to come back nothing is decided before, but by the time': function* ({ committed }) {
    for (const [id, writes] of committed.verifications) {
      for (const { value } of writes) {
        if (value.sameDevice !== 'required' || !isDecided(value) || value.returnedAt !== undefined) continue
        const byTime = value.state !== 'verified' && value.decidedAt >= value.expiresAt
        if (!byTime) yield `${id}: ${value.state}`
      }
    }
  },
  'a result is told of what is decided alone': function* ({ exchanges }) {
    for (const { reply, request } of exchanges) {
      if (request.kind !== 'result' || !reply.ok || reply.body['told'] !== true) continue
      if (reply.body['decided'] !== true) yield `${request.id}: ${textIn(reply.body, 'state')}`
    }
  },
  'after the decision nothing is written but the return, and what callbacks need': function* ({ committed }) {
    for (const [id, writes] of committed.verifications) {
      for (const [index, { value }] of writes.entries()) {
        const before = writes[index - 1]?.value
        if (before === undefined || !isDecided(before)) continue
        const same = isDeepStrictEqual(settled(before), settled(value))
        const onceMore = before.returnedAt !== undefined && value.callback === undefined
        if (!same || onceMore) yield `${id}: ${before.state} → ${value.state}`
      }
    }
  },
}

/** What is there for good: where somebody is told, how far changes, and what was asked is forgotten in the end. */
function settled({ returnedAt: _returnedAt, callback, ...rest }: VerificationSession) {
  if (callback === undefined) return rest
  const { answer, events, id, state } = rest
  return { answer, events, id, state }
}

function exchanged({ exchanges }: Recorded) {
  return exchanges.flatMap(({ request, reply }) =>
    request.kind === 'returned' && reply.ok ? [{ id: request.id, code: request.code }] : [],
  )
}

function codesGiven({ exchanges }: Recorded) {
  return exchanges.flatMap(({ request, reply }) => {
    if (request.kind !== 'answer' || !reply.ok || reply.body['code'] === undefined) return []
    const { form, id } = request
    const body = `${id} ${JSON.stringify(form)}`
    return [{ id, body, code: textIn(reply.body, 'code'), decides: reply.body['decides'] === true }]
  })
}

function codesOf(recorded: Recorded, of: string) {
  return codesGiven(recorded).filter(({ id }) => id === of)
}

function lastOf({ committed }: Recorded, id: string): VerificationSession | undefined {
  return committed.verifications.get(id)?.at(-1)?.value
}
