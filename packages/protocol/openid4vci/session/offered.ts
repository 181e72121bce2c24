/**
 * An issuance whose offer is out: how it begins, and what becomes of it when somebody comes with the code. A wrong
 * transaction code never burns the code, but it is counted.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { AUTHORIZATION_CODE } from '../../oauth/grants/authorization-code.ts'
import { PRE_AUTHORIZED_CODE } from '../../oauth/grants/pre-authorized-code.ts'
import { REFRESH_TOKEN } from '../../oauth/grants/refresh-token.ts'
import type { SessionCallback } from '../../session-callback.ts'
import { appendEvent } from '../../session-event.ts'
import { narrowedTo, redeemCode } from './authorization-code.ts'
import type {
  AuthorizationCodeFacts,
  IssuanceRefusal,
  PreAuthorizedCodeFacts,
  TokenRequested,
} from './message.ts'
import type {
  Authentication,
  AuthorizedIssuance,
  ClosedIssuance,
  GrantedToken,
  IssuanceSession,
  OfferedIssuance,
  ProfileName,
  PromisedCredential,
  Redemptions,
  SessionGrant,
  TransactionCode,
} from './state.ts'

/** OpenID4VCI §13.6.3 (errata): attempts are bounded, then the transaction ends. */
export const MAX_WRONG_TX_CODES = 5

/** `now` and `expiresAt` in epoch seconds. */
export function offerIssuance(
  offer: {
    readonly id: string
    readonly promised: readonly PromisedCredential[]
    readonly txCode: TransactionCode | undefined
    readonly expiresAt: number
    readonly authentication?: Authentication | undefined
    readonly callback?: SessionCallback | undefined
    readonly profile?: ProfileName | undefined
    readonly redemptions?: Redemptions | undefined
    readonly parent?: string | undefined
  },
  now: number,
): OfferedIssuance {
  return {
    ...offer,
    state: 'offered',
    createdAt: now,
    configurationIds: offer.promised.map(({ configurationId }) => configurationId),
    wrongTxCodes: 0,
    events: appendEvent([], 'offered', now),
  }
}

/**
 * The first time that an offer was fetched while it could be taken up; wallets fetch it again, and so may anybody who has
 * seen its address. It decides nothing.
 */
export function recordOpened(session: IssuanceSession, now: number): IssuanceSession {
  const isNews = session.state === 'offered' && now < session.expiresAt && openedAt(session) === undefined
  return isNews ? { ...session, events: appendEvent(session.events, 'opened', now) } : session
}

/** Epoch seconds. */
export function openedAt({ events }: IssuanceSession): number | undefined {
  return events.find(({ type }) => type === 'opened')?.at
}

export function requestToken(
  session: OfferedIssuance,
  message: TokenRequested,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  // Judged first, so that nobody learns from an expired offer whether a transaction code was right.
  if (now >= session.expiresAt) return refuse({ code: 'offer_expired', expiresAt: session.expiresAt, now })
  switch (message.grantType) {
    case PRE_AUTHORIZED_CODE:
      return takePreAuthorizedCode(session, message, now)
    case AUTHORIZATION_CODE:
      return takeAuthorizationCode(session, message, now)
    case REFRESH_TOKEN:
      return refuse({ code: 'refresh_over' })
  }
}

function takeAuthorizationCode(
  session: OfferedIssuance,
  message: TokenRequested<AuthorizationCodeFacts>,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const redeemed = redeemCode(session, message, now)
  if (!redeemed.ok) return redeemed
  const { code, ...rest } = session
  const asked = narrowedToRequest(narrowedTo(rest, code?.configurationIds ?? []), message)
  if (!asked.ok) return asked
  const namesCredentials = redeemed.value.namesCredentials || message.requested !== undefined
  return ok(grantToken(asked.value, { ...redeemed.value, namesCredentials, ...tokenOf(message, now) }, now))
}

function takePreAuthorizedCode(
  session: OfferedIssuance,
  message: TokenRequested<PreAuthorizedCodeFacts>,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  // An offer that is taken up in a browser has no such code.
  if (session.authentication !== undefined) return refuse({ code: 'code_spent' })
  switch (message.txCode) {
    case 'missing':
      return refuse({ code: 'tx_code_missing' })
    case 'unexpected':
      return refuse({ code: 'tx_code_unexpected' })
    case 'wrong':
      return ok(countWrongTxCode(session, now))
    case 'correct':
    case 'none':
      return grantRequested(session, message, now)
  }
}

function grantRequested(
  session: OfferedIssuance,
  message: TokenRequested<PreAuthorizedCodeFacts>,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const asked = narrowedToRequest(session, message)
  if (!asked.ok) return asked
  const { grantType, requested } = message
  const named = requested && { namesCredentials: true }
  return ok(grantToken(asked.value, { grantType, ...named, ...tokenOf(message, now) }, now))
}

/** OpenID4VCI §6.1.1: who names some of what he may have gets a token for these alone. Judged last, when he is known to have a right. */
function narrowedToRequest(
  session: OfferedIssuance,
  { requested }: TokenRequested,
): Result<OfferedIssuance, IssuanceRefusal> {
  if (requested === undefined) return ok(session)
  const missing = requested.find((id) => !session.configurationIds.includes(id))
  if (missing !== undefined) return refuse({ code: 'not_offered', configurationId: missing })
  return ok(
    narrowedTo(
      session,
      session.configurationIds.filter((id) => requested.includes(id)),
    ),
  )
}

/** A wrong code is committed like any other step, so that attempts on all instances count together. */
function countWrongTxCode(session: OfferedIssuance, now: number): OfferedIssuance | ClosedIssuance {
  const wrongTxCodes = session.wrongTxCodes + 1
  const events = appendEvent(session.events, 'tx_code_wrong', now)
  if (wrongTxCodes < MAX_WRONG_TX_CODES) return { ...session, wrongTxCodes, events }
  const { promised: _promised, state: _state, code: _code, ...base } = session
  const reason = 'too_many_wrong_tx_codes'
  return {
    ...base,
    state: 'closed',
    wrongTxCodes,
    reason,
    events: appendEvent(events, 'closed', now, reason),
  }
}

/** Nobody came with the code while it could be taken. */
export function endOffer(session: IssuanceSession, now: number): IssuanceSession {
  if (session.state !== 'offered' || now < session.expiresAt) return session
  const { promised: _promised, state: _state, code: _code, ...base } = session
  return {
    ...base,
    state: 'closed',
    reason: 'offer_expired',
    events: appendEvent(base.events, 'expired', now),
  }
}

function grantToken(session: OfferedIssuance, grant: SessionGrant, now: number): AuthorizedIssuance {
  const events = appendEvent(session.events, 'token_issued', now)
  return { ...session, state: 'token_issued', grant, issued: {}, events }
}

/** A token that is bound to no key is not refreshed: who finds it must not have it for days (OpenID4VCI 1.0 §13.10). */
function tokenOf(
  { refreshTtlSeconds, senderKey, tokenTtlSeconds }: TokenRequested,
  now: number,
): GrantedToken {
  const token = { issuedAt: now, expiresAt: now + tokenTtlSeconds, senderKey }
  if (senderKey === undefined || refreshTtlSeconds === undefined) return token
  return { ...token, refresh: { generation: 0, expiresAt: now + refreshTtlSeconds } }
}
