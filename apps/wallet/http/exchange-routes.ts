/** Receive and present: the calls that lead to issuers and verifiers. */

import { managementError } from '@countersign/api/errors'
import { walletParams as params } from '@countersign/api/wallet/accounts'
import { credentialsAnswer } from '@countersign/api/wallet/credentials'
import {
  credentialOfferAnswer,
  issuerMetadataAnswer,
  issuerQuery,
  type PresentedAnswer,
  presentationRefusedAnswer,
  presentedAnswer,
  presentRequest,
  requestView as requestAnswer,
  presentationRequest as requestBody,
  resolveOfferRequest,
  useOfferQuery,
  useOfferRequest,
} from '@countersign/api/wallet/exchange'
import { acceptsJson } from '@countersign/service/http/answers/accept'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { matchCredentials } from '../present/match-credentials.ts'
import { resolvePresentationRequest, usePresentationRequest } from '../present/present-credential.ts'
import { resolveCredentialOffer, resolveIssuerMetadata, useOffer } from '../receive/receive-credential.ts'
import { MAX_CREDENTIALS, type Wallet } from '../wallet.ts'
import { awayAnswers } from './answers/away-answers.ts'
import { allCredentialAnswers } from './answers/credential-answers.ts'
import { exampleOf, jsonAnswer, refusalAnswer, walletAnswers } from './answers/route-answers.ts'
import { requestView, sendText, valueOr } from './answers/wire.ts'
import { PRESENT_ERRORS, presentError, presentedOr, refusedView } from './answers/wire-present.ts'
import { RECEIVE_ERRORS } from './answers/wire-receive.ts'
import { callerOf, walletOf } from './caller/authenticate-caller.ts'

const base = '/wallet-api/wallet/:wallet/exchange'
const knowsCaller = async (request: FastifyRequest) => void callerOf(request)
const config = { door: 'open', limited: false, knowsCaller } as const
const text = { ...config, accepts: ['text'] } as const
const textOrJson = { ...config, accepts: ['text', 'json'] } as const
const bodyLimit = BODY_LIMITS.exchange

const issuer = 'localhost:7002'
const verifier = 'localhost:7003'

const resolveOfferAnswers = {
  ...walletAnswers,
  ...awayAnswers(issuer),
  200: jsonAnswer('The offer', credentialOfferAnswer),
  400: refusalAnswer(RECEIVE_ERRORS, { code: 'offer_missing' }, 'There is no offer that can be used'),
}

const useOfferAnswers = {
  ...walletAnswers,
  ...awayAnswers(issuer),
  200: jsonAnswer('The credentials that came of it', credentialsAnswer),
  400: refusalAnswer(
    RECEIVE_ERRORS,
    { code: 'offer_not_available', host: issuer, status: 404 },
    'The offer cannot be taken up, or the issuer refused',
  ),
  404: refusalAnswer(
    RECEIVE_ERRORS,
    { code: 'did_unknown' },
    'There is no such wallet, or no such DID in it',
  ),
  409: refusalAnswer(
    RECEIVE_ERRORS,
    { code: 'too_many_credentials', max: MAX_CREDENTIALS },
    'The wallet is full',
  ),
}

const issuerAnswers = {
  ...walletAnswers,
  ...awayAnswers(issuer),
  200: jsonAnswer('The metadata', issuerMetadataAnswer),
  400: refusalAnswer(RECEIVE_ERRORS, { code: 'issuer_malformed' }, 'issuer or its metadata cannot be used'),
}

const requestGone = { code: 'request_not_available', host: verifier, status: 404 } as const
const noRequest = refusalAnswer(PRESENT_ERRORS, requestGone, 'There is no request that can be answered')

const resolveRequestAnswers = {
  ...walletAnswers,
  ...awayAnswers(verifier),
  200: {
    ...jsonAnswer('The request holds: the URL again, or who asks for what', requestAnswer),
    otherForms: [{ contentType: 'text/plain', example: exampleOf(requestBody) }],
  },
  400: noRequest,
}

const matchAnswers = {
  ...walletAnswers,
  ...awayAnswers(verifier),
  200: jsonAnswer('The credentials, each once, in the order of the query', credentialsAnswer),
  400: noRequest,
}

const presentAnswers = {
  ...walletAnswers,
  ...awayAnswers(verifier),
  200: jsonAnswer('The verifier took it', presentedAnswer),
  400: {
    description: 'Nothing was sent, or the verifier refused; a malformed body has the usual shape',
    schema: z.union([presentationRefusedAnswer, managementError]),
    example: presentError(requestGone).body,
  },
  404: {
    description: 'There is no such wallet, or the key of a credential is gone',
    schema: z.union([presentationRefusedAnswer, managementError]),
    example: walletAnswers[404]?.example,
  },
  409: {
    description: 'Something else was answered to this request',
    schema: presentationRefusedAnswer,
    example: presentError({ code: 'answered_otherwise' }).body,
  },
}

export function exchangeRoutes(app: ServiceApp, wallet: Wallet): void {
  receiveRoutes(app, wallet)
  presentRoutes(app, wallet)
}

function receiveRoutes(app: ServiceApp, wallet: Wallet): void {
  const tags = ['receive']

  app.post(
    `${base}/resolveCredentialOffer`,
    {
      schema: { summary: 'Look at a credential offer', tags, params, body: resolveOfferRequest },
      config: { ...textOrJson, answers: resolveOfferAnswers },
      bodyLimit,
    },
    async (request) => valueOr(RECEIVE_ERRORS, await resolveCredentialOffer(wallet, textOf(request.body))),
  )

  app.post(
    `${base}/useOfferRequest`,
    {
      schema: {
        summary: 'Take up a credential offer',
        description:
          'May be repeated: a call that was cut off goes on where it was, and one after the end answers the same.',
        tags,
        params,
        querystring: useOfferQuery,
        body: useOfferRequest,
      },
      config: { ...textOrJson, answers: useOfferAnswers },
      bodyLimit,
    },
    async (request) => {
      const { did, pinOrTxCode } = request.query
      const wanted = { offer: textOf(request.body), did, txCode: pinOrTxCode }
      const owned = walletOf(request)
      return allCredentialAnswers(
        wallet,
        owned,
        valueOr(RECEIVE_ERRORS, await useOffer(wallet, owned, wanted)),
      )
    },
  )

  app.get(
    `${base}/resolveIssuerOpenIDMetadata`,
    {
      schema: { summary: "An issuer's metadata", tags, params, querystring: issuerQuery },
      config: { ...config, answers: issuerAnswers },
    },
    async (request) => valueOr(RECEIVE_ERRORS, await resolveIssuerMetadata(wallet, request.query.issuer)),
  )
}

function presentRoutes(app: ServiceApp, wallet: Wallet): void {
  const tags = ['present']

  app.post(
    `${base}/resolvePresentationRequest`,
    {
      schema: {
        summary: 'Verify a presentation request',
        description: 'Answers the URL; with `Accept: application/json` who asks, for what, and who vouches.',
        tags,
        params,
        body: requestBody,
      },
      config: { ...text, answers: resolveRequestAnswers },
      bodyLimit,
    },
    async (request, reply) => {
      const resolved = valueOr(PRESENT_ERRORS, await resolvePresentationRequest(wallet, request.body))
      if (acceptsJson(request)) return requestView(request.body, resolved)
      return sendText(reply, request.body)
    },
  )

  app.post(
    `${base}/matchCredentialsForPresentationRequest`,
    {
      schema: { summary: 'The credentials that answer a request', tags, params, body: requestBody },
      config: { ...text, answers: matchAnswers },
      bodyLimit,
    },
    async (request) => {
      const owned = walletOf(request)
      const matched = await matchCredentials(wallet, owned, request.body)
      return allCredentialAnswers(wallet, owned, valueOr(PRESENT_ERRORS, matched))
    },
  )

  app.post(
    `${base}/usePresentationRequest`,
    {
      schema: {
        summary: 'Answer a presentation request',
        description: 'May be repeated: the verifier gets the same bytes, and the answer is the same.',
        tags,
        params,
        body: presentRequest,
      },
      config: { ...config, answers: presentAnswers },
      bodyLimit,
    },
    async (request, reply) => {
      const {
        presentationRequest: requestUrl,
        selectedCredentials,
        disclosures,
        note,
        decline,
        authorize: authorise,
      } = request.body
      const wanted = { requestUrl, selectedCredentials, disclosures, note, decline, authorise }
      const answer = presentedOr(await usePresentationRequest(wallet, walletOf(request), wanted))
      if (!answer.accepted) return reply.code(400).send(refusedView(answer))
      const presented: PresentedAnswer = { redirectUri: answer.redirectUri ?? null }
      return presented
    },
  )
}

/** An offer as JSON takes the same way as one in a URL: strict about duplicate members and sizes. */
function textOf(offer: unknown): string {
  return typeof offer === 'string' ? offer : JSON.stringify(offer)
}
