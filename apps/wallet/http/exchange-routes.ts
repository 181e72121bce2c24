/** Receive and present: the calls that lead to issuers and verifiers. */
import { acceptsJson } from '@countersign/service/http/accept'
import type { ServiceApp } from '@countersign/service/http/http-service'
import { matchCredentials } from '../present/match-credentials.ts'
import { resolvePresentationRequest, usePresentationRequest } from '../present/present-credential.ts'
import { resolveCredentialOffer, resolveIssuerMetadata, useOffer } from '../receive/receive-credential.ts'
import type { Wallet } from '../wallet.ts'
import { walletOf } from './authenticate-caller.ts'
import {
  issuerQuery,
  offerBody,
  walletParams as params,
  presentBody,
  requestBody,
  useOfferQuery,
} from './messages.ts'
import { credentialView, presentedOr, requestView, valueOr } from './wire.ts'

const base = '/wallet-api/wallet/:wallet/exchange'
const config = { door: 'open' as const }
const text = { ...config, accepts: ['text' as const] }
const textOrJson = { ...config, accepts: ['text' as const, 'json' as const] }
/** A request by value carries a certificate chain. */
const bodyLimit = 262_144

export function exchangeRoutes(app: ServiceApp, wallet: Wallet): void {
  receiveRoutes(app, wallet)
  presentRoutes(app, wallet)
}

function receiveRoutes(app: ServiceApp, wallet: Wallet): void {
  const tags = ['receive']

  app.post(
    `${base}/resolveCredentialOffer`,
    {
      schema: { summary: 'Look at a credential offer', tags, params, body: offerBody },
      config: textOrJson,
      bodyLimit,
    },
    async (request) => valueOr(await resolveCredentialOffer(wallet, textOf(request.body))),
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
        body: offerBody,
      },
      config: textOrJson,
      bodyLimit,
    },
    async (request) => {
      const { did, pinOrTxCode } = request.query
      const wanted = { offer: textOf(request.body), did, txCode: pinOrTxCode }
      return valueOr(await useOffer(wallet, walletOf(request), wanted)).map(credentialView)
    },
  )

  app.get(
    `${base}/resolveIssuerOpenIDMetadata`,
    { schema: { summary: "An issuer's metadata", tags, params, querystring: issuerQuery }, config },
    async (request) => valueOr(await resolveIssuerMetadata(wallet, request.query.issuer)),
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
      config: text,
      bodyLimit,
    },
    async (request, reply) => {
      const resolved = valueOr(await resolvePresentationRequest(wallet, request.body))
      if (acceptsJson(request)) return requestView(request.body, resolved)
      return reply.type('text/plain; charset=utf-8').send(request.body)
    },
  )

  app.post(
    `${base}/matchCredentialsForPresentationRequest`,
    {
      schema: { summary: 'The credentials that answer a request', tags, params, body: requestBody },
      config: text,
      bodyLimit,
    },
    async (request) =>
      valueOr(await matchCredentials(wallet, walletOf(request), request.body)).map(credentialView),
  )

  app.post(
    `${base}/usePresentationRequest`,
    {
      schema: {
        summary: 'Answer a presentation request',
        description: 'May be repeated: the verifier gets the same bytes, and the answer is the same.',
        tags,
        params,
        body: presentBody,
      },
      config,
      bodyLimit,
    },
    async (request, reply) => {
      const {
        presentationRequest: requestUrl,
        selectedCredentials,
        disclosures,
        note,
        decline,
      } = request.body
      const wanted = { requestUrl, selectedCredentials, disclosures, note, decline }
      const answer = presentedOr(await usePresentationRequest(wallet, walletOf(request), wanted))
      const redirectUri = answer.redirectUri ?? null
      if (answer.accepted) return { redirectUri }
      return reply.code(400).send({ redirectUri, errorMessage: answer.message })
    },
  )
}

/** An offer as JSON takes the same way as one in a URL: strict about duplicate members and sizes. */
function textOf(offer: unknown): string {
  return typeof offer === 'string' ? offer : JSON.stringify(offer)
}
