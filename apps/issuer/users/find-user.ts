/**
 * Who comes with an authorization request, on any instance: the browser is sent away with an attempt that stands in the request, and
 * what it brings back counts for the request, the attempt and the browser that it is of. Whatever goes wrong before it is known who
 * he is leaves the request as it was, and he may try again.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { writeDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import type { UserAttempt } from '@countersign/protocol/openid4vci/authorization/authenticated-user'
import type { Authorization } from '@countersign/protocol/openid4vci/authorization/authorization'
import { beginAttempt, openIn, type UserRefusal } from '@countersign/protocol/openid4vci/authorization/user'
import type { UserAuthentication } from '@countersign/protocol/openid4vci/session/state'
import { transition } from '@countersign/service/sessions/session-transition'
import { browserHash } from '../authorization/open-authorization.ts'
import type { Issuer, UserSourceRefusal } from '../issuer.ts'
import { arrive, type BroughtBack, openedIn, openParts } from './arrival.ts'
import {
  type FindingPorts,
  type FindRefusal,
  type InBrowser,
  known,
  type NextPage,
  type NotShown,
  USER_PATHS,
} from './known-user.ts'

/** Where the browser goes with a request that it has opened: also when it comes back, and when it is loaded again. */
export async function goOn(issuer: FindingPorts, place: InBrowser): Promise<Result<NextPage, FindRefusal>> {
  const opened = await openedIn(issuer, place)
  if (!opened.ok) return opened
  const authorization = opened.value
  const { attempt, authentication, user } = authorization
  if (authentication === undefined || user !== undefined) return ok({ page: 'ask', authorization })
  if (authentication.method === 'PWD') return sendToLogin(issuer, place, authorization)
  if (attempt?.method !== 'VP_TOKEN') return beginPresentation(issuer, place, authorization, authentication)
  return lookAtPresentation(issuer, place, authorization, { attempt, authentication })
}

/** A response code is good once, too, but our verifier says afterwards what came of it. */
export async function takePresentation(
  issuer: FindingPorts,
  brought: BroughtBack,
  responseCode: string | undefined,
): Promise<Result<NextPage, FindRefusal>> {
  const arrived = await arrive(issuer, brought)
  if (!arrived.ok) return arrived
  const { attemptId, authorization, place } = arrived.value
  const { attempt, user } = openParts(authorization)
  if (user !== undefined) return ok({ page: 'ask', authorization })
  if (attempt?.method !== 'VP_TOKEN' || issuer.userPresentations === undefined)
    return refuse({ code: 'attempt_unknown' })
  const found = await issuer.userPresentations.finish(attempt.verificationId, responseCode)
  if (!found.ok) return notShown(found.error)
  return known(issuer, place, authorization, { attemptId, found: found.value, method: 'VP_TOKEN' })
}

async function sendToLogin(
  issuer: FindingPorts,
  place: InBrowser,
  authorization: Authorization,
): Promise<Result<NextPage, FindRefusal>> {
  if (issuer.userLogin === undefined) return refuse({ code: 'user_source_away', reason: 'not_configured' })
  const id = newAttemptId(issuer)
  const redirectUri = issuer.baseUrl + USER_PATHS.login
  const begun = await issuer.userLogin.begin({ redirectUri, state: await writeState(issuer, place, id) })
  if (!begun.ok) return notShown(begun.error)
  const { address, codeVerifier, nonce } = begun.value
  const moved = await attemptIn(issuer, place, { method: 'PWD', id, nonce, codeVerifier })
  if (!moved.ok) return moved
  const { user } = moved.value
  // Somebody was faster in another tab of the same browser.
  return ok(user === undefined ? { page: 'elsewhere', address } : { page: 'ask', authorization })
}

/** Begun before it is written down: one that nobody knows ends by itself. */
async function beginPresentation(
  issuer: FindingPorts,
  place: InBrowser,
  { expiresAt }: Authorization,
  authentication: UserAuthentication,
): Promise<Result<NextPage, FindRefusal>> {
  if (issuer.userPresentations === undefined || authentication.method !== 'VP_TOKEN')
    return refuse({ code: 'user_source_away', reason: 'not_configured' })
  const id = newAttemptId(issuer)
  const state = await writeState(issuer, place, id)
  const begun = await issuer.userPresentations.begin({
    request: authentication.request,
    redirectUri: `${issuer.baseUrl}${USER_PATHS.presentation}?state=${state}`,
    ttlSeconds: expiresAt - issuer.now(),
  })
  if (!begun.ok) return notShown(begun.error)
  const moved = await attemptIn(issuer, place, { method: 'VP_TOKEN', id, ...begun.value })
  if (!moved.ok) return moved
  const { attempt, user } = moved.value
  if (user !== undefined || attempt?.method !== 'VP_TOKEN')
    return ok({ page: 'ask', authorization: moved.value })
  return ok({ page: 'present', authorization: moved.value, link: attempt.link })
}

/** The page is there again: what was begun goes on, and what failed begins once more. */
async function lookAtPresentation(
  issuer: FindingPorts,
  place: InBrowser,
  authorization: Authorization,
  {
    attempt,
    authentication,
  }: {
    readonly attempt: Extract<UserAttempt, { method: 'VP_TOKEN' }>
    readonly authentication: UserAuthentication
  },
): Promise<Result<NextPage, FindRefusal>> {
  const found = await issuer.userPresentations?.finish(attempt.verificationId, undefined)
  if (found === undefined) return refuse({ code: 'user_source_away', reason: 'not_configured' })
  const { id: attemptId, link, method } = attempt
  if (found.ok) return known(issuer, place, authorization, { attemptId, found: found.value, method })
  switch (found.error.code) {
    case 'presentation_open':
      return ok({ page: 'present', authorization, link })
    case 'user_not_shown':
      return beginPresentation(issuer, place, authorization, authentication)
    case 'login_denied':
    case 'user_source_away':
      return notShown(found.error)
  }
}

async function attemptIn(
  issuer: FindingPorts,
  { authorizationId, browser }: InBrowser,
  attempt: UserAttempt,
): Promise<Result<Extract<Authorization, { readonly state: 'pending' }>, FindRefusal>> {
  const [now, hash] = [issuer.now(), await browserHash(issuer, browser)]
  const moved = await transition<Authorization, UserRefusal>(
    issuer.authorizations,
    authorizationId,
    (authorization) => beginAttempt(authorization, { attempt, browser: hash }, now),
    undefined,
    issuer.backOff,
  )
  if (!moved.ok) return moved
  return openIn(moved.value.after, hash, now)
}

function notShown(error: UserSourceRefusal): Result<never, NotShown> {
  // Nobody was asked anything yet.
  return error.code === 'login_denied'
    ? refuse({ code: 'user_source_away', reason: error.code })
    : refuse(error)
}

function newAttemptId({ crypto }: Pick<Issuer, 'crypto'>): string {
  return encodeBase64url(crypto.randomBytes(16))
}

function writeState({ macs }: Pick<Issuer, 'macs'>, { authorizationId }: InBrowser, attemptId: string) {
  return writeDerivedSecret('user_state', authorizationId, macs.grant, attemptId)
}
