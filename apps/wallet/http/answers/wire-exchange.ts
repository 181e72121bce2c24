/**
 * Why nothing comes of an offer or a request that a page has open: the sentences of the other calls, and those about the id.
 * Each answer has the refusal's code as `error`, since pages have their own words in the language of their reader.
 */

import type { OfferPreview as OfferPreviewAnswer } from '@countersign/api/wallet/offer-exchange'
import type { RequestPreview as RequestPreviewAnswer } from '@countersign/api/wallet/request-exchange'
import { showDateTime } from '@countersign/core/date-time'
import type { Result } from '@countersign/core/result'
import {
  fail,
  type WireError,
  type WireErrors,
  wireError,
} from '@countersign/service/http/answers/wire-errors'
import type { OfferExchangeRefusal } from '../../exchange/carry-out-offer.ts'
import type { ExchangeRefusal, ExchangeState } from '../../exchange/exchange-record.ts'
import type { OfferPreview } from '../../exchange/preview-offer.ts'
import type { RequestPreview } from '../../exchange/preview-request.ts'
import type { RequestExchangeRefusal } from '../../exchange/request-exchange.ts'
import type { AnswerRefusal } from '../../receive/authorization-answer.ts'
import { asAnswer } from './wire.ts'
import { deferredView } from './wire-deferred.ts'
import { PRESENT_ERRORS } from './wire-present.ts'
import { RECEIVE_ERRORS } from './wire-receive.ts'

const EXCHANGE_ERRORS: WireErrors<ExchangeRefusal> = {
  exchange_unknown: () => ({
    status: 404,
    message: 'There is nothing under this id any more: open the offer or the request again',
  }),
  exchange_busy: () => ({
    status: 409,
    message:
      'Something else is being done with this, perhaps in another window: wait a moment and look again',
  }),
  exchange_decided: ({ state }) => ({ status: 409, message: DECIDED[state] }),
}

const DECIDED: Readonly<Record<ExchangeState, string>> = {
  open: 'This was decided already',
  begun: 'This was decided already',
  done: 'This was accepted already, and cannot be undone here',
  rejected: 'This was declined already',
  refused: 'This was answered already, and the other side refused',
}

const notOurs = (message: string) => ({ status: 400, message: `${message}. Nothing was taken from it` })

const ANSWER_ERRORS: WireErrors<AnswerRefusal> = {
  state_unknown: () =>
    notOurs('This answers nothing that a browser was sent away with here, or it was answered before'),
  parameter_repeated: ({ parameter }) => notOurs(`The address has ${parameter} more than once`),
  issuer_missing: () =>
    notOurs('The answer does not say whose it is, and its authorization server always does'),
  issuer_wrong: ({ issuer }) => notOurs(`The answer is of ${issuer.slice(0, 200)}, who was not asked`),
  code_missing: () => notOurs('There is neither a code nor an error in the address'),
  authorization_refused: ({ description, error, host }) => {
    const said = description === undefined ? error : `${error}, ${description}`
    return { status: 400, message: `${host} refused: ${said.slice(0, 400)}` }
  },
}

export const OFFER_EXCHANGE_ERRORS: WireErrors<OfferExchangeRefusal> = {
  ...RECEIVE_ERRORS,
  ...EXCHANGE_ERRORS,
  tx_code_needed: () => ({ status: 400, message: 'The offer needs the code that its issuer sent you' }),
  ...ANSWER_ERRORS,
}

export const REQUEST_EXCHANGE_ERRORS: WireErrors<RequestExchangeRefusal> = {
  ...PRESENT_ERRORS,
  ...EXCHANGE_ERRORS,
  request_over: () => ({
    status: 409,
    message: 'The time to answer this request is over: nothing was shared',
  }),
}

/** Gives the preview, or ends the handler with the refusal's answer, its code in it. */
export function offerPreviewOr(result: Result<OfferPreview, OfferExchangeRefusal>): OfferPreviewAnswer {
  return result.ok ? offerView(result.value) : fail(codedError(OFFER_EXCHANGE_ERRORS, result.error))
}

export function requestPreviewOr(
  result: Result<RequestPreview, RequestExchangeRefusal>,
): RequestPreviewAnswer {
  return result.ok
    ? requestPreviewView(result.value)
    : fail(codedError(REQUEST_EXCHANGE_ERRORS, result.error))
}

/** A code of the other side's own goes before ours. */
export function codedError<R extends { readonly code: string }>(table: WireErrors<R>, refusal: R): WireError {
  return { code: refusal.code, ...wireError(table, refusal) }
}

function offerView({ deferred, expiresAt, result, ...preview }: OfferPreview): OfferPreviewAnswer {
  return asAnswer<OfferPreviewAnswer>({
    ...preview,
    deferred: deferred?.map(deferredView),
    expiresAt: showDateTime(expiresAt),
    result: result && { ...result, at: showDateTime(result.at) },
  })
}

function requestPreviewView({ before, expiresAt, result, ...preview }: RequestPreview): RequestPreviewAnswer {
  return asAnswer<RequestPreviewAnswer>({
    ...preview,
    expiresAt: showDateTime(expiresAt),
    before: before?.shared === true ? { ...before, at: showDateTime(before.at) } : before,
    result: result && { ...result, at: showDateTime(result.at) },
  })
}
