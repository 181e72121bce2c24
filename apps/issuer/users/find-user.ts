/**
 * Who comes with an authorization request, on any instance: the browser is sent away with an attempt that stands in the request, and
 * what it brings back counts for the request, the attempt and the browser that it is of. Whatever goes wrong before it is known who
 * he is leaves the request as it was, and he may try again. What he is taken for is judged before he is asked.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { encodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { isSessionId } from '@countersign/core/session-id'
import { readLabelledSecret, writeDerivedSecret } from '@countersign/protocol/oauth/derived-secret'
import type { UserAttempt } from '@countersign/protocol/openid4vci/authorization/authenticated-user'
import type {
  Authorization,
  PendingAuthorization,
} from '@countersign/protocol/openid4vci/authorization/authorization'
import {
  beginAttempt,
  openIn,
  recordUser,
  releaseAttempt,
  takeAttempt,
  type UserRefusal,
} from '@countersign/protocol/openid4vci/authorization/user'
import type { DenialReason } from '@countersign/protocol/openid4vci/session/message'
import type { UserAuthentication } from '@countersign/protocol/openid4vci/session/state'
import { stepIssuance } from '@countersign/protocol/openid4vci/session/step'
import {
  type SessionUnknown,
  stepSession,
  transition,
} from '@countersign/service/sessions/session-transition'
import { type DecisionPorts, type DecisionRefusal, decide } from '../authorization/decide-authorization.ts'
import { browserHash } from '../authorization/open-authorization.ts'
import type { FoundUser, Issuer, UserSourceRefusal } from '../issuer.ts'
import { orderFor, userClaimsOf } from '../offer/held-back.ts'
import { type PromisingPorts, promiseCredential } from '../offer/promise-credential.ts'

export type FindingPorts = DecisionPorts &
  PromisingPorts &
  Pick<Issuer, 'baseUrl' | 'userLogin' | 'userPresentations'>

export interface InBrowser {
  readonly authorizationId: string
  /** What only that browser has. */
  readonly browser: string
}

/** What the browser does next. */
export type NextPage =
  /** It is known who he is, or need not be: he is asked. */
  | { readonly page: 'ask'; readonly authorization: Authorization }
  | { readonly page: 'present'; readonly authorization: Authorization; readonly link: string }
  | { readonly page: 'elsewhere'; readonly address: string }

export type FindRefusal = UserRefusal | SessionUnknown | DecisionRefusal | NotShown

/** He may try again. */
export type NotShown = Exclude<UserSourceRefusal, { readonly code: 'login_denied' }>

export const USER_PATHS = {
  login: '/authorize/login-callback',
  presentation: '/authorize/presentation-callback',
} as const

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

export interface BroughtBack {
  readonly state: string
  readonly browser: string
}

/** The request that a browser came back for; it costs a keyed hash, so who guesses reaches no store. */
export async function stateOf(
  { macs }: Pick<Issuer, 'macs'>,
  state: string,
): Promise<{ readonly authorizationId: string; readonly attemptId: string } | undefined> {
  const named = await readLabelledSecret('user_state', state, macs.grant)
  return named && { authorizationId: named.sessionId, attemptId: named.label }
}

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

interface Arrived {
  readonly place: InBrowser
  readonly attemptId: string
  readonly authorization: Authorization
}

/** The request that the state names, in the browser that it is open in, with the attempt that the state is of. */
async function arrive(
  issuer: FindingPorts,
  { browser, state }: BroughtBack,
): Promise<Result<Arrived, FindRefusal>> {
  const named = await stateOf(issuer, state)
  if (named === undefined) return refuse({ code: 'attempt_unknown' })
  const { attemptId, authorizationId } = named
  const place = { authorizationId, browser }
  const opened = await openedIn(issuer, place)
  if (!opened.ok) return opened
  const { attempt, user } = opened.value
  if (attempt?.id !== attemptId && user?.attemptId !== attemptId) return refuse({ code: 'attempt_unknown' })
  return ok({ place, attemptId, authorization: opened.value })
}

function openParts(authorization: Authorization): Pick<PendingAuthorization, 'attempt' | 'user'> {
  return authorization.state === 'pending' ? authorization : {}
}

async function openedIn(
  issuer: Pick<Issuer, 'authorizations' | 'crypto' | 'now'>,
  { authorizationId, browser }: InBrowser,
) {
  if (!isSessionId(authorizationId)) return refuse({ code: 'session_unknown' as const })
  const found = await issuer.authorizations.get(authorizationId)
  if (found === undefined) return refuse({ code: 'session_unknown' as const })
  return openIn(found.value, await browserHash(issuer, browser), issuer.now())
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

interface Shown {
  readonly attemptId: string
  readonly found: FoundUser
  readonly method: UserAuthentication['method']
}

async function known(
  issuer: FindingPorts,
  place: InBrowser,
  { configurationIds, issuanceId }: Authorization,
  { attemptId, found, method }: Shown,
): Promise<Result<NextPage, FindRefusal>> {
  const claims = await claimsFor(issuer, { configurationIds, issuanceId }, found.known)
  if (claims === undefined) return deny(issuer, place, 'user_claims_unfit')
  const now = issuer.now()
  const browser = await browserHash(issuer, place.browser)
  const user = { at: now, attemptId, name: found.name, claims }
  const moved = await transition<Authorization, UserRefusal>(
    issuer.authorizations,
    place.authorizationId,
    (authorization) => recordUser(authorization, { browser, user }, now),
    undefined,
    issuer.backOff,
  )
  if (!moved.ok) return moved
  if (moved.value.changed)
    await stepSession(issuer, issuanceId, (session) =>
      stepIssuance(session, { type: 'user_authenticated', method }, now),
    )
  return ok({ page: 'ask', authorization: moved.value.after })
}

/** What of him goes into which credential; undefined where one of them could not be made of it. */
async function claimsFor(
  issuer: FindingPorts,
  { configurationIds, issuanceId }: Pick<Authorization, 'configurationIds' | 'issuanceId'>,
  user: JsonObject,
): Promise<Readonly<Record<string, JsonObject>> | undefined> {
  const session = (await issuer.sessions.get(issuanceId))?.value
  // Where somebody else has the offer by now, he is told so when he says yes.
  const promised = session?.state === 'offered' ? session.promised : []
  const claims = new Map<string, JsonObject>()
  for (const one of promised) {
    const { configurationId, heldBack } = one
    if (heldBack === undefined || !configurationIds.includes(configurationId)) continue
    const own = userClaimsOf(heldBack, user)
    const made = await promiseCredential(issuer, orderFor(one, heldBack, own))
    if (!made.ok) return undefined
    claims.set(configurationId, own)
  }
  return Object.fromEntries(claims)
}

/** The wallet is told, as where he says no on the page. */
async function deny(
  issuer: FindingPorts,
  place: InBrowser,
  reason: DenialReason,
): Promise<Result<NextPage, FindRefusal>> {
  const address = await decide(issuer, { ...place, decision: 'denied', reason })
  return address.ok ? ok({ page: 'elsewhere', address: address.value }) : address
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
