/**
 * A verification as it is kept (OpenID4VP 1.0): its states, what moves it, and what may be refused. Who may decide it is in
 * docs/decisions/018: an answer that is bound to this request and signed by an issuer who is believed, and the end of the
 * time; whoever else knocks leaves an attempt, which decides when the browser that began brings back its code (034). The steps
 * are in `session-step.ts`; nothing here knows stores or HTTP.
 */

import type { JsonObject } from '@countersign/core/json'
import type { Check } from '@countersign/credential/contract/checks'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import type { SessionCallback } from '../session-callback.ts'
import type { SessionEvent } from '../session-event.ts'
import type { AnswerMode } from './response/response-modes.ts'

/** A policy the relying party asked for beside the checks that always run. */
export interface RequestedPolicy {
  readonly policy: string
  readonly args?: unknown
  /** Applies to the presentation of this credential query only. */
  readonly queryId?: string | undefined
}

/** What was presented, without what it says. */
export interface PresentedCredential {
  readonly queryId: string
  readonly format: FormatId
  readonly type: string
  /** Who signed it, as far as the source of trust vouches for it. The first release wrote the claimed name here. */
  readonly issuer?: string | undefined
  /** What the credential calls its issuer, where that is not what is vouched for. */
  readonly claimedIssuer?: string | undefined
  readonly anchor?: string | undefined
  /** Absent: the release before kept none. */
  readonly facts?: PresentationFacts | undefined
}

/** What was found when it was judged and no check says: for people who want to know why. Times in epoch seconds. */
export interface PresentationFacts {
  /** Of the issuer's signature. */
  readonly algorithm?: string | undefined
  /** Where the anchor was configured, and until when it is trusted. */
  readonly source?: string | undefined
  readonly trustedUntil?: number | undefined
  /** Of the holder's proof for this request: the curve or the kind of key. */
  readonly keyType?: string | undefined
  readonly validFrom?: number | undefined
  readonly validUntil?: number | undefined
}

/** What is kept of an accepted presentation: what was disclosed, and the presentation itself only where it is asked for. */
export interface DisclosedCredential extends PresentedCredential {
  readonly claims: JsonObject
  /** As it came: compact JWS or SD-JWT, base64url of a DeviceResponse. Where the session says `keepPresentations`. */
  readonly presentation?: string | undefined
}

/** In the order of their weight: at the end of the time the heaviest that was seen speaks. */
export const ATTEMPT_KINDS = ['declined', 'stranger'] as const

export type AttemptKind = Attempt['kind']

/**
 * What came and decides nothing, because anybody who saw the request can send it. The first of each kind is kept: names,
 * outcomes and codes of our own lists and the time, no text of whoever sent it.
 */
export type Attempt =
  | {
      readonly kind: 'declined'
      /** Epoch seconds. */
      readonly at: number
      /** A code that the specifications know, or `other`. */
      readonly reason: string
    }
  | { readonly kind: 'stranger'; readonly at: number; readonly checks: readonly Check[] }

/**
 * What the wallet hears: `taken` for an answer that is accepted or cannot be judged yet, `refused` for one that is not
 * accepted, `noted` for the error of a wallet that declines.
 */
export type WalletReply = 'taken' | 'refused' | 'noted'

/** The one answer of a session. Whoever sends the same again hears the same again, whatever was decided since. */
export interface KeptAnswer {
  /** Of the exact parameters. */
  readonly hash: string
  readonly reply: WalletReply
}

/** What could not be found out when the answer was taken, and what is needed to find it out later. */
export type EvidenceReference = {
  /** Position of the check that waits for it. */
  readonly at: number
} & (
  | {
      readonly kind: 'status'
      readonly format: FormatId
      readonly issuer?: string | undefined
      readonly anchor?: string | undefined
      readonly statuses: readonly StatusReference[]
    }
  /** Position among the requested policies. */
  | { readonly kind: 'policy'; readonly requested: number }
  /** The browser that began is not back yet; nobody can look for it. */
  | { readonly kind: 'return' }
)

/** A check that could be made after all, for the place of the one that waits for it. */
export interface FoundEvidence {
  readonly at: number
  readonly check: Check
}

export type VerificationEventType =
  | 'created'
  | 'requested'
  | 'attempted'
  | 'answered'
  | 'returned'
  | 'verified'
  | 'rejected'
  | 'undetermined'
  | 'declined'
  | 'expired'

export interface VerificationBase {
  readonly id: string
  /** Epoch seconds. */
  readonly createdAt: number
  /** Epoch seconds; a wallet's answer is taken before this moment. The end is written by whoever looks first after it. */
  readonly expiresAt: number
  /** The query as it came, and as the wallet reads it: `dcql_query` on the wire. Known to be valid. */
  readonly dcqlQuery: JsonObject
  /** Why it is asked, in the relying party's words. Absent: it does not say. */
  readonly purpose?: string | undefined
  /** Entries of `transaction_data`, as they travel and are hashed: what the holder is to authorise. Absent: nothing. */
  readonly transactionData?: readonly string[] | undefined
  readonly nonce: string
  /** Effective client identifier with its prefix: the audience of every presentation. */
  readonly clientId: string
  /** The request stands in the link that opens a wallet. Absent: a wallet fetches it, or a browser hands it over. */
  readonly requestPassing?: 'by_value' | undefined
  /** How the wallet's answer travels, and what is kept for that. */
  readonly answerMode: AnswerMode
  readonly policies: readonly RequestedPolicy[]
  readonly successRedirectUri?: string | undefined
  readonly errorRedirectUri?: string | undefined
  /** There is no result before the browser that began comes back (§13.3). Absent: it may come back, and is not waited for. */
  readonly sameDevice?: 'required' | undefined
  /** Epoch seconds: the browser that began came back, and its code was exchanged. */
  readonly returnedAt?: number | undefined
  /** At most one of each kind. */
  readonly attempts: readonly Attempt[]
  /** From the first commit of an answer on, taken or judged, in every later state. */
  readonly answer?: KeptAnswer | undefined
  readonly events: readonly SessionEvent<VerificationEventType>[]
  /** Whom they are told. Absent: nobody. */
  readonly callback?: SessionCallback | undefined
  /** The presentation itself is kept as long as the result. Absent: what was disclosed, and no more. */
  readonly keepPresentations?: true | undefined
}

interface Decided {
  /** Epoch seconds. */
  readonly decidedAt: number
}

interface Checked {
  readonly checks: readonly Check[]
}

/** Claims are there for whoever opens the session in `verified` alone; in `answered` they wait, and are shown to nobody. */
export type VerificationSession =
  | (VerificationBase & { readonly state: 'created' })
  | (VerificationBase & { readonly state: 'requested'; readonly requestedAt: number })
  | (VerificationBase &
      Checked & {
        readonly state: 'answered'
        readonly answeredAt: number
        readonly credentials: readonly DisclosedCredential[]
        /** Never empty. */
        readonly missing: readonly EvidenceReference[]
      })
  | (VerificationBase &
      Checked &
      Decided & { readonly state: 'verified'; readonly credentials: readonly DisclosedCredential[] })
  | (VerificationBase &
      Checked &
      Decided & {
        readonly state: 'rejected' | 'undetermined'
        readonly credentials: readonly PresentedCredential[]
      })
  | (VerificationBase & Decided & { readonly state: 'declined'; readonly reason: string })
  | (VerificationBase & Decided & { readonly state: 'expired' })

export type OpenSession = Extract<VerificationSession, { readonly state: 'created' | 'requested' }>
export type AnsweredSession = Extract<VerificationSession, { readonly state: 'answered' }>
export type DecidedSession = Extract<VerificationSession, { readonly decidedAt: number }>

/** An answer that is bound to the request and signed by believed issuers, with what was found out about it. */
export interface JudgedAnswer extends Checked {
  readonly type: 'answer_judged'
  readonly answerHash: string
  readonly credentials: readonly DisclosedCredential[]
  /** `missing`: nothing speaks against it, and not all is known. */
  readonly verdict: 'accepted' | 'failed' | 'missing'
  /** Of the verdict `missing`; empty otherwise. */
  readonly missing: readonly EvidenceReference[]
}

export type VerificationMessage =
  | { readonly type: 'request_fetched' }
  | JudgedAnswer
  | { readonly type: 'wallet_declined'; readonly answerHash: string; readonly reason: string }
  | { readonly type: 'stranger_answered'; readonly answerHash: string; readonly checks: readonly Check[] }
  | { readonly type: 'evidence_found'; readonly found: readonly FoundEvidence[] }
  | BrowserReturned
  | { readonly type: 'time_over' }

export type VerificationRefusal =
  | { readonly code: 'session_expired'; readonly expiresAt: number; readonly now: number }
  | { readonly code: 'already_answered' }

/** The browser that began is back with a response code, and the code is genuine for what is named. */
export interface BrowserReturned {
  readonly type: 'browser_returned'
  readonly with: 'answer' | AttemptKind
}

export type ReturnRefusal =
  /** A code of this session was exchanged before. */
  | { readonly code: 'already_returned' }
  /** The code of an attempt, where an answer was taken. */
  | { readonly code: 'attempt_outranked' }
  /** The time is over, or the code of another attempt has decided. */
  | { readonly code: 'returned_too_late' }

export function isDecided(session: VerificationSession): session is DecidedSession {
  return 'decidedAt' in session
}
