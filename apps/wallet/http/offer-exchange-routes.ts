/** An offer under an id: open, look, take up, leave. */

import { walletParams } from '@countersign/api/wallet/accounts'
import {
  bringBackRequest,
  exchangeParams,
  offerPreview,
  openIssuanceRequest,
  openOfferRequest,
  useExchangedOfferRequest,
} from '@countersign/api/wallet/offer-exchange'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyRequest } from 'fastify'
import {
  bringBackOffer,
  openIssuance,
  openOffer,
  rejectOffer,
  useOpenOffer,
  viewOffer,
} from '../exchange/offer-exchange.ts'
import type { Wallet } from '../wallet.ts'
import { awayAnswers } from './answers/away-answers.ts'
import { jsonAnswer, walletAnswers } from './answers/route-answers.ts'
import { codedError, OFFER_EXCHANGE_ERRORS, offerPreviewOr } from './answers/wire-exchange.ts'
import { callerOf, walletOf } from './caller/authenticate-caller.ts'
import { localesOf } from './locales.ts'

const base = '/wallet-api/wallet/:wallet/exchange'
const knowsCaller = async (request: FastifyRequest) => void callerOf(request)
const config = { door: 'open', limited: false, knowsCaller } as const
const bodyLimit = BODY_LIMITS.exchange
const tags = ['receive']
const issuer = 'localhost:7002'

const unusable = errorAnswer(
  'There is no offer that can be used, or the issuer refused',
  codedError(OFFER_EXCHANGE_ERRORS, { code: 'offer_not_available', host: issuer, status: 404 }),
)

const shownAnswers = {
  ...walletAnswers,
  200: jsonAnswer('The offer as it was resolved, and what came of it', offerPreview),
  404: errorAnswer(
    'The account has no such wallet, or nothing is open under this id',
    codedError(OFFER_EXCHANGE_ERRORS, { code: 'exchange_unknown' }),
  ),
}

const decidedAnswers = {
  ...shownAnswers,
  409: errorAnswer(
    'Something else was decided, or is just being done; or the wallet is full',
    codedError(OFFER_EXCHANGE_ERRORS, { code: 'exchange_decided', state: 'rejected' }),
  ),
}

export function offerExchangeRoutes(app: ServiceApp, wallet: Wallet): void {
  lookAtOffers(app, wallet)
  decideOffers(app, wallet)
}

function lookAtOffers(app: ServiceApp, wallet: Wallet): void {
  app.post(
    `${base}/offers`,
    {
      schema: {
        summary: 'Open a credential offer to look at it',
        description:
          'Offer and issuer are asked once; what the answer shows is what `use` takes up. Labels are in the language of Accept-Language.',
        tags,
        params: walletParams,
        body: openOfferRequest,
      },
      config: {
        ...config,
        answers: {
          ...walletAnswers,
          ...awayAnswers(issuer),
          201: jsonAnswer('The offer, under an id', offerPreview),
          400: unusable,
        },
      },
      bodyLimit,
    },
    async (request, reply) => {
      const { offer } = request.body
      const text = typeof offer === 'string' ? offer : JSON.stringify(offer)
      const opened = await openOffer(wallet, walletOf(request), text, localesOf(request))
      return reply.code(201).send(offerPreviewOr(opened))
    },
  )

  app.post(
    `${base}/issuances`,
    {
      schema: {
        summary: 'Look at what an issuer gives without an offer',
        description:
          'What comes is an offer like any other under its id, which is taken up in a browser. Issuers that give nothing without an offer say so when it is used.',
        tags,
        params: walletParams,
        body: openIssuanceRequest,
      },
      config: {
        ...config,
        answers: {
          ...walletAnswers,
          ...awayAnswers(issuer),
          201: jsonAnswer('What it would be, under an id', offerPreview),
          400: unusable,
        },
      },
      bodyLimit,
    },
    async (request, reply) => {
      const { credentialConfigurationId: configurationId, issuer: from } = request.body
      const wanted = { issuer: from, configurationId }
      const opened = await openIssuance(wallet, walletOf(request), wanted, localesOf(request))
      return reply.code(201).send(offerPreviewOr(opened))
    },
  )

  app.get(
    `${base}/offers/:exchange`,
    {
      schema: { summary: 'Look at an open offer again', tags, params: exchangeParams },
      config: { ...config, answers: shownAnswers },
    },
    async (request) =>
      offerPreviewOr(await viewOffer(wallet, walletOf(request), request.params.exchange, localesOf(request))),
  )
}

function decideOffers(app: ServiceApp, wallet: Wallet): void {
  app.post(
    `${base}/offers/:exchange/use`,
    {
      schema: {
        summary: 'Take up the offer that was shown',
        description:
          'May be repeated: after a crash it goes on, after the end it answers the same. A wrong transaction code leaves the offer open. One that is taken up in a browser answers `authorizing`, and where the browser has to go.',
        tags,
        params: exchangeParams,
        body: useExchangedOfferRequest,
      },
      config: { ...config, answers: { ...decidedAnswers, ...awayAnswers(issuer), 400: unusable } },
      bodyLimit,
    },
    async (request) => {
      const { did, redirectUri, txCode } = request.body
      const used = await useOpenOffer(
        wallet,
        walletOf(request),
        request.params.exchange,
        { did, redirectUri, txCode },
        localesOf(request),
      )
      return offerPreviewOr(used)
    },
  )

  app.post(
    `${base}/offers/:exchange/authorized`,
    {
      schema: {
        summary: 'Go on with what a browser brought back',
        description:
          'The address that the browser came back to names the exchange in its `state`, before the first `.`. May be repeated. An answer that nobody was sent away for changes nothing; one that says no leaves the offer open.',
        tags,
        params: exchangeParams,
        body: bringBackRequest,
      },
      config: {
        ...config,
        answers: {
          ...decidedAnswers,
          ...awayAnswers(issuer),
          400: errorAnswer(
            'The answer is not to what was asked, or says no; or the issuer refused',
            codedError(OFFER_EXCHANGE_ERRORS, { code: 'state_unknown' }),
          ),
        },
      },
      bodyLimit,
    },
    async (request) => {
      const { exchange } = request.params
      const { query } = request.body
      return offerPreviewOr(
        await bringBackOffer(wallet, walletOf(request), exchange, query, localesOf(request)),
      )
    },
  )

  app.post(
    `${base}/offers/:exchange/reject`,
    {
      schema: {
        summary: 'Leave the offer that was shown',
        description: 'Nothing is stored and nobody is told.',
        tags,
        params: exchangeParams,
      },
      config: { ...config, answers: decidedAnswers },
      bodyLimit: BODY_LIMITS.message,
    },
    async (request) =>
      offerPreviewOr(
        await rejectOffer(wallet, walletOf(request), request.params.exchange, localesOf(request)),
      ),
  )
}
