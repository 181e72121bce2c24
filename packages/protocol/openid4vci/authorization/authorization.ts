/**
 * An authorization request on its way through a browser: laid down, opened, decided once. Pure: the clock is an argument, and the
 * browser is known by a hash of what only it has. What is decided about is an issuance; its own session says who has it.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { AuthorizationRequest } from './authorization-request.ts'

export type Authorization = PendingAuthorization | DecidedAuthorization

export type PendingAuthorization = Base & {
  readonly state: 'pending'
  /** Where it was opened last; absent: nowhere. */
  readonly browser?: string | undefined
}

export type DecidedAuthorization = Base & {
  readonly state: Decision
  readonly browser: string
}

export type Decision = 'approved' | 'denied'

interface Base {
  readonly id: string
  /** Epoch seconds. */
  readonly createdAt: number
  /** Epoch seconds: until then a browser may come with it, and when one has come, decide. */
  readonly expiresAt: number
  readonly request: AuthorizationRequest
  /** RFC 7638 thumbprint of the key of the attested client instance. */
  readonly clientKey?: string | undefined
  /** The issuance that is taken up; where it begins with the decision, the id that it will have. */
  readonly issuanceId: string
  /** What it begins from; absent: it is there. */
  readonly begins?: IssuanceBeginning | undefined
  /** Those of its credentials that are asked for. */
  readonly configurationIds: readonly string[]
}

export type IssuanceBeginning =
  /** An offer that several take up. */
  | { readonly from: 'offer'; readonly offerId: string }
  /** No offer: a profile that is open to wallets. */
  | { readonly from: 'profile'; readonly name: string }

export type AuthorizationRefusal =
  | { readonly code: 'authorization_over' }
  | { readonly code: 'authorization_decided' }
  | { readonly code: 'other_browser' }

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
  // Counted from the beginning, so that nobody keeps one open for ever by opening it again.
  const expiresAt = authorization.createdAt + openSeconds + decideSeconds
  return ok({ ...authorization, browser, expiresAt })
}

/** The same decision of the same browser once more changes nothing: its answer may have been lost. */
export function decideAuthorization(
  authorization: Authorization,
  { browser, decision }: { readonly browser: string; readonly decision: Decision },
  now: number,
): Result<Authorization, AuthorizationRefusal> {
  if (authorization.browser !== browser) return refuse({ code: 'other_browser' })
  if (authorization.state === decision) return ok(authorization)
  if (authorization.state !== 'pending') return refuse({ code: 'authorization_decided' })
  if (now >= authorization.expiresAt) return refuse({ code: 'authorization_over' })
  return ok({ ...authorization, state: decision, browser })
}
