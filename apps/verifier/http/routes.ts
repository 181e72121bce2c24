/** Method, path, function: the verifier's API. Behind a handler there is one use case. */
import { isSessionId } from '@countersign/core/session-id'
import { isDecided } from '@countersign/protocol/openid4vp/session'
import { acceptsJson } from '@countersign/service/http/accept'
import type { ServiceApp } from '@countersign/service/http/http-service'
import { fail } from '@countersign/service/http/wire-errors'
import { followSession } from '@countersign/service/sessions/follow-session'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { serveRequest } from '../request/serve-request.ts'
import { startVerification } from '../request/start-verification.ts'
import { type DecidedSession, receivePresentation } from '../response/receive-presentation.ts'
import type { Verifier } from '../verifier.ts'
import { policyList, sessionView } from './session-view.ts'
import { parseStart, startBody, startHeaders } from './start-request.ts'
import { receiveError, sessionUnknown, startError, translationError } from './wire.ts'

const params = z.object({ id: z.string().min(1).max(200) })
const REQUEST_OBJECT = 'application/oauth-authz-req+jwt'

export function verifierRoutes(verifier: Verifier): (app: ServiceApp) => void {
  return (app) => {
    const management = { door: 'management' as const }
    const wallet = { door: 'wallet' as const }
    const form = { door: 'wallet' as const, accepts: ['form' as const] }

    app.post(
      '/openid4vc/verify',
      {
        schema: {
          summary: 'Start a verification',
          tags: ['relying party'],
          body: startBody,
          headers: startHeaders,
        },
        config: management,
      },
      async (request, reply) => {
        const start = parseStart(request.body, request.headers)
        if (!start.ok) fail(translationError(start.error))
        const started = await startVerification(verifier, start.value)
        if (!started.ok) fail(startError(started.error))
        if (acceptsJson(request)) return started.value
        return reply.type('text/plain; charset=utf-8').send(started.value.url)
      },
    )

    app.get(
      '/openid4vc/session/:id',
      {
        schema: { summary: 'Read a verification and its result', tags: ['relying party'], params },
        config: management,
      },
      async (request) => {
        const found = await find(verifier, request.params.id)
        return sessionView(found, verifier.policies, verifier.now())
      },
    )

    app.get(
      '/openid4vc/session/:id/events',
      {
        schema: { summary: 'Follow a verification (server-sent events)', tags: ['relying party'], params },
        config: management,
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
        schema: { summary: 'The policies that can be asked for', tags: ['relying party'] },
        config: management,
      },
      async () => policyList(verifier.policies),
    )

    app.get(
      '/openid4vc/request/:id',
      { schema: { summary: 'The signed request object', tags: ['wallet'], params }, config: wallet },
      async (request, reply) => sendRequestObject(verifier, request.params.id, undefined, reply),
    )

    app.post(
      '/openid4vc/request/:id',
      {
        schema: {
          summary: 'The signed request object, with a nonce of the wallet',
          tags: ['wallet'],
          params,
          body: z.looseObject({
            wallet_nonce: z.string().min(1).max(512).optional(),
            wallet_metadata: z.string().max(20_000).optional(),
          }),
        },
        config: form,
      },
      async (request, reply) =>
        sendRequestObject(verifier, request.params.id, request.body.wallet_nonce, reply),
    )

    app.post(
      '/openid4vc/verify/:id',
      {
        schema: {
          summary: "The wallet's answer",
          tags: ['wallet'],
          params,
          body: z.record(z.string(), z.string()),
        },
        config: form,
      },
      async (request, reply) => {
        if (!isSessionId(request.params.id)) fail(sessionUnknown)
        const received = await receivePresentation(verifier, request.params.id, request.body)
        if (!received.ok) fail(receiveError(received.error))
        return answerWallet(received.value, reply)
      },
    )
  }
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

/**
 * OpenID4VP 1.0 §8.2. A refused presentation is a 400 for the wallet, with the way on for its user where the relying
 * party gave one (`error_uri` is walt.id's word for it).
 */
function answerWallet(session: DecidedSession, reply: FastifyReply) {
  void reply.header('cache-control', 'no-store')
  if (session.state === 'verified' || session.state === 'declined') {
    const next = session.state === 'verified' ? session.successRedirectUri : session.errorRedirectUri
    return reply.send(next === undefined ? {} : { redirect_uri: next })
  }
  const next = session.errorRedirectUri
  return reply.code(400).send({
    error: 'access_denied',
    error_description: 'The presentation was not accepted',
    ...(next !== undefined && { redirect_uri: next, error_uri: next }),
  })
}

async function find(verifier: Verifier, id: string) {
  const found = isSessionId(id) ? await verifier.sessions.get(id) : undefined
  return found === undefined ? fail(sessionUnknown) : found.value
}
