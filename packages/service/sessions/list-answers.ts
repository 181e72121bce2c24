/** What a list of sessions answers, and how it refuses: the same at every service that has one. */
import { defined } from '@countersign/core/json'
import type { SessionEvent } from '@countersign/protocol/session-event'
import type { z } from 'zod'
import { type DescribedAnswers, errorAnswer } from '../http/answers/described-answers.ts'
import type { WireError } from '../http/answers/wire-errors.ts'
import { storeAnswers } from '../http/common-answers.ts'

/** For a `before` that no list gave out. */
export const listPlaceUnknown: WireError = {
  status: 400,
  message: 'querystring/before: expected `next` of an earlier page',
  refusal: 'list_place_unknown',
}

export function listAnswers(schema: z.ZodType): DescribedAnswers {
  return {
    200: { description: 'A page, newest first', schema },
    400: errorAnswer('A parameter is unknown, or is not what it may be', listPlaceUnknown),
    ...storeAnswers(),
  }
}

/** What every row says of the events of its session. */
export function eventFacts(events: readonly SessionEvent[]) {
  const last = events.at(-1)
  const servedBy = [...new Set(events.flatMap((event) => event.servedBy ?? []))]
  return defined({
    lastEvent:
      last && defined({ sequence: last.sequence, type: last.type, at: last.at, servedBy: last.servedBy }),
    servedBy: servedBy.length === 0 ? undefined : servedBy,
  })
}
