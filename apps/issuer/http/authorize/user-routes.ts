/**
 * Where a browser goes on its way through an authorization request that is for somebody who shows who he is (OpenID4VCI 1.0 §5): to a
 * login provider or to his wallet, and back. Each page is for the browser that opened the request, and answers in plain HTML.
 */
import { authorizationPlace, authorizationQuery } from '@countersign/api/issuer/openid4vci'
import type { Result } from '@countersign/core/result'
import type { Form } from '@countersign/protocol/oauth/form-parameters'
import { preferredLanguage } from '@countersign/service/http/answers/accept'
import { type WireError, wireError } from '@countersign/service/http/answers/wire-errors'
import { basePathOf } from '@countersign/service/http/base-path'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { cookieNamed } from '@countersign/service/login/own-page'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Issuer } from '../../issuer.ts'
import { stateOf } from '../../users/arrival.ts'
import { goOn, takePresentation } from '../../users/find-user.ts'
import { type FindRefusal, type NextPage, USER_PATHS } from '../../users/known-user.ts'
import { takeLogin } from '../../users/take-login.ts'
import { againPage, askingPage, presentingPage } from './authorization-page.ts'
import {
  askedBy,
  cookieOf,
  goingOnAddress,
  REPEATED,
  refuse,
  sendPage,
  singles,
} from './authorization-routes.ts'
import { PAGE_LANGUAGES } from './page-texts.ts'
import { FIND_ERRORS, mayTryAgain } from './wire-users.ts'

interface Visit {
  readonly issuer: Issuer
  readonly displayName: string
  readonly authorizationId: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

const config = { door: 'open', limited: true } as const

export function userRoutes(app: ServiceApp, issuer: Issuer, displayName: string): void {
  app.get(
    '/authorize/continue',
    // For browsers, and no call of an API.
    { schema: { hide: true, querystring: authorizationPlace }, config },
    async (request, reply) => {
      const { authorization: authorizationId } = request.query
      const visit = { issuer, displayName, authorizationId, request, reply }
      const browser = browserIn(request, authorizationId)
      return show(visit, await goOn(issuer, { authorizationId, browser }))
    },
  )

  app.get(
    USER_PATHS.login,
    { schema: { hide: true, querystring: authorizationQuery }, config },
    async (request, reply) => {
      const form = singles(request.query)
      if (form === undefined) return refuse(REPEATED, request, reply)
      return back(issuer, displayName, form, request, reply, (brought) =>
        takeLogin(issuer, brought, new URLSearchParams(form)),
      )
    },
  )

  app.get(
    USER_PATHS.presentation,
    { schema: { hide: true, querystring: authorizationQuery }, config },
    async (request, reply) => {
      const form = singles(request.query)
      if (form === undefined) return refuse(REPEATED, request, reply)
      return back(issuer, displayName, form, request, reply, (brought) =>
        takePresentation(issuer, brought, form['response_code']),
      )
    },
  )
}

type Take = (brought: {
  readonly state: string
  readonly browser: string
}) => Promise<Result<NextPage, FindRefusal>>

async function back(
  issuer: Issuer,
  displayName: string,
  form: Form,
  request: FastifyRequest,
  reply: FastifyReply,
  take: Take,
): Promise<FastifyReply> {
  const state = form['state'] ?? ''
  const authorizationId = (await stateOf(issuer, state))?.authorizationId
  if (authorizationId === undefined)
    return refuse(wireError(FIND_ERRORS, { code: 'attempt_unknown' }), request, reply)
  const visit = { issuer, displayName, authorizationId, request, reply }
  const next = await take({ state, browser: browserIn(request, authorizationId) })
  // What the browser came back with is gone from its address then.
  if (next.ok && next.value.page === 'ask')
    return reply.redirect(goingOnAddress(issuer, authorizationId), 303)
  return show(visit, next)
}

/** That it is a page of ours that asks does not matter: nothing is decided by coming here. */
function browserIn({ headers }: FastifyRequest, authorizationId: string): string {
  return cookieNamed(cookieOf(authorizationId), headers.cookie) ?? ''
}

async function show(visit: Visit, next: Result<NextPage, FindRefusal>): Promise<FastifyReply> {
  const { displayName, issuer, reply, request } = visit
  if (!next.ok) return tellRefusal(visit, next.error)
  const language = preferredLanguage(request, PAGE_LANGUAGES)
  switch (next.value.page) {
    case 'ask':
      return sendPage(
        askingPage(askedBy(issuer, next.value.authorization, displayName, language), language),
        200,
        reply,
      )
    case 'present': {
      const { authorization, link } = next.value
      const asked = askedBy(issuer, authorization, displayName, language)
      return sendPage(presentingPage({ ...asked, link }, language), 200, reply)
    }
    case 'elsewhere':
      return reply.redirect(next.value.address, 303)
  }
}

async function tellRefusal(
  { authorizationId, issuer, reply, request }: Visit,
  refusal: FindRefusal,
): Promise<FastifyReply> {
  const error: WireError = wireError(FIND_ERRORS, refusal)
  const found = mayTryAgain(refusal) ? await issuer.authorizations.get(authorizationId) : undefined
  if (found === undefined) return refuse(error, request, reply)
  request.refusal = refusal.code
  const again = {
    authorizationId,
    redirectUri: found.value.request.redirectUri,
    action: `${basePathOf(issuer.baseUrl)}/authorize/decision`,
    again: goingOnAddress(issuer, authorizationId),
    reason: `${error.code ?? 'invalid_request'}: ${error.message}`,
  }
  return sendPage(againPage(again, preferredLanguage(request, PAGE_LANGUAGES)), error.status, reply)
}
