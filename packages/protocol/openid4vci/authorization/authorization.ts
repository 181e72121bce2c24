/**
 * An authorization request on its way through a browser: laid down, opened, decided once. Pure: the clock is an argument, and the
 * browser is known by a hash of what only it has. What is decided about is an issuance; its own session says who has it. How it is
 * found out who the user is, where that is asked: `user.ts`.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { DenialReason } from '../session/message.ts'
import type { UserAuthentication } from '../session/state.ts'
import type { AuthenticatedUser, UserAttempt } from './authenticated-user.ts'
import type { AuthorizationRequest } from './authorization-request.ts'

export type Authorization = PendingAuthorization | DecidedAuthorization

export type PendingAuthorization = Base & {
  readonly state: 'pending'
  /** Where it was opened last; absent: nowhere. */
  readonly browser?: string | undefined
  /** Where that browser was sent last to show who its user is. */
  readonly attempt?: UserAttempt | undefined
  /** Who that is; absent: it is not known. */
  readonly user?: AuthenticatedUser | undefined
}

export type DecidedAuthorization = Base & {
  readonly state: Decision
  readonly browser: string
  readonly user?: AuthenticatedUser | undefined
  /** Why it was denied, where nobody said so on our page. */
  readonly reason?: DenialReason | undefined
}

/** Its maker vouches for it; or the issuer knows its key. */
export type ClientProof = 'attested' | 'registered'

export type Decision = 'approved' | 'denied'

interface Base {
  readonly id: string
  /** Epoch seconds. */
  readonly createdAt: number
  /** Epoch seconds: until then a browser may come with it, and when one has come, decide. */
  readonly expiresAt: number
  readonly request: AuthorizationRequest
  /** By what the client showed that it is the one that it says; absent: by nothing. */
  readonly clientProof?: ClientProof | undefined
  /** RFC 7638 thumbprint of the key of the attested client instance. */
  readonly clientKey?: string | undefined
  /** The issuance that is taken up; where it begins with the decision, the id that it will have. */
  readonly issuanceId: string
  /** What it begins from; absent: it is there. */
  readonly begins?: IssuanceBeginning | undefined
  /** Those of its credentials that are asked for. */
  readonly configurationIds: readonly string[]
  /** How its user shows who he is; absent: he need not. */
  readonly authentication?: UserAuthentication | undefined
}

export type IssuanceBeginning =
  /** An offer that several take up. */
  | { readonly from: 'offer'; readonly offerId: string }
  /** No offer: a profile that is open to wallets; the version is the one that the request was laid down by. */
  | { readonly from: 'profile'; readonly name: string; readonly version: number }

export type AuthorizationRefusal =
  | { readonly code: 'authorization_over' }
  | { readonly code: 'authorization_decided' }
  | { readonly code: 'other_browser' }
  /** It is to be found out first who says yes. */
  | { readonly code: 'user_unknown' }

/** How long a browser may come with a request, and how long somebody may think about it then, in seconds. */
export interface AuthorizationTimes {
  readonly openSeconds: number
  readonly decideSeconds: number
}

export function beginAuthorization(
  begun: Omit<Base, 'createdAt' | 'expiresAt'>,
  { openSeconds }: AuthorizationTimes,
  now: number,
): PendingAuthorization {
  return { ...begun, state: 'pending', createdAt: now, expiresAt: now + openSeconds }
}

/**
 * It may be opened again until it is decided, also elsewhere: people change their mind about the browser. The browser that opened
 * it last is the one that decides.
 */
export function openAuthorization(
  authorization: Authorization,
  browser: string,
  { decideSeconds, openSeconds }: AuthorizationTimes,
  now: number,
): Result<Authorization, AuthorizationRefusal> {
  if (authorization.state !== 'pending') return refuse({ code: 'authorization_decided' })
  if (now >= authorization.expiresAt) return refuse({ code: 'authorization_over' })
  if (authorization.browser === browser) return ok(authorization)
  // Who somebody was in another browser says nothing about this one.
  const { attempt: _attempt, user: _user, ...opened } = authorization
  // Counted from the beginning, so that nobody keeps one open for ever by opening it again.
  const expiresAt = authorization.createdAt + openSeconds + decideSeconds
  return ok({ ...opened, browser, expiresAt })
}

/** The same decision of the same browser once more changes nothing: its answer may have been lost. */
export function decideAuthorization(
  authorization: Authorization,
  {
    browser,
    decision,
    reason,
  }: {
    readonly browser: string
    readonly decision: Decision
    readonly reason?: DenialReason | undefined
  },
  now: number,
): Result<Authorization, AuthorizationRefusal> {
  if (authorization.browser !== browser) return refuse({ code: 'other_browser' })
  if (authorization.state === decision) return ok(authorization)
  if (authorization.state !== 'pending') return refuse({ code: 'authorization_decided' })
  if (now >= authorization.expiresAt) return refuse({ code: 'authorization_over' })
  const { attempt: _attempt, user, ...asked } = authorization
  // Of whom nothing is issued to, nothing is kept.
  if (decision === 'denied')
    return ok({ ...asked, state: decision, browser, ...(reason !== undefined && { reason }) })
  if (needsUser(authorization)) return refuse({ code: 'user_unknown' })
  return ok({ ...asked, state: decision, browser, ...(user !== undefined && { user }) })
}

/** Whether its user is somebody, and nobody knows who. */
export function needsUser({ authentication, user }: Authorization): boolean {
  return authentication !== undefined && user === undefined
}
