/** Offers on walt.id's paths, and what became of them. */
import {
  createdOffer,
  issueBatchBodies,
  issueBodies,
  issueHeaders,
  OFFER_URL_EXAMPLE,
} from '@countersign/api/issuer/offers'
import { issuanceSession, SESSION_EVENTS_EXAMPLE, sessionParams } from '@countersign/api/issuer/sessions'
import { callbackRoutes } from '@countersign/service/callbacks/callback-routes'
import { acceptsJson } from '@countersign/service/http/answers/accept'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail, wireError } from '@countersign/service/http/answers/wire-errors'
import { storeAnswers } from '@countersign/service/http/common-answers'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { followSession } from '@countersign/service/sessions/follow-session'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Issuer } from '../issuer.ts'
import { type CreateOffer, createOffer } from '../offer/create-offer.ts'
import { ISSUE_PATHS } from '../types/walt-id-formats.ts'
import { OFFER_ERRORS, sessionUnknown, txCodeUntold } from './answers/wire.ts'
import { findSession } from './find-session.ts'
import { parseOrder } from './issue-request.ts'
import { settingsOf } from './offer-settings.ts'
import { isFinal, sessionView } from './session-view.ts'

const tags = ['management']
const door = 'management' as const

const offerAnswers = {
  200: {
    description: 'The offer for a link or a QR code; with more about it for callers who accept JSON',
    contentType: 'text/plain',
    example: OFFER_URL_EXAMPLE,
    otherForms: [{ contentType: 'application/json', schema: createdOffer }],
  },
  400: errorAnswer(
    'What is asked for cannot be issued; the message says which member is wrong and what was expected',
    OFFER_ERRORS.claims_invalid({
      code: 'claims_invalid',
      configurationId: 'identity_credential_dc+sd-jwt',
      mistakes: ["/ must have required property 'given_name'"],
    }),
  ),
  ...storeAnswers(),
}

export function offerRoutes(app: ServiceApp, issuer: Issuer): void {
  const config = {
    door,
    scope: 'offers:write' as const,
    begins: true,
    idempotent: true,
    answers: offerAnswers,
  }
  for (const { credential, issuePath } of ISSUE_PATHS) {
    app.post(
      `/openid4vc/${issuePath}/issue`,
      {
        schema: { summary: `Offer ${credential}`, tags, body: issueBodies[issuePath], headers: issueHeaders },
        bodyLimit: BODY_LIMITS.exchange,
        config,
      },
      async (request, reply) =>
        sendOffer(issuer, parseOrder([request.body], settingsOf(request.headers)), request, reply),
    )

    app.post(
      `/openid4vc/${issuePath}/issueBatch`,
      {
        schema: {
          summary: `Offer ${credential}, or several at once`,
          tags,
          body: issueBatchBodies[issuePath],
          headers: issueHeaders,
        },
        bodyLimit: BODY_LIMITS.exchange,
        config,
      },
      async (request, reply) =>
        sendOffer(issuer, parseOrder(request.body, settingsOf(request.headers)), request, reply),
    )
  }
  sessionRoutes(app, issuer)
  callbackRoutes(app, issuer, { tag: 'management', unknown: sessionUnknown })
}

const unknownSession = errorAnswer('There is no such issuance, or not any more', sessionUnknown)

function sessionRoutes(app: ServiceApp, issuer: Issuer): void {
  app.get(
    '/openid4vc/session/:id',
    {
      schema: { summary: 'Read an issuance', tags, params: sessionParams },
      config: {
        door,
        scope: 'sessions:read',
        answers: {
          200: { description: 'What happened so far', schema: issuanceSession },
          404: unknownSession,
          ...storeAnswers(),
        },
      },
    },
    async (request) => sessionView(await findSession(issuer, request.params.id), issuer.now()),
  )

  app.get(
    '/openid4vc/session/:id/events',
    {
      schema: { summary: 'Follow an issuance (server-sent events)', tags, params: sessionParams },
      config: {
        door,
        scope: 'sessions:read',
        answers: {
          200: {
            description: 'The state, then every event, until the issuance can change no more',
            contentType: 'text/event-stream',
            example: SESSION_EVENTS_EXAMPLE,
          },
          204: { description: 'The reader has seen everything, and nothing will follow' },
          404: unknownSession,
          ...storeAnswers(),
        },
      },
    },
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

async function sendOffer(issuer: Issuer, order: CreateOffer, request: FastifyRequest, reply: FastifyReply) {
  const json = acceptsJson(request)
  if (!json && order.txCode !== undefined && order.txCode.value === undefined) fail(txCodeUntold)
  const offer = await createOffer(issuer, order)
  if (!offer.ok) fail(wireError(OFFER_ERRORS, offer.error))
  if (json) return offer.value
  void reply.type('text/plain; charset=utf-8')
  return offer.value.url
}
