/**
 * Who the user is that an authorization request is for: his browser is sent away with an attempt, and what it comes back with counts
 * for that attempt and that browser alone. Pure; where it is sent, and what is believed of what comes back, is known elsewhere.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { AuthenticatedUser, UserAttempt } from './authenticated-user.ts'
import type { Authorization, AuthorizationRefusal, PendingAuthorization } from './authorization.ts'

export type UserRefusal =
  | AuthorizationRefusal
  /** What came back is of no attempt, or of one that another took the place of. */
  | { readonly code: 'attempt_unknown' }

/** The browser may go away as often as it likes; the last attempt counts. */
export function beginAttempt(
  authorization: Authorization,
  { attempt, browser }: { readonly attempt: UserAttempt; readonly browser: string },
  now: number,
): Result<Authorization, UserRefusal> {
  const open = openIn(authorization, browser, now)
  if (!open.ok) return open
  // Who is known already stays: another tab of his may still be on its way.
  return open.value.user === undefined ? ok({ ...open.value, attempt }) : ok(authorization)
}

/** The same attempt once more changes nothing: browsers load pages twice. */
export function recordUser(
  authorization: Authorization,
  { browser, user }: { readonly browser: string; readonly user: AuthenticatedUser },
  now: number,
): Result<Authorization, UserRefusal> {
  const open = openIn(authorization, browser, now)
  if (!open.ok) return open
  const { attempt, user: before } = open.value
  if (attempt?.id !== user.attemptId) return refuse({ code: 'attempt_unknown' })
  return before === undefined ? ok({ ...open.value, user }) : ok(authorization)
}

/** The request, for the browser that opened it last, while it can be decided. */
export function openIn(
  authorization: Authorization,
  browser: string,
  now: number,
): Result<PendingAuthorization, AuthorizationRefusal> {
  if (authorization.browser !== browser) return refuse({ code: 'other_browser' })
  if (authorization.state !== 'pending') return refuse({ code: 'authorization_decided' })
  return now < authorization.expiresAt ? ok(authorization) : refuse({ code: 'authorization_over' })
}
