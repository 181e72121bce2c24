/** A presentation request under an id: open, look, share, decline. */

import { walletParams } from '@countersign/api/wallet/accounts'
import { exchangeParams } from '@countersign/api/wallet/offer-exchange'
import {
  openRequestRequest,
  rejectExchangedRequest,
  requestPreview,
  useExchangedRequest,
} from '@countersign/api/wallet/request-exchange'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyRequest } from 'fastify'
import { openRequest, rejectRequest, useOpenRequest, viewRequest } from '../exchange/request-exchange.ts'
import type { Wallet } from '../wallet.ts'
import { awayAnswers } from './answers/away-answers.ts'
import { jsonAnswer, walletAnswers } from './answers/route-answers.ts'
import { codedError, REQUEST_EXCHANGE_ERRORS, requestPreviewOr } from './answers/wire-exchange.ts'
import { callerOf, walletOf } from './caller/authenticate-caller.ts'
import { localesOf } from './locales.ts'

const base = '/wallet-api/wallet/:wallet/exchange'
const knowsCaller = async (request: FastifyRequest) => void callerOf(request)
const config = { door: 'open', limited: false, knowsCaller } as const
const bodyLimit = BODY_LIMITS.exchange
const tags = ['present']
const verifier = 'localhost:7003'

const unusable = errorAnswer(
  'There is no request that can be answered, or not in this way: nothing was sent',
  codedError(REQUEST_EXCHANGE_ERRORS, { code: 'request_not_available', host: verifier, status: 404 }),
)

const shownAnswers = {
  ...walletAnswers,
  200: jsonAnswer('Who asks for what, and what came of it', requestPreview),
  404: errorAnswer(
    'The account has no such wallet, or nothing is open under this id',
    codedError(REQUEST_EXCHANGE_ERRORS, { code: 'exchange_unknown' }),
  ),
}

const decidedAnswers = {
  ...shownAnswers,
  ...awayAnswers(verifier),
  400: unusable,
  409: errorAnswer(
    'Something else was decided, or is just being done; or the request has ended',
    codedError(REQUEST_EXCHANGE_ERRORS, { code: 'exchange_decided', state: 'done' }),
  ),
}

export function requestExchangeRoutes(app: ServiceApp, wallet: Wallet): void {
  lookAtRequests(app, wallet)
  decideRequests(app, wallet)
}

function lookAtRequests(app: ServiceApp, wallet: Wallet): void {
  app.post(
    `${base}/requests`,
    {
      schema: {
        summary: 'Open a presentation request to look at it',
        description:
          'The request is verified and kept; what the answer shows is what `use` sends. Nothing is sent to anybody before that.',
        tags,
        params: walletParams,
        body: openRequestRequest,
      },
      config: {
        ...config,
        answers: {
          ...walletAnswers,
          ...awayAnswers(verifier),
          201: jsonAnswer('Who asks for what, under an id', requestPreview),
          400: unusable,
        },
      },
      bodyLimit,
    },
    async (request, reply) => {
      const opened = await openRequest(wallet, walletOf(request), request.body.request, localesOf(request))
      return reply.code(201).send(requestPreviewOr(opened))
    },
  )

  app.get(
    `${base}/requests/:exchange`,
    {
      schema: { summary: 'Look at an open request again', tags, params: exchangeParams },
      config: { ...config, answers: shownAnswers },
    },
    async (request) =>
      requestPreviewOr(
        await viewRequest(wallet, walletOf(request), request.params.exchange, localesOf(request)),
      ),
  )
}

function decideRequests(app: ServiceApp, wallet: Wallet): void {
  app.post(
    `${base}/requests/:exchange/use`,
    {
      schema: {
        summary: 'Share what was selected, and nothing else',
        description:
          'May be repeated: the verifier gets the same bytes, and the answer is the same. `result.shared` is read out of what was sent.',
        tags,
        params: exchangeParams,
        body: useExchangedRequest,
      },
      config: { ...config, answers: decidedAnswers },
      bodyLimit,
    },
    async (request) => {
      const deciding = {
        id: request.params.exchange,
        decision: request.body.selections,
        authorise: request.body.authorize,
        locales: localesOf(request),
      }
      return requestPreviewOr(await useOpenRequest(wallet, walletOf(request), deciding))
    },
  )

  app.post(
    `${base}/requests/:exchange/reject`,
    {
      schema: {
        summary: 'Decline the request',
        description: 'With `answer` the verifier is told access_denied; without, nothing is sent.',
        tags,
        params: exchangeParams,
        body: rejectExchangedRequest,
      },
      config: { ...config, answers: decidedAnswers },
      bodyLimit: BODY_LIMITS.message,
    },
    async (request) => {
      const deciding = {
        id: request.params.exchange,
        decision: request.body.answer,
        locales: localesOf(request),
      }
      return requestPreviewOr(await rejectRequest(wallet, walletOf(request), deciding))
    },
  )
}
