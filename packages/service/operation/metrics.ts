/**
 * What a service counts and times of itself, as a port: whoever does something worth a figure says so here and knows no
 * monitoring system. Every text that becomes a label is one of a few that stand in our code; no id, address, host or name
 * that somebody else chose ever comes in, so that series stay few and tell nothing about anybody.
 */
import type { Precedence, RefusedFor } from './admission.ts'

export interface Metrics {
  /** A request was answered. `route` is the pattern, never the address. */
  request(facts: {
    readonly method: string
    readonly route: string
    readonly status: number
    readonly seconds: number
    /** It was a stream, so its time is how long somebody listened. */
    readonly streamed: boolean
  }): void
  /** Asked whenever somebody wants figures: how many requests are being answered. */
  inFlight(read: () => number): void
  /** A request was refused before anything was done for it, or cut, since there was too much to do. */
  refused(reason: RefusedFor | 'slow_bodies', precedence: Precedence): void
  /** A session changed and the change was committed. `from` is `none` for one that was made. */
  transition(kind: SessionKind, from: string, to: string): void
  /** An operation of the session store ended. */
  storeOperation(operation: StoreOperation, outcome: StoreOutcome, seconds: number): void
  /** Whether the session store, when it is full, throws away sessions that are not over. */
  storeMayEvict(mayEvict: boolean): void
  /** Somebody was asked for a signature. `purpose` names one of our keys. */
  signature(purpose: string, outcome: 'signed' | 'unavailable', seconds: number): void
  /** A request to an address that others named ended. `outcome` is a status class or the code of the refusal. */
  outgoingRequest(purpose: OutgoingPurpose, outcome: string, seconds: number): void
  /** A source of trust was looked at. `kind` is the member of the configuration that names it. */
  trustLook(kind: string, outcome: 'renewed' | 'unchanged' | 'failed'): void
  /** Asked whenever somebody wants figures: ages grow by themselves. */
  trustSources(read: () => readonly TrustSourceFigures[]): void
}

export interface TrustSourceFigures {
  /** Its place in the configuration, from 1. */
  readonly source: string
  readonly kind: string
  /** That count now. */
  readonly entries: number
  readonly unusableEntries: number
  /** The last look failed, or found nothing that can be used. */
  readonly failed: boolean
  /** Since a list was issued, or a file was read first; absent where nothing was read yet. */
  readonly ageSeconds?: number | undefined
  /** Negative once it is over; absent where a source names none. */
  readonly nextUpdateInSeconds?: number | undefined
}

/** What is asked for: messages of the protocols, or what a decision needs. */
export type OutgoingPurpose =
  | 'protocol'
  | 'did_document'
  | 'status_list'
  | 'issuer_metadata'
  | 'callers_key'
  | 'trust_list'
  | 'policy'
  | 'callback'
  | 'claims'
  | 'management_keys'
  | 'login'
  | 'verifier'

export type SessionKind = 'verification' | 'issuance'

export type StoreOperation =
  | 'create'
  | 'get'
  | 'compare_and_set'
  | 'remove'
  | 'claim'
  | 'due_put'
  | 'due_lease'
  | 'due_done'
  | 'index_page'

/** `lost`: somebody else was first. */
export type StoreOutcome = 'done' | 'lost' | 'absent' | 'unavailable'

/** For tests and for whoever does not want any. */
export const NO_METRICS: Metrics = {
  request: () => {},
  inFlight: () => {},
  refused: () => {},
  transition: () => {},
  storeOperation: () => {},
  storeMayEvict: () => {},
  signature: () => {},
  outgoingRequest: () => {},
  trustLook: () => {},
  trustSources: () => {},
}

/** Tells both of everything. */
export function bothMetrics(one: Metrics, other: Metrics): Metrics {
  return {
    request: (facts) => {
      one.request(facts)
      other.request(facts)
    },
    inFlight: (read) => {
      one.inFlight(read)
      other.inFlight(read)
    },
    refused: (reason, precedence) => {
      one.refused(reason, precedence)
      other.refused(reason, precedence)
    },
    transition: (kind, from, to) => {
      one.transition(kind, from, to)
      other.transition(kind, from, to)
    },
    storeOperation: (operation, outcome, seconds) => {
      one.storeOperation(operation, outcome, seconds)
      other.storeOperation(operation, outcome, seconds)
    },
    storeMayEvict: (mayEvict) => {
      one.storeMayEvict(mayEvict)
      other.storeMayEvict(mayEvict)
    },
    signature: (purpose, outcome, seconds) => {
      one.signature(purpose, outcome, seconds)
      other.signature(purpose, outcome, seconds)
    },
    outgoingRequest: (purpose, outcome, seconds) => {
      one.outgoingRequest(purpose, outcome, seconds)
      other.outgoingRequest(purpose, outcome, seconds)
    },
    trustLook: (kind, outcome) => {
      one.trustLook(kind, outcome)
      other.trustLook(kind, outcome)
    },
    trustSources: (read) => {
      one.trustSources(read)
      other.trustSources(read)
    },
  }
}

/** Figures as Prometheus reads them. */
export interface Exposition {
  readonly contentType: string
  text(): Promise<string>
}
