/** Method, path, function: the issuer's API. Behind a handler there is one use case. */
import type { JsonObject } from '@countersign/core/json'
import { isSessionId } from '@countersign/core/session-id'
import { parseAuthorization } from '@countersign/protocol/oauth/authorization-header'
import { parseCredentialRequest } from '@countersign/protocol/openid4vci/credential/credential-request'
import {
  type IssuerDisplay,
  writeAuthorizationServerMetadata,
  writeIssuerMetadata,
} from '@countersign/protocol/openid4vci/metadata/published-metadata'
import { writeNonceResponse } from '@countersign/protocol/openid4vci/proof/nonce'
import { parseTokenRequest } from '@countersign/protocol/openid4vci/token'
import { acceptsJson } from '@countersign/service/http/accept'
import type { ServiceApp } from '@countersign/service/http/http-service'
import { fail, wireError } from '@countersign/service/http/wire-errors'
import { followSession } from '@countersign/service/sessions/follow-session'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { requestToken } from '../authorization/request-token.ts'
import type { ReceivedProof } from '../authorization/sender-constraint.ts'
import { createNonce } from '../credential/create-nonce.ts'
import { issueCredential } from '../credential/issue-credential.ts'
import type { Issuer } from '../issuer.ts'
import { type CreateOffer, createOffer, offerOf } from '../offer/create-offer.ts'
import { issueBatchBody, issueBody, issueHeaders, parseOrder } from './issue-request.ts'
import { onboardingRoutes } from './onboarding-routes.ts'
import { isFinal, sessionView } from './session-view.ts'
import { credentialRoutes, statusListRoutes } from './status-routes.ts'
import { OFFER_ERRORS, sessionUnknown, txCodeUntold } from './wire.ts'
import {
  AUTHORIZATION_ERRORS,
  CREDENTIAL_ERRORS,
  CREDENTIAL_REQUEST_ERRORS,
  TOKEN_ERRORS,
  TOKEN_REQUEST_ERRORS,
} from './wire-wallet.ts'

const params = z.object({ id: z.string().min(1).max(200) })

/** walt.id's paths. The configuration that a call names decides the format, under whichever of them it comes. */
const families = [
  ['sdjwt', 'an SD-JWT VC'],
  ['jwt', 'a W3C credential'],
  ['mdoc', 'an ISO mdoc'],
] as const

export interface RouteOptions {
  readonly display: IssuerDisplay
}

export function issuerRoutes(issuer: Issuer, options: RouteOptions): (app: ServiceApp) => void {
  return (app) => {
    onboardingRoutes(app, issuer)
    managementRoutes(app, issuer)
    credentialRoutes(app, issuer)
    metadataRoutes(app, issuer, options)
    walletRoutes(app, issuer)
    if (issuer.statusLists !== undefined) statusListRoutes(app, issuer.statusLists)
  }
}

function managementRoutes(app: ServiceApp, issuer: Issuer): void {
  const config = { door: 'management' as const }
  const tags = ['management']

  for (const [family, name] of families) {
    app.post(
      `/openid4vc/${family}/issue`,
      { schema: { summary: `Offer ${name}`, tags, body: issueBody, headers: issueHeaders }, config },
      async (request, reply) =>
        sendOffer(issuer, parseOrder([request.body], request.headers.sessionttl), request, reply),
    )

    app.post(
      `/openid4vc/${family}/issueBatch`,
      {
        schema: {
          summary: `Offer ${name}, or several at once`,
          tags,
          body: issueBatchBody,
          headers: issueHeaders,
        },
        config,
      },
      async (request, reply) =>
        sendOffer(issuer, parseOrder(request.body, request.headers.sessionttl), request, reply),
    )
  }

  app.get(
    '/openid4vc/session/:id',
    { schema: { summary: 'Read an issuance', tags, params }, config },
    async (request) => sessionView(await find(issuer, request.params.id), issuer.now()),
  )

  app.get(
    '/openid4vc/session/:id/events',
    { schema: { summary: 'Follow an issuance (server-sent events)', tags, params }, config },
    async (request, reply) =>
      followSession(issuer, request.params.id, request, reply, {
        unknown: sessionUnknown,
        view: (session) => {
          const now = issuer.now()
          return { events: session.events, final: isFinal(session, now), state: sessionView(session, now) }
        },
      }),
  )
}

function metadataRoutes(app: ServiceApp, issuer: Issuer, { display }: RouteOptions): void {
  const config = { door: 'wallet' as const }
  const tags = ['metadata']
  const configurations = [...issuer.types.values()].map((type) => type.configuration)
  const metadata = writeIssuerMetadata({ issuer: issuer.baseUrl, configurations, display: [display] })
  const authorizationServer = writeAuthorizationServerMetadata({ issuer: issuer.baseUrl })
  // The path of the issuer identifier is inserted after the well-known part (OpenID4VCI §12.2.2, RFC 8414 §3.1).
  const path = new URL(issuer.baseUrl).pathname.replace(/\/$/, '')
  const publish = (name: string, summary: string, document: JsonObject) =>
    app.get(`/.well-known/${name}${path}`, { schema: { summary, tags }, config }, async () => document)

  publish('openid-credential-issuer', 'Credential issuer metadata', metadata)
  publish('oauth-authorization-server', 'Authorization server metadata', authorizationServer)
  const { algorithm, keyId, publicJwk } = issuer.signerFor('dc+sd-jwt')
  publish('jwt-vc-issuer', 'Keys of the issuer (SD-JWT VC)', {
    issuer: issuer.baseUrl,
    jwks: { keys: [{ ...publicJwk, kid: keyId, use: 'sig', alg: algorithm }] },
  })
}

function walletRoutes(app: ServiceApp, issuer: Issuer): void {
  const wallet = { door: 'wallet' as const }
  const tags = ['wallet']

  app.get(
    '/credentialOffer',
    {
      schema: {
        summary: 'The credential offer',
        tags,
        querystring: z.object({ id: z.string().min(1).max(200) }),
      },
      config: { ...wallet, errors: 'management' },
    },
    async (request, reply) => {
      const session = await find(issuer, request.query.id)
      return reply.header('cache-control', 'no-store').send(await offerOf(issuer, session))
    },
  )

  app.post(
    '/token',
    {
      schema: { summary: 'Token endpoint', tags, body: z.record(z.string(), z.string()) },
      config: { ...wallet, accepts: ['form'] },
    },
    async (request, reply) => {
      const parsed = parseTokenRequest(request.body, request.headers)
      if (!parsed.ok) fail(wireError(TOKEN_REQUEST_ERRORS, parsed.error))
      const dpop = request.headers['dpop'] === undefined ? undefined : receivedProof(request, '/token')
      const answered = await requestToken(issuer, parsed.value, dpop)
      if (!answered.ok) fail(wireError(TOKEN_ERRORS, answered.error))
      return reply.header('cache-control', 'no-store').send(answered.value)
    },
  )

  app.post(
    '/nonce',
    { schema: { summary: 'Nonce endpoint', tags }, config: { ...wallet, accepts: ['json', 'form', 'text'] } },
    async (_request, reply) => {
      const nonce = await createNonce(issuer)
      return reply.header('cache-control', 'no-store').send(writeNonceResponse(nonce))
    },
  )

  app.post(
    '/credential',
    {
      schema: { summary: 'Credential endpoint', tags, body: z.record(z.string(), z.json()) },
      // OpenID4VCI §8.3.1.2 has a code of its own for this.
      config: { ...wallet, malformed: 'invalid_credential_request' },
    },
    async (request, reply) => {
      const presented = parseAuthorization(request.headers.authorization)
      if (!presented.ok) fail(wireError(AUTHORIZATION_ERRORS, presented.error))
      const parsed = parseCredentialRequest(request.body as JsonObject)
      if (!parsed.ok) fail(wireError(CREDENTIAL_REQUEST_ERRORS, parsed.error))
      const { accessToken, scheme } = presented.value
      // The scheme says whether a proof must come along; a bound token under `Bearer` fails on its missing key.
      const dpop = scheme === 'DPoP' ? receivedProof(request, '/credential', accessToken) : undefined
      const issued = await issueCredential(issuer, { accessToken, dpop }, parsed.value)
      if (!issued.ok) fail(wireError(CREDENTIAL_ERRORS[scheme], issued.error))
      return reply.header('cache-control', 'no-store').send(issued.value)
    },
  )
}

async function sendOffer(issuer: Issuer, order: CreateOffer, request: FastifyRequest, reply: FastifyReply) {
  const json = acceptsJson(request)
  if (!json && order.txCode !== undefined && order.txCode.value === undefined) {
    fail(txCodeUntold)
  }
  const offer = await createOffer(issuer, order)
  if (!offer.ok) fail(wireError(OFFER_ERRORS, offer.error))
  return json ? offer.value : reply.type('text/plain; charset=utf-8').send(offer.value.url)
}

/** RFC 9449 §4.3: exactly one DPoP header. A repeated one arrives joined by a comma, which no proof contains. */
function receivedProof(request: FastifyRequest, path: string, accessToken?: string): ReceivedProof {
  return { proof: String(request.headers['dpop'] ?? ''), method: request.method, path, accessToken }
}

async function find(issuer: Issuer, id: string) {
  const found = isSessionId(id) ? await issuer.sessions.get(id) : undefined
  return found === undefined ? fail(sessionUnknown) : found.value
}
