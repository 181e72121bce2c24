/** Somebody comes back from the login provider. Its code is good once, so one asks with it, at whichever instance, and others wait. */
import { setTimeout as delay } from 'node:timers/promises'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Authorization } from '@countersign/protocol/openid4vci/authorization/authorization'
import {
  releaseAttempt,
  takeAttempt,
  type UserRefusal,
} from '@countersign/protocol/openid4vci/authorization/user'
import { type SessionUnknown, transition } from '@countersign/service/sessions/session-transition'
import { browserHash } from '../authorization/open-authorization.ts'
import { type Arrived, arrive, type BroughtBack, openParts } from './arrival.ts'
import {
  deny,
  type FindingPorts,
  type FindRefusal,
  type InBrowser,
  known,
  type NextPage,
  USER_PATHS,
} from './known-user.ts'

export async function takeLogin(
  issuer: FindingPorts,
  brought: BroughtBack,
  query: URLSearchParams,
): Promise<Result<NextPage, FindRefusal>> {
  const arrived = await arrive(issuer, brought)
  if (!arrived.ok) return arrived
  const { attemptId, place } = arrived.value
  for (let looks = 1; ; looks += 1) {
    const taken = await turnOf(issuer, place, attemptId)
    if (taken.ok) return askProvider(issuer, brought, { ...arrived.value, authorization: taken.value }, query)
    if (taken.error.code !== 'attempt_taken' || looks >= MOST_LOOKS) return taken
    await delay(LOOK_MS)
  }
}

/** Longer than the provider is waited for. */
const TURN_SECONDS = 30
const LOOK_MS = 150
const MOST_LOOKS = 40

async function turnOf(
  issuer: FindingPorts,
  { authorizationId, browser }: InBrowser,
  attemptId: string,
): Promise<Result<Authorization, UserRefusal | SessionUnknown>> {
  const [now, hash] = [issuer.now(), await browserHash(issuer, browser)]
  const moved = await transition<Authorization, UserRefusal>(
    issuer.authorizations,
    authorizationId,
    (authorization) => takeAttempt(authorization, { attemptId, browser: hash, seconds: TURN_SECONDS }, now),
    undefined,
    issuer.backOff,
  )
  return moved.ok ? ok(moved.value.after) : moved
}

async function askProvider(
  issuer: FindingPorts,
  { state }: BroughtBack,
  { attemptId, authorization, place }: Arrived,
  query: URLSearchParams,
): Promise<Result<NextPage, FindRefusal>> {
  const { attempt, user } = openParts(authorization)
  // Browsers load pages twice.
  if (user !== undefined) return ok({ page: 'ask', authorization })
  if (attempt?.method !== 'PWD' || issuer.userLogin === undefined) return refuse({ code: 'attempt_unknown' })
  const back = { redirectUri: issuer.baseUrl + USER_PATHS.login, state }
  const found = await issuer.userLogin.finish(query, attempt, back)
  if (found.ok) return known(issuer, place, authorization, { attemptId, found: found.value, method: 'PWD' })
  if (found.error.code === 'login_denied') return deny(issuer, place, found.error.code)
  await transition<Authorization, never>(
    issuer.authorizations,
    place.authorizationId,
    (one) => ok(releaseAttempt(one, attemptId)),
    undefined,
    issuer.backOff,
  )
  return refuse(found.error)
}
