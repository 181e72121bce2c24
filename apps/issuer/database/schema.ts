/**
 * The issuer's tables as types: what outlives a session. No claim, no holder and no key is in them but sealed: a dump shows which
 * type of credential was issued when, under a random id, and which status it has. Times are epoch seconds.
 */
import type { ApiKeyRow } from '@countersign/service/api-keys/stored-keys'
import type { Kysely, Transaction } from 'kysely'

/** The database as use cases see it: what they may ask, not how it is opened and closed. */
export interface IssuerDatabase {
  readonly db: Kysely<IssuerTables>
  /** All or nothing; inside, only the transaction is used. */
  inTransaction<T>(work: (transaction: Transaction<IssuerTables>) => Promise<T>): Promise<T>
}

export interface IssuerTables {
  status_lists: StatusListRow
  status_changes: StatusChangeRow
  issued_credentials: IssuedCredentialRow
  idempotent_calls: IdempotentCallRow
  profiles: ProfileRow
  management_calls: ManagementCallRow
  bulk_jobs: BulkJobRow
  bulk_rows: BulkRowRow
  api_keys: ApiKeyRow
}

/** How a list is written: one Token Status List, or a pair of Bitstring Status Lists. */
export type ListKind = 'token' | 'bitstring'

export interface StatusListRow {
  /** Random; part of the list's address. */
  readonly id: string
  readonly kind: ListKind
  /** Under which address its credentials name it, whatever the issuer's own is by now. */
  readonly base_url: string
  /** The order its indices are handed out in: version of the permutation and fingerprint of its secret. */
  readonly permutation: string
  /** 1, 2, 3 … of one kind, address and permutation: instances that race for the next make one. */
  readonly series: number
  readonly size: number
  /** Positions below it are taken; from `size` on the list is full. It never falls. */
  readonly next_position: number
  /** Rises with every change of a status. */
  readonly version: number
  /** Up to which of its versions `indexed_status` of its credentials is brought. */
  readonly indexed_version: number
  readonly created_at: number
}

/** What a list is called and where it stands. */
export type ListFacts = Pick<StatusListRow, 'id' | 'kind' | 'base_url' | 'size'>

/** Only indices whose status was ever changed have rows here; the newest counts, the others tell the history. */
export interface StatusChangeRow {
  readonly list_id: string
  /** The list's version that this change made. */
  readonly version: number
  readonly idx: number
  readonly status: number
  readonly changed_at: number
}

/** Written before the credential can leave: a row says that it may have left. */
export interface IssuedCredentialRow {
  readonly id: string
  readonly session_id: string
  readonly configuration_id: string
  readonly format: string
  /** Both absent for a credential without status. */
  readonly list_id: string | null
  readonly idx: number | null
  /** Of a pair of lists, the one that the credential names; absent for one that names both, and without a pair. */
  readonly purpose: 'revocation' | null
  readonly issued_at: number
  readonly expires_at: number | null
  /** For finding it among others: the newest status, as far as its list's `indexed_version`; 0 without a status. */
  readonly indexed_status: number
}

/** A call under a key of its caller's. */
export interface IdempotentCallRow {
  /** Keyed hash of caller, route and key. */
  readonly id: string
  /** Keyed hash of everything else that decides what is done. */
  readonly content: string
  /** Random: who does the call, and until when it is his. */
  readonly turn: string
  readonly turn_ends_at: number
  readonly ends_at: number
  /** Sealed; absent while the call runs. */
  readonly answer: string | null
}

/** A profile of the API, or what is left of one: its name and its last version. */
export interface ProfileRow {
  readonly name: string
  readonly version: number
  readonly changed_at: number
  /** Sealed JSON; absent for one that was deleted. */
  readonly profile: string | null
  /** Which credential configuration wallets get by it without an offer; absent: they do not. */
  readonly open_for: string | null
}

/** A management call that changes something, written before it is done. */
export interface ManagementCallRow {
  readonly id: string
  readonly at: number
  /** Beginning of a keyed hash of the credential; absent where none is needed. */
  readonly caller: string | null
  /** What operators call him; absent where no credential is needed, and in rows of the release before. */
  readonly caller_name: string | null
  readonly method: string
  readonly route: string
  readonly path: string
  readonly request_id: string
  /** Sealed. */
  readonly idempotency_key: string | null
  /** Of the answer; absent: it runs, or nobody knows. */
  readonly status: number | null
}

/** Offers that are made of a whole input. */
export interface BulkJobRow {
  readonly id: string
  /** `deleting`: it is there for nobody any more. */
  readonly state: 'reading' | 'offering' | 'cancelling' | 'completed' | 'cancelled' | 'deleting'
  /** Keyed hash of all that decides what is done, of a call under a key of its caller's. */
  readonly content: string | null
  readonly profile_name: string
  readonly profile_version: number
  /** Sealed: the profile as it was, and what else holds for each offer; absent when everything is done. */
  readonly terms: string | null
  readonly rows: number
  /** Mistakes that were passed over. */
  readonly skipped: number
  /** Sealed: the first of them. */
  readonly mistakes: string | null
  /** Both only rise, and rows are done in their order: their sum is the position up to which it is done. */
  readonly offered: number
  readonly failed: number
  readonly created_at: number
  readonly finished_at: number | null
  /** When it is deleted. */
  readonly ends_at: number | null
  /** Rises with each lease: what an earlier holder writes is refused. */
  readonly fence: number
  readonly lease_ends_at: number
}

/** One holder. */
export interface BulkRowRow {
  readonly job_id: string
  /** 1, 2, 3 … without gaps. */
  readonly position: number
  /** Of the input. */
  readonly line: number
  /** Under which its offer is made, whoever makes it and however often he begins. */
  readonly session_id: string
  /** Sealed. */
  readonly external_id: string | null
  /** Sealed: what the offer is made of; gone when it is made. */
  readonly content: string | null
  /** Sealed: the offer, or why there is none; absent while it waits. */
  readonly outcome: string | null
}
