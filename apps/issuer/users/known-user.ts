/**
 * Somebody is known: what he is taken for is judged before he is asked, written into the request by compare-and-set, and told to who
 * waits for the offer. Who is not let in is sent back to his wallet.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result } from '@countersign/core/result'
import type { Authorization } from '@countersign/protocol/openid4vci/authorization/authorization'
import { recordUser, type UserRefusal } from '@countersign/protocol/openid4vci/authorization/user'
import type { DenialReason } from '@countersign/protocol/openid4vci/session/message'
import type { PromisedCredential, UserAuthentication } from '@countersign/protocol/openid4vci/session/state'
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
import { promiseCredential } from '../offer/promise-credential.ts'
import type { BeginningPorts } from '../standing/begin-issuance.ts'

export type FindingPorts = DecisionPorts &
  BeginningPorts &
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

interface Shown {
  readonly attemptId: string
  readonly found: FoundUser
  readonly method: UserAuthentication['method']
}

export async function known(
  issuer: FindingPorts,
  place: InBrowser,
  asked: Authorization,
  { attemptId, found, method }: Shown,
): Promise<Result<NextPage, FindRefusal>> {
  const claims = await claimsFor(issuer, asked, found.known)
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
  // Where nothing has begun, it is written when it does.
  if (moved.value.changed && asked.begins === undefined)
    await stepSession(issuer, asked.issuanceId, (session) =>
      stepIssuance(session, { type: 'user_authenticated', method }, now),
    )
  return ok({ page: 'ask', authorization: moved.value.after })
}

/** What of him goes into which credential; undefined where one of them could not be made of it. */
async function claimsFor(
  issuer: FindingPorts,
  authorization: Authorization,
  user: JsonObject,
): Promise<Readonly<Record<string, JsonObject>> | undefined> {
  const { configurationIds } = authorization
  const promised = await promisedTo(issuer, authorization)
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

/** Where somebody else has the offer by now, he is told so when he says yes. */
async function promisedTo(
  issuer: FindingPorts,
  authorization: Authorization,
): Promise<readonly PromisedCredential[]> {
  if (authorization.begins !== undefined) {
    // A start is mostly loading, and most who come have an offer that is for them.
    const { promisedFor } = await import('../standing/standing-calls.ts')
    return promisedFor(issuer, authorization)
  }
  const session = (await issuer.sessions.get(authorization.issuanceId))?.value
  return session?.state === 'offered' ? session.promised : []
}

/** The wallet is told, as where he says no on the page. */
export async function deny(
  issuer: FindingPorts,
  place: InBrowser,
  reason: DenialReason,
): Promise<Result<NextPage, FindRefusal>> {
  const address = await decide(issuer, { ...place, decision: 'denied', reason }, nothingBegins)
  return address.ok ? ok({ page: 'elsewhere', address: address.value }) : address
}

/** A no begins nothing. */
const nothingBegins = async () => false
