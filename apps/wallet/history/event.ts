/**
 * What a wallet remembers of something that its holder did: with whom, and the names of what it was about, in every language that
 * came with them, so that it can be told in any of these when the credential, or the other side, is gone. Values lie apart.
 */
import type { ClaimPath } from '@countersign/credential/contract/format'
import { bestFor } from '@countersign/credential/display/credential-view'
import type { EventAction, EventOutcome } from '../database/schema.ts'

export type { EventAction, EventOutcome } from '../database/schema.ts'

/** Somebody else's text, in the language that they say. */
export interface LocalText {
  readonly text: string
  readonly locale?: string | undefined
}

export interface EventSummary {
  /** Absent where nobody else was concerned. */
  readonly party?: EventParty | undefined
  readonly credentials: readonly EventCredential[]
  /** In the words of whoever asked. */
  readonly purposes?: readonly LocalText[] | undefined
  /** What was declined. */
  readonly declined?: 'offer' | 'request' | undefined
  /** Of a deletion: it cannot be taken back. */
  readonly permanent?: boolean | undefined
  /** Of a credential that was waited for: why it did not come. */
  readonly unissued?: Unissued | undefined
  /** The holder's own words. */
  readonly note?: string | undefined
}

/** `words`: the issuer's own. */
export type Unissued =
  | { readonly code: 'refused'; readonly words: string }
  | { readonly code: 'token_over' | 'unacceptable' | 'key_gone' | 'waited_too_long' }

export interface EventParty {
  /** Of a verifier its client identifier, of an issuer its address. */
  readonly id: string
  readonly host: string
  /** What they call themselves. */
  readonly names: readonly LocalText[]
  /** Whether somebody vouched for them then; absent where nobody was asked. */
  readonly trust?: { readonly trusted: boolean; readonly name?: string | undefined } | undefined
  /** Where they want to be written to: an e-mail address. */
  readonly contact?: string | undefined
}

export interface EventCredential {
  /** Absent where it never came. */
  readonly id?: string | undefined
  readonly format: string
  readonly type: string
  readonly titles: readonly LocalText[]
  readonly issuer?: string | undefined
  /** Of a presentation: which part of the request it answered. */
  readonly queryId?: string | undefined
  readonly claims: readonly EventClaim[]
  /** Claims beyond those that are named. */
  readonly moreClaims: number
}

export interface EventClaim {
  readonly path: ClaimPath
  readonly labels: readonly LocalText[]
}

/** By credential and by claim, in the order of the summary; in several languages where they differ. */
export type EventValues = readonly (readonly (readonly LocalText[])[])[]

export interface StoredEvent {
  readonly id: string
  /** Epoch seconds. */
  readonly at: number
  readonly action: EventAction
  readonly outcome?: EventOutcome | undefined
  readonly summary: EventSummary
}

/** In the language that is wanted most of those there are. */
export function textFor(texts: readonly LocalText[], locales: readonly string[]): string | undefined {
  return bestFor(texts, locales)?.text
}
