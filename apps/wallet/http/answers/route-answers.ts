/** Answers that many routes have, for the API page: each is what the service sends, with its own text as the example. */
import { foreignPage } from '@countersign/service/http/access'
import {
  type DescribedAnswer,
  type DescribedAnswers,
  errorAnswer,
} from '@countersign/service/http/answers/described-answers'
import { type WireErrors, wireError } from '@countersign/service/http/answers/wire-errors'
import { z } from 'zod'
import { notFromPage, notLoggedIn, WALLET_ERRORS } from './wire-account.ts'

/** In development on loopback; elsewhere the API is called from pages of any site, by those who have a token. */
export const openAnswers: DescribedAnswers = {
  403: errorAnswer('The request comes from a page of another site (in development)', foreignPage),
}

/** Every call that needs a login has these. */
export const closedAnswers: DescribedAnswers = {
  ...openAnswers,
  401: errorAnswer('The token is missing, unknown, expired or revoked', notLoggedIn),
  403: errorAnswer(
    'A call with a cookie that changes something did not come from a page of ours',
    notFromPage,
  ),
}

export const noSuchWallet = refusalAnswer(
  WALLET_ERRORS,
  { code: 'wallet_unknown' },
  'The account has no such wallet',
)

/** Every call in a wallet has these. */
export const walletAnswers: DescribedAnswers = { ...closedAnswers, 404: noSuchWallet }

/** Answers JSON; the example is the first of the schema's own. */
export function jsonAnswer(description: string, schema: z.ZodType): DescribedAnswer {
  return { description, schema, example: exampleOf(schema) }
}

/** Nothing more is to be said. */
export function doneAnswer(description: string): DescribedAnswer {
  return { description, schema: NOTHING, example: {} }
}

const NOTHING = z.strictObject({})

export function exampleOf(schema: z.ZodType): unknown {
  const examples = schema.meta()?.['examples']
  return Array.isArray(examples) ? examples[0] : undefined
}

export function textAnswer(description: string, example: string): DescribedAnswer {
  return { description, contentType: 'text/plain', example }
}

/** The example is what is sent for this refusal. */
export function refusalAnswer<R extends { readonly code: string }>(
  errors: WireErrors<R>,
  refusal: R,
  description: string,
): DescribedAnswer {
  return errorAnswer(description, wireError(errors, refusal))
}

/** What the schema of the request refuses; `fault` as it names the member. */
export function malformedAnswer(fault: string): DescribedAnswer {
  return errorAnswer('A parameter or the body is malformed', { status: 400, message: fault })
}
