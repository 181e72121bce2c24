/** Verifications: begun in the name of the browser that asks, and brought back by it. */
import {
  type BeginVerificationBody,
  beginVerificationBody,
  browserAnsweredBody,
} from '@countersign/api/portal/verifications'
import { browserReturnedBody } from '@countersign/api/verifier/returned'
import { type VerificationView, verificationView } from '@countersign/api/verifier/session'
import {
  type StartedVerification,
  startedThroughBrowser,
  startedVerification,
} from '@countersign/api/verifier/start'
import { authorizationResponseTaken } from '@countersign/api/verifier/wallet'
import { isSessionId } from '@countersign/core/session-id'
import { foreignPage } from '@countersign/service/http/access'
import { type DescribedAnswers, errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail } from '@countersign/service/http/answers/wire-errors'
import { storeAnswers } from '@countersign/service/http/common-answers'
import { askUpstream, late, passOn, silent } from '@countersign/service/http/passing/pass-on'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { credentialOf, type KeyedUpstream } from '../upstreams.ts'
import { isBegunBy, rememberBrowser, type Verifications } from '../verifications.ts'
import { browserCookie, browserId, notLoggedIn, type OperatorDoor } from './operator-door.ts'
import { nobodyElse } from './passed-routes.ts'
import { begunElsewhere, keyRefused } from './wire.ts'

const tags = ['verification']
const params = z.object({ id: z.string().min(1).max(200).describe('Id of the verification') })
/** The request can stand in it, in several protocols and in base64. */
const MAX_STARTED_BYTES = 8 * BODY_LIMITS.exchange

export interface VerificationRoutes {
  readonly verifier: KeyedUpstream
  readonly verifications: Verifications
  readonly door: OperatorDoor
  /** Public address of the portal. */
  readonly baseUrl: string
}

const ID = 'order-4711-zP3kQ9'
const CREATED_AT = 1_767_225_600

/** Of the two, one has a link and the other what a browser is handed. */
const startedAnyhow = z.union([startedVerification, startedThroughBrowser])

const started: StartedVerification = {
  id: ID,
  url: `openid4vp://authorize?client_id=x509_san_dns%3Averifier.example&request_uri=https%3A%2F%2Fverifier.example%2Fopenid4vc%2Frequest%2F${ID}`,
  expiresAt: CREATED_AT + 300,
}

/** Of a verification that is as good as decided: what its checks say stands in the verifier's own API page. */
const returned: VerificationView = {
  id: ID,
  dcqlQuery: {
    credentials: [{ id: 'identity', format: 'dc+sd-jwt', meta: { vct_values: ['urn:eudi:pid:1'] } }],
  },
  responseMode: 'direct_post',
  clientId: 'x509_san_dns:verifier.example',
  requestPassing: 'by_reference',
  createdAt: CREATED_AT,
  expiresAt: CREATED_AT + 300,
  returned: true,
  outcome: { verdict: 'declined', sentence: 'They declined. Nothing was shared.' },
  state: 'declined',
  decidedAt: CREATED_AT + 42,
  verificationResult: false,
  reason: 'access_denied',
}

const beginAnswers: DescribedAnswers = {
  200: {
    description:
      'What the QR code shows, or what the page hands to its browser; the browser is remembered by a cookie',
    schema: startedAnyhow,
    example: started,
  },
  400: errorAnswer('The verifier cannot use it; its message says why', {
    status: 400,
    message: 'body/dcql_query: Invalid input: expected object, received undefined',
  }),
  401: errorAnswer('Nobody is logged in', notLoggedIn),
  403: errorAnswer('The request comes from a page of another site', foreignPage),
  502: errorAnswer("The verifier refuses the portal's key", keyRefused('verifier')),
  503: errorAnswer('The verifier is away for the moment', silent('verifier')),
  504: errorAnswer('The verifier does not answer in time', late('verifier')),
}

const broughtAnswers: DescribedAnswers = {
  200: {
    description: 'The verifier took it, also where the wallet declined: where the page goes on',
    schema: authorizationResponseTaken,
    example: {
      redirect_uri: `https://portal.example/verify/${ID}/return?response_code=bXVzdCBiZSBndWVzc2Vk`,
    },
  },
  400: errorAnswer('The verifier does not accept it; its description says why', {
    status: 400,
    message: 'body/data: Invalid input: expected object, received undefined',
  }),
  401: errorAnswer('Nobody is logged in', notLoggedIn),
  403: errorAnswer('Another browser began it, and nothing was passed on', begunElsewhere),
  404: errorAnswer('There is no such verification', { status: 404, message: 'There is no such session' }),
  502: errorAnswer('The verifier refuses what the portal passes on', keyRefused('verifier')),
  ...storeAnswers(),
  504: errorAnswer('The verifier does not answer in time', late('verifier')),
}

const returnedAnswers: DescribedAnswers = {
  200: {
    description: 'The code was exchanged: the verification',
    schema: verificationView,
    example: returned,
  },
  400: errorAnswer('The code is none of this verification', {
    status: 400,
    message: 'The response code is wrong',
  }),
  401: errorAnswer('Nobody is logged in', notLoggedIn),
  403: errorAnswer('Another browser began it, and nothing was exchanged', begunElsewhere),
  404: errorAnswer('There is no such verification', { status: 404, message: 'There is no such session' }),
  409: errorAnswer('It was exchanged before', { status: 409, message: 'The response code was used' }),
  502: errorAnswer("The verifier refuses the portal's key", keyRefused('verifier')),
  ...storeAnswers(),
  504: errorAnswer('The verifier does not answer in time', late('verifier')),
}

export function verificationRoutes(app: ServiceApp, options: VerificationRoutes): void {
  const { door, verifications, verifier } = options
  app.post(
    '/api/verifications',
    {
      onRequest: door.keep,
      schema: { summary: 'Begin a verification in this browser', tags, body: beginVerificationBody },
      bodyLimit: BODY_LIMITS.exchange,
      config: { door: 'open', limited: false, begins: true, knowsCaller: nobodyElse, answers: beginAnswers },
    },
    async (request, reply) => {
      const { clientIdPrefix, requestPassing, responseMode, ttlSeconds, ...asked } = request.body
      const answer = await askUpstream(
        request,
        reply,
        verifier,
        {
          path: '/openid4vc/verify',
          body: JSON.stringify({
            ...asked,
            ...(isThroughBrowser(responseMode) && ownOrigin(options.baseUrl)),
          }),
          headers: {
            accept: 'application/json',
            ...wayBack(options.baseUrl),
            ...(responseMode !== undefined && { responsemode: responseMode }),
            ...(clientIdPrefix !== undefined && { clientidprefix: clientIdPrefix }),
            ...(requestPassing !== undefined && { requestpassing: requestPassing }),
            ...(ttlSeconds !== undefined && { sessionttl: String(ttlSeconds) }),
            ...credentialOf(verifier),
          },
          keyRefused: keyRefused('verifier'),
        },
        MAX_STARTED_BYTES,
      )
      if (answer.status !== 200) return sendText(reply, answer)
      const started = startedAnyhow.safeParse(JSON.parse(answer.text))
      if (!started.success) return fail(silent('verifier'))
      const browser = browserId(request) ?? verifications.newBrowserId()
      await rememberBrowser(verifications, started.data, browser)
      void reply.header('set-cookie', browserCookie(browser, options.baseUrl))
      return started.data
    },
  )

  app.post(
    '/api/verifications/:id/answer',
    {
      onRequest: door.keep,
      schema: {
        summary: 'The browser that began brings what it got from a wallet',
        tags,
        params,
        body: browserAnsweredBody,
      },
      bodyLimit: BODY_LIMITS.exchange,
      config: { door: 'open', limited: false, knowsCaller: nobodyElse, answers: broughtAnswers },
    },
    async (request, reply) => {
      const { id } = request.params
      await onlyTheirs(verifications, request)
      // Whatever is posted there is a wallet's: the key of the portal has no part in it.
      return passOn(request, reply, verifier, {
        path: `/openid4vc/verify/${encodeURIComponent(id)}`,
        body: JSON.stringify(request.body),
        keyRefused: keyRefused('verifier'),
      })
    },
  )

  app.post(
    '/api/verifications/:id/returned',
    {
      onRequest: door.keep,
      schema: {
        summary: 'The browser that began is back with a response code',
        tags,
        params,
        body: browserReturnedBody,
      },
      bodyLimit: BODY_LIMITS.message,
      config: { door: 'open', limited: true, answers: returnedAnswers },
    },
    async (request, reply) => {
      const { id } = request.params
      await onlyTheirs(verifications, request)
      return passOn(request, reply, verifier, {
        path: `/openid4vc/session/${encodeURIComponent(id)}/returned`,
        body: JSON.stringify(request.body),
        headers: credentialOf(verifier),
        keyRefused: keyRefused('verifier'),
      })
    },
  )
}

function isThroughBrowser(mode: BeginVerificationBody['responseMode']): boolean {
  return mode === 'dc_api' || mode === 'dc_api.jwt'
}

/** The page that asks is one of ours, whatever it says of itself. */
function ownOrigin(baseUrl: string): { readonly expected_origins: readonly string[] } {
  return { expected_origins: [new URL(baseUrl).origin] }
}

async function onlyTheirs(
  verifications: Verifications,
  request: FastifyRequest<{ Params: { id: string } }>,
): Promise<void> {
  const { id } = request.params
  const isTheirs = isSessionId(id) && (await isBegunBy(verifications, id, browserId(request)))
  if (!isTheirs) fail(begunElsewhere)
}

/** Where the wallet sends its user, whatever the answer was: the page says which. */
function wayBack(baseUrl: string): Readonly<Record<string, string>> {
  const address = `${baseUrl}/verify/$id/return`
  return { successredirecturi: address, errorredirecturi: address }
}

function sendText(reply: FastifyReply, { status, text }: { readonly status: number; readonly text: string }) {
  // As the verifier wrote it: the serializer must not quote it again.
  return reply.code(status).type('application/json; charset=utf-8').serializer(String).send(text)
}
