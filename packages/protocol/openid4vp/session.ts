/**
 * A verification as a state machine (OpenID4VP 1.0). Pure: signatures, status lists and trust are looked at by the
 * service and come in as facts; the clock is an argument. A step that changes nothing returns the session it got,
 * and then there is nothing to commit.
 */

import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Check } from '@countersign/credential/contract/checks'
import type { FormatId } from '@countersign/credential/contract/format-id'
import { appendEvent, type SessionEvent } from '../session-event.ts'
import type { AnswerMode } from './response/response-modes.ts'

/** A policy the relying party asked for beside the checks that always run. */
export interface RequestedPolicy {
  readonly policy: string
  readonly args?: unknown
  /** Applies to the presentation of this credential query only. */
  readonly queryId?: string | undefined
}

/** What is kept of an accepted or refused presentation: what was disclosed, never the presentation itself. */
export interface DisclosedCredential {
  readonly queryId: string
  readonly format: FormatId
  readonly type: string
  readonly claims: JsonObject
  /** Who signed it, as far as the source of trust vouches for it. The first release wrote the claimed name here. */
  readonly issuer?: string | undefined
  /** What the credential calls its issuer, where that is not what is vouched for. */
  readonly claimedIssuer?: string | undefined
  readonly anchor?: string | undefined
}

export type VerificationEventType = 'created' | 'requested' | 'verified' | 'rejected' | 'declined'

interface Base {
  readonly id: string
  /** Epoch seconds. */
  readonly createdAt: number
  /** Epoch seconds; a wallet's answer is taken before this moment. Computed on read, never written by a timer. */
  readonly expiresAt: number
  /** The query as it came, and as the wallet reads it: `dcql_query` on the wire. Known to be valid. */
  readonly dcqlQuery: JsonObject
  readonly nonce: string
  /** Effective client identifier with its prefix: the audience of every presentation. */
  readonly clientId: string
  /** How the wallet's answer travels, and what is kept for that. */
  readonly answerMode: AnswerMode
  readonly policies: readonly RequestedPolicy[]
  readonly successRedirectUri?: string | undefined
  readonly errorRedirectUri?: string | undefined
  readonly events: readonly SessionEvent<VerificationEventType>[]
}

interface Decided {
  readonly decidedAt: number
  /** Hash of the exact response body: a byte-identical answer is an honest retry, any other is refused. */
  readonly answerHash: string
}

export type VerificationSession =
  | (Base & { readonly state: 'created' })
  | (Base & { readonly state: 'requested'; readonly requestedAt: number })
  | (Base &
      Decided & {
        readonly state: 'verified'
        readonly checks: readonly Check[]
        readonly credentials: readonly DisclosedCredential[]
      })
  | (Base &
      Decided & {
        readonly state: 'rejected'
        readonly checks: readonly Check[]
        readonly credentials: readonly DisclosedCredential[]
      })
  | (Base & Decided & { readonly state: 'declined'; readonly reason: string })

export type VerificationMessage =
  | { readonly type: 'request_fetched' }
  | {
      readonly type: 'presentation_received'
      readonly answerHash: string
      readonly accepted: boolean
      readonly checks: readonly Check[]
      readonly credentials: readonly DisclosedCredential[]
    }
  | { readonly type: 'error_received'; readonly answerHash: string; readonly error: string }

export type VerificationRefusal =
  | { readonly code: 'session_expired'; readonly expiresAt: number; readonly now: number }
  | { readonly code: 'already_answered' }

export function isDecided(
  session: VerificationSession,
): session is Extract<VerificationSession, { decidedAt: number }> {
  return session.state === 'verified' || session.state === 'rejected' || session.state === 'declined'
}

export function stepVerification(
  session: VerificationSession,
  message: VerificationMessage,
  now: number,
): Result<VerificationSession, VerificationRefusal> {
  if (isDecided(session)) return repeat(session, message)
  if (now >= session.expiresAt) {
    return refuse({ code: 'session_expired', expiresAt: session.expiresAt, now })
  }
  switch (message.type) {
    case 'request_fetched':
      return ok(fetched(session, now))
    case 'presentation_received':
      return ok(decide(session, message, now))
    case 'error_received':
      return ok(decline(session, message, now))
  }
}

/** After the decision: wallets fetch the request twice (§5.10), and a lost answer is asked for again. */
function repeat(
  session: Extract<VerificationSession, { decidedAt: number }>,
  message: VerificationMessage,
): Result<VerificationSession, VerificationRefusal> {
  if (message.type === 'request_fetched') return ok(session)
  return message.answerHash === session.answerHash ? ok(session) : refuse({ code: 'already_answered' })
}

type Open = Extract<VerificationSession, { state: 'created' | 'requested' }>

function fetched(session: Open, now: number): VerificationSession {
  if (session.state === 'requested') return session
  return {
    ...session,
    state: 'requested',
    requestedAt: now,
    events: appendEvent(session.events, 'requested', now),
  }
}

function decide(
  session: Open,
  message: Extract<VerificationMessage, { type: 'presentation_received' }>,
  now: number,
): VerificationSession {
  const state = message.accepted ? 'verified' : 'rejected'
  const { answerHash, checks, credentials } = message
  const events = appendEvent(session.events, state, now)
  return { ...baseOf(session), state, decidedAt: now, answerHash, checks, credentials, events }
}

function decline(
  session: Open,
  message: Extract<VerificationMessage, { type: 'error_received' }>,
  now: number,
): VerificationSession {
  const events = appendEvent(session.events, 'declined', now, message.error)
  const { answerHash, error } = message
  return { ...baseOf(session), state: 'declined', decidedAt: now, answerHash, reason: error, events }
}

function baseOf(session: Open): Base {
  const { state: _state, ...rest } = session
  if ('requestedAt' in rest) {
    const { requestedAt: _requestedAt, ...base } = rest
    return base
  }
  return rest
}
