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
  /** Somebody finds out at this moment who it is. */
  | { readonly code: 'attempt_taken' }

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

/** A code of a provider is good once, and whoever brings it twice may lose what it gave (RFC 6749 §4.1.2): one asks, others wait. */
export function takeAttempt(
  authorization: Authorization,
  {
    attemptId,
    browser,
    seconds,
  }: { readonly attemptId: string; readonly browser: string; readonly seconds: number },
  now: number,
): Result<Authorization, UserRefusal> {
  const open = openIn(authorization, browser, now)
  if (!open.ok) return open
  const { attempt, user } = open.value
  if (attempt?.id !== attemptId || attempt.method !== 'PWD') return refuse({ code: 'attempt_unknown' })
  if (user !== undefined) return ok(authorization)
  if (now < (attempt.takenUntil ?? 0)) return refuse({ code: 'attempt_taken' })
  return ok({ ...open.value, attempt: { ...attempt, takenUntil: now + seconds } })
}

/** It came to nothing; the same may be tried again. */
export function releaseAttempt(authorization: Authorization, attemptId: string): Authorization {
  const { attempt } = authorization.state === 'pending' ? authorization : {}
  if (authorization.state !== 'pending' || attempt?.id !== attemptId || attempt.method !== 'PWD')
    return authorization
  const { takenUntil: _until, ...free } = attempt
  return { ...authorization, attempt: free }
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
