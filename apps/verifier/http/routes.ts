/** Method, path, function: the verifier's API. Behind a handler there is one use case. */

import { LANGUAGES, type Language } from '@countersign/api/verifier/decision/language'
import { browserReturnedBody } from '@countersign/api/verifier/returned'
import type { VerificationView } from '@countersign/api/verifier/session'
import { startVerificationBody, startVerificationHeaders } from '@countersign/api/verifier/start'
import {
  type AuthorizationResponseTaken,
  authorizationResponseForm,
  type BroughtCredential,
  broughtCredential,
  requestObjectForm,
  type WalletAnswer,
  walletAnswer,
} from '@countersign/api/verifier/wallet'
import { isSessionId } from '@countersign/core/session-id'
import type { Form } from '@countersign/protocol/openid4vp/response/authorization-response'
import { formOfCredential } from '@countersign/protocol/openid4vp/response/digital-credential'
import { isDecided, type VerificationSession } from '@countersign/protocol/openid4vp/session'
import { callbackRoutes } from '@countersign/service/callbacks/callback-routes'
import { acceptsJson, preferredLanguage } from '@countersign/service/http/answers/accept'
import { fail } from '@countersign/service/http/answers/wire-errors'
import { BODY_LIMITS, isBodyOf } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { type FollowedSessions, followSession } from '@countersign/service/sessions/follow-session'
import type { Versioned } from '@countersign/stores/ports'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readDigitalRequests } from '../request/digital-request.ts'
import { type FetchingWallet, serveRequest } from '../request/serve-request.ts'
import { startVerification } from '../request/start-verification.ts'
import { readVerification } from '../response/look-again.ts'
import { type ReceivedAnswer, receivePresentation } from '../response/receive-presentation.ts'
import { takeReturn } from '../response/take-return.ts'
import type { Verifier } from '../verifier.ts'
import {
  digitalRequestAnswers,
  eventAnswers,
  policyAnswers,
  profileAnswers,
  requestAnswers,
  responseAnswers,
  returnedAnswers,
  sessionAnswers,
  startAnswers,
} from './answers.ts'
import { didRoutes } from './did-routes.ts'
import { keptRoutes } from './kept-routes.ts'
import { listRoutes } from './list-routes.ts'
import { policyList, profileList, sessionView } from './session-view.ts'
import { parseStart } from './start-request.ts'
import {
  credentialMalformed,
  digitalError,
  presentationRefused,
  receiveError,
  returnError,
  serveError,
  sessionUnknown,
  startError,
  startMistake,
} from './wire.ts'

const params = z.object({ id: z.string().min(1).max(200).describe('Id of the session') })
const REQUEST_OBJECT = 'application/oauth-authz-req+jwt'

const reading = { door: 'management', scope: 'sessions:read' } as const
const writing = { door: 'management', scope: 'sessions:write' } as const
const wallet = { door: 'wallet', limited: true } as const
const form = { ...wallet, accepts: ['form'] } as const
const formOrJson = {
  ...wallet,
  accepts: ['form', 'json'],
  shapes: { form: authorizationResponseForm, json: broughtCredential },
} as const

const toRelyingParties = ['relying party']
const toWallets = ['wallet']

export function verifierRoutes(verifier: Verifier): (app: ServiceApp) => void {
  return (app) => {
    relyingPartyRoutes(app, verifier)
    listRoutes(app, verifier)
    keptRoutes(app, verifier)
    didRoutes(app, verifier)
    callbackRoutes(app, verifier, { tag: 'relying party', unknown: sessionUnknown })
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
      bodyLimit: BODY_LIMITS.exchange,
      config: { ...writing, begins: true, answers: startAnswers },
    },
    async (request, reply) => {
      const start = parseStart(request.body, request.headers, verifier)
      if (!start.ok) fail(startMistake(start.error))
      const started = await startVerification(verifier, start.value)
      if (!started.ok) fail(startError(started.error))
      // There is no URL for a browser, and no other form of what it gets.
      if (acceptsJson(request) || started.value.url === undefined) return started.value
      return reply.type('text/plain; charset=utf-8').send(started.value.url)
    },
  )

  app.get(
    '/openid4vc/session/:id',
    {
      schema: { summary: 'Read a verification and its result', tags: toRelyingParties, params },
      config: { ...reading, answers: sessionAnswers },
    },
    async (request, reply) => {
      const { id } = request.params
      const found = isSessionId(id) ? await readVerification(verifier, id) : undefined
      return found === undefined ? fail(sessionUnknown) : viewFor(request, reply, verifier, found)
    },
  )

  app.get(
    '/openid4vc/session/:id/digital-request',
    {
      schema: {
        summary: 'The request for the Digital Credentials API of a browser',
        tags: toRelyingParties,
        params,
      },
      config: { ...reading, answers: digitalRequestAnswers },
    },
    async (request) => {
      const { id } = request.params
      if (!isSessionId(id)) fail(sessionUnknown)
      const written = await readDigitalRequests(verifier, id)
      return written.ok ? written.value : fail(digitalError(written.error))
    },
  )

  app.post(
    '/openid4vc/session/:id/returned',
    {
      schema: {
        summary: 'Exchange the response code that the browser came back with',
        tags: toRelyingParties,
        params,
        body: browserReturnedBody,
      },
      bodyLimit: BODY_LIMITS.message,
      config: { ...writing, answers: returnedAnswers },
    },
    async (request, reply) => {
      const { id } = request.params
      if (!isSessionId(id)) fail(sessionUnknown)
      const returned = await takeReturn(verifier, id, request.body.responseCode)
      return returned.ok
        ? viewFor(request, reply, verifier, returned.value)
        : fail(returnError(returned.error))
    },
  )

  app.get(
    '/openid4vc/session/:id/events',
    {
      schema: { summary: 'Follow a verification (server-sent events)', tags: toRelyingParties, params },
      config: { ...reading, answers: eventAnswers },
    },
    async (request, reply) => {
      const language = preferredLanguage(request, LANGUAGES)
      return followSession(followed(verifier), request.params.id, request, reply, {
        unknown: sessionUnknown,
        headers: writtenIn(language),
        view: (session) => ({
          events: session.events,
          final: isDecided(session),
          state: sessionView(session, verifier.policies, language),
        }),
      })
    },
  )

  app.get(
    '/openid4vc/policy-list',
    {
      schema: { summary: 'The policies that can be asked for', tags: toRelyingParties },
      config: { ...reading, answers: policyAnswers(verifier.policies) },
    },
    async () => policyList(verifier.policies),
  )

  app.get(
    '/openid4vc/transaction-data-profiles',
    {
      schema: { summary: 'What holders can be asked to authorise', tags: toRelyingParties },
      config: { ...reading, answers: profileAnswers(verifier.transactionTypes) },
    },
    async (request, reply) => {
      const language = preferredLanguage(request, LANGUAGES)
      void reply.headers(writtenIn(language))
      return profileList(verifier.transactionTypes, language)
    },
  )
}

function viewFor(
  request: FastifyRequest,
  reply: FastifyReply,
  { policies }: Verifier,
  session: VerificationSession,
): VerificationView {
  const language = preferredLanguage(request, LANGUAGES)
  void reply.headers(writtenIn(language))
  return sessionView(session, policies, language)
}

/** RFC 9110 §12.5.5: another caller's language is another answer. */
function writtenIn(language: Language): Readonly<Record<string, string>> {
  return { 'content-language': language, vary: 'Accept-Language' }
}

/** Who follows a session looks again as well as who reads it. */
function followed(verifier: Verifier): FollowedSessions<VerificationSession> {
  const get = async (id: string) => {
    const value = await readVerification(verifier, id)
    return value && { value }
  }
  return { sessions: { get }, signals: verifier.signals }
}

function requestRoutes(app: ServiceApp, verifier: Verifier): void {
  app.get(
    '/openid4vc/request/:id',
    {
      schema: { summary: 'The signed request object', tags: toWallets, params },
      config: { ...wallet, answers: requestAnswers },
    },
    async (request, reply) => sendRequestObject(verifier, request.params.id, {}, reply),
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
    async (request, reply) => {
      const { wallet_metadata: walletMetadata, wallet_nonce: walletNonce } = request.body
      return sendRequestObject(verifier, request.params.id, { walletMetadata, walletNonce }, reply)
    },
  )
}

async function sendRequestObject(
  verifier: Verifier,
  id: string,
  wallet: FetchingWallet,
  reply: FastifyReply,
) {
  if (!isSessionId(id)) fail(sessionUnknown)
  const served = await serveRequest(verifier, id, wallet)
  if (!served.ok) fail(serveError(served.error))
  return reply.type(REQUEST_OBJECT).header('cache-control', 'no-store').send(served.value)
}

/** The session that a request answers, from before its body was read: the use case needs no second read. */
const answered = new WeakMap<object, Versioned<VerificationSession>>()

function responseRoutes(app: ServiceApp, verifier: Verifier): void {
  app.post(
    '/openid4vc/verify/:id',
    {
      schema: {
        summary: "The wallet's answer",
        description:
          'A form that the wallet posts; or JSON, which the page of the relying party brings from its browser (Digital Credentials API).',
        tags: toWallets,
        params,
        body: walletAnswer,
      },
      bodyLimit: BODY_LIMITS.exchange,
      // Nobody makes this service read a body with an id that leads nowhere.
      config: {
        ...formOrJson,
        answers: responseAnswers,
        knowsCaller: (request) => findAnswered(verifier, request),
      },
    },
    async (request, reply): Promise<AuthorizationResponseTaken> => {
      const { body, params: named, sender } = request
      const known = answered.get(request)
      const { channel, form } = answerIn(body, isBodyOf(request.headers, 'json'))
      const received = await receivePresentation(verifier, named.id, form, { sender, known, channel })
      if (!received.ok) fail(receiveError(received.error))
      void reply.header('cache-control', 'no-store')
      return answerToWallet(received.value)
    },
  )
}

/** Of a form every member is a text. */
function answerIn(
  body: WalletAnswer,
  isJson: boolean,
): { readonly channel: 'post' | 'browser'; readonly form: Form } {
  if (!isBrought(body)) return isJson ? fail(credentialMalformed) : { channel: 'post', form: body }
  const form = formOfCredential(body)
  return form.ok ? { channel: 'browser', form: form.value } : fail(receiveError(form.error))
}

function isBrought(body: WalletAnswer): body is BroughtCredential {
  return typeof body['data'] === 'object'
}

/** OpenID4VP 1.0 §8.2: a wallet that declines has answered as well as one whose presentation is taken. */
function answerToWallet({ redirectUri, reply }: ReceivedAnswer): AuthorizationResponseTaken {
  return reply === 'refused' ? fail(presentationRefused(redirectUri)) : { redirect_uri: redirectUri }
}

async function findAnswered(verifier: Verifier, request: FastifyRequest): Promise<void> {
  // The address was not compared with its schema yet: what is no id leads nowhere.
  const named = params.safeParse(request.params)
  answered.set(request, await findVersioned(verifier, named.success ? named.data.id : ''))
}

async function findVersioned(verifier: Verifier, id: string): Promise<Versioned<VerificationSession>> {
  const found = isSessionId(id) ? await verifier.sessions.get(id) : undefined
  return found ?? fail(sessionUnknown)
}
