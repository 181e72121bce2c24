/**
 * How a verification ends: each end with its one final event, and nothing carried along that belongs to the state before.
 * Claims go into `verified` alone. Pure; who may end a session, and when, `session-step.ts` says.
 */
import type { Check } from '@countersign/credential/contract/checks'
import { appendEvent } from '../session-event.ts'
import type {
  AnsweredSession,
  Attempt,
  AttemptKind,
  DisclosedCredential,
  OpenSession,
  PresentedCredential,
  VerificationBase,
  VerificationEventType,
  VerificationSession,
} from './session.ts'

export function verified(
  base: VerificationBase,
  checks: readonly Check[],
  credentials: readonly DisclosedCredential[],
  now: number,
): VerificationSession {
  return { ...told(base, 'verified', now), state: 'verified', decidedAt: now, checks, credentials }
}

export function rejected(
  base: VerificationBase,
  checks: readonly Check[],
  credentials: readonly DisclosedCredential[],
  now: number,
  detail?: string,
): VerificationSession {
  const presented = credentials.map(withoutClaims)
  const next = told(base, 'rejected', now, detail)
  return { ...next, state: 'rejected', decidedAt: now, checks, credentials: presented }
}

export function undetermined(session: AnsweredSession, now: number): VerificationSession {
  const { checks, credentials } = session
  const presented = credentials.map(withoutClaims)
  const next = told(baseOf(session), 'undetermined', now)
  return { ...next, state: 'undetermined', decidedAt: now, checks, credentials: presented }
}

export function expired(base: VerificationBase, now: number): VerificationSession {
  return { ...told(base, 'expired', now), state: 'expired', decidedAt: now }
}

/** By the first attempt of its kind, whose facts alone are kept; a store may have lost it. */
export function decidedBy(kind: AttemptKind, base: VerificationBase, now: number): VerificationSession {
  const attempt = attemptOf(base, kind)
  switch (kind) {
    case 'declined': {
      const reason = attempt?.kind === 'declined' ? attempt.reason : 'other'
      return { ...told(base, 'declined', now, reason), state: 'declined', decidedAt: now, reason }
    }
    case 'stranger':
      return rejected(base, attempt?.kind === 'stranger' ? attempt.checks : [], [], now, kind)
  }
}

export function attemptOf(
  { attempts }: Pick<VerificationBase, 'attempts'>,
  wanted: AttemptKind,
): Attempt | undefined {
  return attempts.find(({ kind }) => kind === wanted)
}

export function told<Base extends VerificationBase>(
  base: Base,
  type: VerificationEventType,
  now: number,
  detail?: string,
): Base {
  return { ...base, events: appendEvent(base.events, type, now, detail) }
}

/** What every state has; what belongs to one state alone does not go on to the next. */
export function baseOf(session: OpenSession | AnsweredSession): VerificationBase {
  switch (session.state) {
    case 'created': {
      const { state: _state, ...base } = session
      return base
    }
    case 'requested': {
      const { state: _state, requestedAt: _requestedAt, ...base } = session
      return base
    }
    case 'answered': {
      const { state: _s, answeredAt: _a, checks: _c, credentials: _d, missing: _m, ...base } = session
      return base
    }
  }
}

function withoutClaims({
  claims: _claims,
  presentation: _presentation,
  ...presented
}: DisclosedCredential): PresentedCredential {
  return presented
}
