/**
 * An issuance as a state machine (OpenID4VCI 1.0, pre-authorized code flow). Pure: codes, sender keys and proofs are
 * looked at by the service and come in as facts; the clock is an argument. A step that changes nothing returns the
 * session it got, and then there is nothing to commit.
 */

import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { ClaimPath } from '@countersign/credential/contract/format'
import { appendEvent, type SessionEvent } from '../../session-event.ts'

/** One credential that the offer promises, with what is needed to issue it. */
export interface PromisedCredential {
  readonly configurationId: string
  readonly type: string
  /** Claims with every data function but those of the holder's key already applied. */
  readonly claims: JsonObject
  readonly selectivelyDisclosable: readonly ClaimPath[]
  /** Lifetime from issuance, in seconds. */
  readonly lifetimeSeconds?: number
  /** The caller's own issuer key (a serialised private key, sealed with the session); absent: the deployment's. */
  readonly issuerKey?: JsonObject
  readonly x5c?: readonly string[]
  readonly issuer?: string
  /** Whether it gets a place in a status list; absent: where the issuer has lists. */
  readonly status?: boolean
}

export interface TransactionCode {
  /** Keyed hash of the expected code. */
  readonly hash: string
  readonly inputMode: 'numeric' | 'text'
  readonly length: number
  readonly description?: string
}

export interface IssuedCredential {
  /** Epoch seconds. */
  readonly at: number
  /** RFC 7638 thumbprint of the key the credential is bound to. */
  readonly holderKey: string
  /** Where the answer is kept for an honest retry (the spent nonce's id). */
  readonly answerId: string
  /** What the log of issued credentials calls it; absent where there is no log. */
  readonly credentialId?: string
}

export type IssuanceEventType =
  | 'offered'
  | 'tx_code_wrong'
  | 'token_issued'
  | 'credential_issued'
  | 'completed'
  | 'closed'

interface Base {
  readonly id: string
  /** Epoch seconds. */
  readonly createdAt: number
  /** Epoch seconds; the code is taken before this moment. */
  readonly expiresAt: number
  readonly configurationIds: readonly string[]
  readonly txCode?: TransactionCode
  readonly wrongTxCodes: number
  readonly events: readonly SessionEvent<IssuanceEventType>[]
}

/** The one token of the one code. The token itself is derived, not stored. */
export interface Grant {
  /** Epoch seconds. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** RFC 7638 thumbprint of the DPoP key; absent for a bearer token. */
  readonly senderKey?: string | undefined
}

export type IssuanceSession =
  | (Base & { readonly state: 'offered'; readonly promised: readonly PromisedCredential[] })
  | (Base & {
      readonly state: 'token_issued'
      readonly grant: Grant
      readonly promised: readonly PromisedCredential[]
      readonly issued: Readonly<Record<string, IssuedCredential>>
    })
  /** Everything promised was issued; claims and keys are dropped. */
  | (Base & {
      readonly state: 'completed'
      readonly grant: Grant
      readonly issued: Readonly<Record<string, IssuedCredential>>
    })
  | (Base & { readonly state: 'closed'; readonly reason: 'too_many_wrong_tx_codes' })

export type IssuanceMessage =
  | {
      readonly type: 'token_requested'
      readonly txCode: 'correct' | 'wrong' | 'missing' | 'unexpected' | 'none'
      readonly senderKey?: string | undefined
      /** Lifetime of a token granted now, in seconds. */
      readonly tokenTtlSeconds: number
    }
  | {
      readonly type: 'credential_issued'
      readonly configurationId: string
      readonly senderKey?: string | undefined
      readonly holderKey: string
      readonly answerId: string
      readonly credentialId?: string
    }

export type IssuanceRefusal =
  | { readonly code: 'offer_expired'; readonly expiresAt: number; readonly now: number }
  | { readonly code: 'code_spent' }
  | { readonly code: 'tx_code_missing' }
  | { readonly code: 'tx_code_unexpected' }
  | { readonly code: 'session_closed' }
  | { readonly code: 'no_grant' }
  | { readonly code: 'token_expired'; readonly expiresAt: number; readonly now: number }
  | { readonly code: 'wrong_sender_key' }
  | { readonly code: 'not_offered'; readonly configurationId: string }
  | { readonly code: 'already_issued'; readonly configurationId: string }

/** OpenID4VCI §13.6.3 (errata): attempts are bounded, then the transaction ends. */
export const MAX_WRONG_TX_CODES = 5

/** How long the sender of a token request may ask again for an answer that it did not get, in seconds. */
export const TOKEN_RETRY_SECONDS = 60

export function stepIssuance(
  session: IssuanceSession,
  message: IssuanceMessage,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  switch (message.type) {
    case 'token_requested':
      return tokenRequested(session, message, now)
    case 'credential_issued':
      return credentialIssued(session, message, now)
  }
}

function tokenRequested(
  session: IssuanceSession,
  message: Extract<IssuanceMessage, { type: 'token_requested' }>,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  switch (session.state) {
    case 'closed':
      return refuse({ code: 'session_closed' })
    case 'token_issued':
    case 'completed':
      return repeatToken(session, message, now)
    case 'offered':
      if (now >= session.expiresAt) {
        return refuse({ code: 'offer_expired', expiresAt: session.expiresAt, now })
      }
      if (message.txCode === 'missing') return refuse({ code: 'tx_code_missing' })
      if (message.txCode === 'unexpected') return refuse({ code: 'tx_code_unexpected' })
      return ok(
        message.txCode === 'wrong' ? countWrongTxCode(session, now) : grantToken(session, message, now),
      )
  }
}

/**
 * The honest retry: whoever proves possession of the key that the token is bound to gets the same token again for a
 * short while. A bearer client cannot prove that it asked before, so for it the code is simply spent.
 */
function repeatToken(
  session: Extract<IssuanceSession, { grant: Grant }>,
  message: Extract<IssuanceMessage, { type: 'token_requested' }>,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const { grant } = session
  const sameSender = grant.senderKey !== undefined && grant.senderKey === message.senderKey
  const rightTxCode = message.txCode === 'correct' || message.txCode === 'none'
  const inTime = now < grant.issuedAt + TOKEN_RETRY_SECONDS
  return sameSender && rightTxCode && inTime ? ok(session) : refuse({ code: 'code_spent' })
}

type Offered = Extract<IssuanceSession, { state: 'offered' }>

/** A wrong code is committed like any other step, so that attempts on all instances count together. */
function countWrongTxCode(session: Offered, now: number): IssuanceSession {
  const wrongTxCodes = session.wrongTxCodes + 1
  const events = appendEvent(session.events, 'tx_code_wrong', now)
  if (wrongTxCodes < MAX_WRONG_TX_CODES) return { ...session, wrongTxCodes, events }
  const { promised: _promised, state: _state, ...base } = session
  const reason = 'too_many_wrong_tx_codes'
  return {
    ...base,
    state: 'closed',
    wrongTxCodes,
    reason,
    events: appendEvent(events, 'closed', now, reason),
  }
}

function grantToken(
  session: Offered,
  message: Extract<IssuanceMessage, { type: 'token_requested' }>,
  now: number,
): IssuanceSession {
  const { senderKey, tokenTtlSeconds } = message
  const grant = { issuedAt: now, expiresAt: now + tokenTtlSeconds, ...(senderKey && { senderKey }) }
  const events = appendEvent(session.events, 'token_issued', now)
  return { ...session, state: 'token_issued', grant, issued: {}, events }
}

/** What the credential endpoint asks before it signs anything. */
export function promisedCredential(
  session: IssuanceSession,
  request: { readonly configurationId: string; readonly senderKey?: string | undefined },
  now: number,
): Result<{ promised?: PromisedCredential; issued?: IssuedCredential }, IssuanceRefusal> {
  if (session.state === 'offered') return refuse({ code: 'no_grant' })
  if (session.state === 'closed') return refuse({ code: 'session_closed' })
  if (session.grant.senderKey !== request.senderKey) return refuse({ code: 'wrong_sender_key' })
  if (now >= session.grant.expiresAt) {
    return refuse({ code: 'token_expired', expiresAt: session.grant.expiresAt, now })
  }
  const { configurationId } = request
  if (!session.configurationIds.includes(configurationId))
    return refuse({ code: 'not_offered', configurationId })
  const issued = issuedRecord(session.issued, configurationId)
  if (issued !== undefined) return ok({ issued })
  if (session.state === 'completed') return refuse({ code: 'already_issued', configurationId })
  const promised = session.promised.find((entry) => entry.configurationId === configurationId)
  return promised === undefined ? refuse({ code: 'not_offered', configurationId }) : ok({ promised })
}

/** A configuration may be named like a member that every object inherits. */
function issuedRecord(
  issued: Readonly<Record<string, IssuedCredential>>,
  configurationId: string,
): IssuedCredential | undefined {
  return Object.hasOwn(issued, configurationId) ? issued[configurationId] : undefined
}

function credentialIssued(
  session: IssuanceSession,
  message: Extract<IssuanceMessage, { type: 'credential_issued' }>,
  now: number,
): Result<IssuanceSession, IssuanceRefusal> {
  const allowed = promisedCredential(session, message, now)
  if (!allowed.ok) return allowed
  const { configurationId, answerId, holderKey, credentialId } = message
  const before = allowed.value.issued
  if (before !== undefined) {
    return before.answerId === answerId ? ok(session) : refuse({ code: 'already_issued', configurationId })
  }
  if (session.state !== 'token_issued') return refuse({ code: 'no_grant' })
  const record = { at: now, holderKey, answerId, ...(credentialId !== undefined && { credentialId }) }
  return ok(recordIssued(session, configurationId, record, now))
}

function recordIssued(
  session: Extract<IssuanceSession, { state: 'token_issued' }>,
  configurationId: string,
  record: IssuedCredential,
  now: number,
): IssuanceSession {
  const issued = { ...session.issued, [configurationId]: record }
  const events = appendEvent(session.events, 'credential_issued', now, configurationId)
  const open = session.configurationIds.filter((id) => issuedRecord(issued, id) === undefined)
  if (open.length > 0) return { ...session, issued, events }
  const { promised: _promised, ...rest } = session
  return { ...rest, state: 'completed', issued, events: appendEvent(events, 'completed', now) }
}
