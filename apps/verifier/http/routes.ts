/** Method, path, function: the verifier's API. Behind a handler there is one use case. */
import { startVerificationBody, startVerificationHeaders } from '@countersign/api/verifier/start'
import {
  type AuthorizationResponseTaken,
  authorizationResponseForm,
  requestObjectForm,
} from '@countersign/api/verifier/wallet'
import { isSessionId } from '@countersign/core/session-id'
import { isDecided, type VerificationSession } from '@countersign/protocol/openid4vp/session'
import { acceptsJson } from '@countersign/service/http/accept'
import type { ServiceApp } from '@countersign/service/http/http-service'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import { fail } from '@countersign/service/http/wire-errors'
import { followSession } from '@countersign/service/sessions/follow-session'
import type { Versioned } from '@countersign/stores/ports'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { serveRequest } from '../request/serve-request.ts'
import { startVerification } from '../request/start-verification.ts'
import { type DecidedSession, receivePresentation } from '../response/receive-presentation.ts'
import type { Verifier } from '../verifier.ts'
import {
  eventAnswers,
  policyAnswers,
  requestAnswers,
  responseAnswers,
  sessionAnswers,
  startAnswers,
} from './answers.ts'
import { policyList, sessionView } from './session-view.ts'
import { parseStart } from './start-request.ts'
import { presentationRefused, receiveError, sessionUnknown, startError, startMistake } from './wire.ts'

const params = z.object({ id: z.string().min(1).max(200).describe('Id of the session') })
const REQUEST_OBJECT = 'application/oauth-authz-req+jwt'

const management = { door: 'management' } as const
const wallet = { door: 'wallet', limited: true } as const
const form = { ...wallet, accepts: ['form'] } as const

const toRelyingParties = ['relying party']
const toWallets = ['wallet']

export function verifierRoutes(verifier: Verifier): (app: ServiceApp) => void {
  return (app) => {
    relyingPartyRoutes(app, verifier)
    requestRoutes(app, verifier)
    responseRoutes(app, verifier)
  }
}

function relyingPartyRoutes(app: ServiceApp, verifier: Verifier): void {
  app.post(
    '/openid4vc/verify',
    {
      schema: {
        summary: 'Start a verification',
        tags: toRelyingParties,
        body: startVerificationBody,
        headers: startVerificationHeaders,
      },
      bodyLimit: BODY_LIMITS.message,
      config: { ...management, begins: true, answers: startAnswers },
    },
    async (request, reply) => {
      const start = parseStart(request.body, request.headers, verifier.formats)
      if (!start.ok) fail(startMistake(start.error))
      const started = await startVerification(verifier, start.value)
      if (!started.ok) fail(startError(started.error))
      if (acceptsJson(request)) return started.value
      return reply.type('text/plain; charset=utf-8').send(started.value.url)
    },
  )

  app.get(
    '/openid4vc/session/:id',
    {
      schema: { summary: 'Read a verification and its result', tags: toRelyingParties, params },
      config: { ...management, answers: sessionAnswers },
    },
    async (request) => {
      const found = await find(verifier, request.params.id)
      return sessionView(found, verifier.policies, verifier.now())
    },
  )

  app.get(
    '/openid4vc/session/:id/events',
    {
      schema: { summary: 'Follow a verification (server-sent events)', tags: toRelyingParties, params },
      config: { ...management, answers: eventAnswers },
    },
    async (request, reply) =>
      followSession(verifier, request.params.id, request, reply, {
        unknown: sessionUnknown,
        view: (session) => {
          const now = verifier.now()
          const final = isDecided(session) || now >= session.expiresAt
          return { events: session.events, final, state: sessionView(session, verifier.policies, now) }
        },
      }),
  )

  app.get(
    '/openid4vc/policy-list',
    {
      schema: { summary: 'The policies that can be asked for', tags: toRelyingParties },
      config: { ...management, answers: policyAnswers(verifier.policies) },
    },
    async () => policyList(verifier.policies),
  )
}

function requestRoutes(app: ServiceApp, verifier: Verifier): void {
  app.get(
    '/openid4vc/request/:id',
    {
      schema: { summary: 'The signed request object', tags: toWallets, params },
      config: { ...wallet, answers: requestAnswers },
    },
    async (request, reply) => sendRequestObject(verifier, request.params.id, undefined, reply),
  )

  app.post(
    '/openid4vc/request/:id',
    {
      schema: {
        summary: 'The signed request object, with a nonce of the wallet',
        tags: toWallets,
        params,
        body: requestObjectForm,
      },
      bodyLimit: BODY_LIMITS.message,
      config: { ...form, answers: requestAnswers },
    },
    async (request, reply) =>
      sendRequestObject(verifier, request.params.id, request.body.wallet_nonce, reply),
  )
}

async function sendRequestObject(
  verifier: Verifier,
  id: string,
  walletNonce: string | undefined,
  reply: FastifyReply,
) {
  if (!isSessionId(id)) fail(sessionUnknown)
  const served = await serveRequest(verifier, id, walletNonce)
  if (!served.ok) fail(receiveError(served.error))
  return reply.type(REQUEST_OBJECT).header('cache-control', 'no-store').send(served.value)
}

/** The session that a request answers, from before its body was read: the use case needs no second read. */
const answered = new WeakMap<object, Versioned<VerificationSession>>()

function responseRoutes(app: ServiceApp, verifier: Verifier): void {
  app.post(
    '/openid4vc/verify/:id',
    {
      schema: { summary: "The wallet's answer", tags: toWallets, params, body: authorizationResponseForm },
      bodyLimit: BODY_LIMITS.document,
      // Nobody makes this service read a large body with an id that leads nowhere.
      preParsing: async (request) => {
        answered.set(request, await findVersioned(verifier, request.params.id))
      },
      config: { ...form, answers: responseAnswers },
    },
    async (request, reply): Promise<AuthorizationResponseTaken> => {
      const received = await receivePresentation(
        verifier,
        request.params.id,
        request.body,
        answered.get(request),
      )
      if (!received.ok) fail(receiveError(received.error))
      void reply.header('cache-control', 'no-store')
      return answerToWallet(received.value)
    },
  )
}

/** OpenID4VP 1.0 §8.2: a wallet that declines has answered as well as one whose presentation is accepted. */
function answerToWallet(session: DecidedSession): AuthorizationResponseTaken {
  if (session.state === 'rejected') fail(presentationRefused(session))
  const next = session.state === 'verified' ? session.successRedirectUri : session.errorRedirectUri
  return { redirect_uri: next }
}

async function find(verifier: Verifier, id: string) {
  return (await findVersioned(verifier, id)).value
}

async function findVersioned(verifier: Verifier, id: string): Promise<Versioned<VerificationSession>> {
  const found = isSessionId(id) ? await verifier.sessions.get(id) : undefined
  return found ?? fail(sessionUnknown)
}
