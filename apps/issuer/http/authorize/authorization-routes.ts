/**
 * Where an issuance is authorized in a browser: the endpoint for pushed requests (RFC 9126), the authorization endpoint with its
 * page, and where its form goes (OpenID4VCI 1.0 §5). A request that comes unpushed is laid down first, so that there is one way from
 * there on.
 */
import {
  authorizationDecision,
  authorizationQuery,
  pushedRequest,
  pushedResponse,
} from '@countersign/api/issuer/openid4vci'
import { encodeBase64url } from '@countersign/core/base64url'
import type { Form } from '@countersign/protocol/oauth/form-parameters'
import {
  parsePushedReference,
  refuseReference,
  writePushedResponse,
} from '@countersign/protocol/oauth/pushed-request'
import { authorizationResponseUrl } from '@countersign/protocol/oauth/redirect-response'
import { type Authorization, needsUser } from '@countersign/protocol/openid4vci/authorization/authorization'
import {
  parseAuthorizationRequest,
  parseAuthorizationReturn,
} from '@countersign/protocol/openid4vci/authorization/authorization-request'
import { preferredLanguage } from '@countersign/service/http/answers/accept'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail, type WireError, wireError } from '@countersign/service/http/answers/wire-errors'
import { basePathOf } from '@countersign/service/http/base-path'
import { storeAnswers } from '@countersign/service/http/common-answers'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { cookieNamed, isOwnPage, ownCookie } from '@countersign/service/login/own-page'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ReceivedClient } from '../../authorization/client-authentication.ts'
import { decide } from '../../authorization/decide-authorization.ts'
import { openPushed } from '../../authorization/open-authorization.ts'
import { pushAuthorization } from '../../authorization/push-authorization.ts'
import type { Issuer } from '../../issuer.ts'
import { freshChallenges } from '../answers/fresh-challenges.ts'
import { receivedProof } from '../answers/received-proof.ts'
import { type Asked, askingPage, type Page, refusedPage } from './authorization-page.ts'
import { PAGE_LANGUAGES } from './page-texts.ts'
import {
  DECISION_ERRORS,
  OPEN_ERRORS,
  PUSH_ERRORS,
  PUSHED_ONLY,
  REQUEST_ERRORS,
} from './wire-authorization.ts'

const tags = ['wallet']

export interface AuthorizationRouteOptions {
  /** As wallets show the issuer. */
  readonly displayName: string
  /** RFC 9126 §5 */
  readonly requirePushedRequests?: boolean | undefined
}

export function authorizationRoutes(
  app: ServiceApp,
  issuer: Issuer,
  options: AuthorizationRouteOptions,
): void {
  pushRoute(app, issuer)
  authorizeRoute(app, issuer, options)
  decisionRoute(app, issuer)
}

function pushRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/par',
    {
      onRequest: freshChallenges(issuer),
      schema: {
        summary: 'Pushed authorization request endpoint',
        description:
          'Lays an authorization request down, and answers the name that a browser comes with. In place of the issuer_state of the example comes that of the offer.',
        tags,
        body: pushedRequest,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        door: 'wallet',
        limited: true,
        accepts: ['form'],
        answers: {
          201: { description: 'It was laid down', schema: pushedResponse },
          400: errorAnswer(
            'The request cannot be read, or asks for what is not offered (RFC 9126 §2.3)',
            PUSH_ERRORS.issuer_state_unknown({ code: 'issuer_state_unknown' }),
            'oauth',
          ),
          401: errorAnswer(
            'The client is not known, or does not show that it is the one (RFC 6749 §5.2)',
            PUSH_ERRORS.client_unknown({ code: 'client_unknown' }),
            'oauth',
          ),
          ...storeAnswers('oauth'),
        },
      },
    },
    async (request, reply) => {
      const reference = refuseReference(request.body)
      if (!reference.ok) fail(wireError(REQUEST_ERRORS, reference.error))
      const dpop = request.headers['dpop'] === undefined ? undefined : receivedProof(request, '/par')
      const { body: form, headers } = request
      const client = { form, headers, path: '/par' }
      const pushed = await push(issuer, client, dpop)
      if ('refused' in pushed) fail(pushed.refused)
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(writePushedResponse(pushed.requestUri, pushed.expiresInSeconds))
    },
  )
}

/** A start is mostly loading, and most who come have an offer that is for them. */
function standing() {
  return import('../../standing/standing-calls.ts')
}

type Pushed =
  | { readonly requestUri: string; readonly expiresInSeconds: number }
  | { readonly refused: WireError }

async function push(
  issuer: Issuer,
  client: ReceivedClient,
  dpop?: ReturnType<typeof receivedProof>,
): Promise<Pushed> {
  const parsed = parseAuthorizationRequest(client.form, issuer.baseUrl)
  if (!parsed.ok) return { refused: wireError(REQUEST_ERRORS, parsed.error) }
  const asked = { request: parsed.value, client, dpop }
  const pushed = await pushAuthorization(issuer, asked, async (meant) => {
    const { openProfileFinder } = await standing()
    return openProfileFinder(issuer)(meant)
  })
  return pushed.ok ? pushed.value : { refused: wireError(PUSH_ERRORS, pushed.error) }
}

function authorizeRoute(app: ServiceApp, issuer: Issuer, options: AuthorizationRouteOptions): void {
  app.get(
    '/authorize',
    {
      // For browsers, and no call of an API.
      schema: { hide: true, querystring: authorizationQuery },
      config: { door: 'open', limited: true },
    },
    async (request, reply) => {
      const form = singles(request.query)
      if (form === undefined) return refuse(REPEATED, request, reply)
      const reference = parsePushedReference(form)
      if (!reference.ok) return refuse(wireError(REQUEST_ERRORS, reference.error), request, reply)
      if (reference.value === undefined) return layDown(issuer, form, options, request, reply)
      const { clientId, requestUri } = reference.value
      return showPage(issuer, { clientId, requestUri }, options, request, reply)
    },
  )
}

export const REPEATED = REQUEST_ERRORS.invalid_request({
  code: 'invalid_request',
  parameter: 'that stands there twice',
})

/** RFC 6749 §3.1: a parameter stands there once. */
export function singles(query: Readonly<Record<string, string | readonly string[]>>): Form | undefined {
  const form: Record<string, string> = {}
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== 'string') return undefined
    form[name] = value
  }
  return form
}

/** An unpushed request: what is wrong with it is told to the client, where it says who and where that is. */
async function layDown(
  issuer: Issuer,
  form: Form,
  { requirePushedRequests }: AuthorizationRouteOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const back = parseAuthorizationReturn(form)
  if (!back.ok) return refuse(wireError(REQUEST_ERRORS, back.error), request, reply)
  if (requirePushedRequests) return refuse(PUSHED_ONLY, request, reply)
  // A browser shows nobody who a client is, whatever headers it sends along: a client that proves it pushes its requests.
  const pushed = await push(issuer, { form, headers: {}, path: '/authorize' })
  if ('refused' in pushed) {
    // RFC 6749 §4.1.2.1: nobody is sent to an address that may be somebody else's.
    if (isOfNobody(pushed.refused)) return refuse(pushed.refused, request, reply)
    const { code = 'invalid_request', message } = pushed.refused
    request.refusal = pushed.refused.refusal ?? code
    return reply.redirect(
      authorizationResponseUrl(
        { error: code, description: message },
        { ...back.value, issuer: issuer.baseUrl },
      ),
      303,
    )
  }
  const query = new URLSearchParams({ client_id: back.value.clientId, request_uri: pushed.requestUri })
  return reply.redirect(`${basePathOf(issuer.baseUrl)}/authorize?${query.toString()}`, 303)
}

function isOfNobody({ code, refusal }: WireError): boolean {
  return code === 'invalid_client' || refusal === 'redirect_uri_unregistered'
}

async function showPage(
  issuer: Issuer,
  reference: { readonly clientId: string; readonly requestUri: string },
  { displayName }: AuthorizationRouteOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const browser = encodeBase64url(issuer.crypto.randomBytes(16))
  const opened = await openPushed(issuer, reference, browser)
  if (!opened.ok) return refuse(wireError(OPEN_ERRORS, opened.error), request, reply)
  const authorization = opened.value
  void reply.header('set-cookie', browserCookie(issuer, authorization, browser))
  if (needsUser(authorization)) return reply.redirect(goingOnAddress(issuer, authorization.id), 303)
  const language = preferredLanguage(request, PAGE_LANGUAGES)
  return sendPage(askingPage(askedBy(issuer, authorization, displayName, language), language), 200, reply)
}

/** Where it is found out who somebody is, and he is asked. */
export function goingOnAddress({ baseUrl }: Pick<Issuer, 'baseUrl'>, authorizationId: string): string {
  return `${basePathOf(baseUrl)}/authorize/continue?authorization=${authorizationId}`
}

export function askedBy(
  issuer: Issuer,
  authorization: Authorization,
  issuerName: string,
  language: string,
): Asked {
  const { authentication, clientProof, configurationIds, id: authorizationId, request } = authorization
  const user = authorization.state === 'pending' ? authorization.user : undefined
  return {
    authorizationId,
    issuerName,
    credentials: configurationIds.map((id) => nameOf(issuer, id, language)),
    clientId: request.clientId,
    clientProof,
    redirectUri: request.redirectUri,
    action: `${basePathOf(issuer.baseUrl)}/authorize/decision`,
    user: user && authentication && { method: authentication.method, name: user.name },
  }
}

/** One for each request: who opens two in one browser decides both. */
export const cookieOf = (authorizationId: string) => `authorization-${authorizationId}`

function browserCookie(
  { baseUrl, limits }: Issuer,
  { authentication, id }: Authorization,
  value: string,
): string {
  const maxAgeSeconds = limits.authorization.openSeconds + limits.authorization.decideSeconds
  // The login provider and the wallet send the browser back to a page below.
  const followsLinks = authentication !== undefined
  return ownCookie({ name: cookieOf(id), value, path: '/authorize', maxAgeSeconds, followsLinks }, baseUrl)
}

function nameOf({ types }: Issuer, configurationId: string, language: string): string {
  const display = types.get(configurationId)?.configuration.display ?? []
  const fits = display.find(({ locale }) => locale?.split('-', 1)[0] === language) ?? display[0]
  return fits?.name ?? configurationId
}

function decisionRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/authorize/decision',
    {
      schema: { hide: true, body: authorizationDecision },
      bodyLimit: BODY_LIMITS.message,
      config: { door: 'open', limited: true, accepts: ['form'] },
    },
    async (request, reply) => {
      const { authorization: authorizationId, decision } = request.body
      const browser = isOwnPage(request.headers)
        ? cookieNamed(cookieOf(authorizationId), request.headers.cookie)
        : undefined
      const decided = await decide(
        issuer,
        {
          authorizationId,
          browser: browser ?? '',
          decision: decision === 'approve' ? 'approved' : 'denied',
        },
        async (authorization) => (await standing()).beginIssuance(issuer, authorization),
      )
      if (!decided.ok) return refuse(wireError(DECISION_ERRORS, decided.error), request, reply)
      return reply.redirect(decided.value, 303)
    },
  )
}

export function refuse(error: WireError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code = 'invalid_request', message, refusal = code, status } = error
  request.refusal = refusal
  return sendPage(
    refusedPage(`${code}: ${message}`, preferredLanguage(request, PAGE_LANGUAGES)),
    status,
    reply,
  )
}

export function sendPage({ headers, markup }: Page, status: number, reply: FastifyReply): FastifyReply {
  return reply.code(status).headers(headers).type('text/html; charset=utf-8').send(markup.text)
}
