/** What a list of sessions answers, and how it refuses: the same at every service that has one. */
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
