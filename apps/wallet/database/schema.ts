/**
 * The wallet's tables as types. Columns that end in `_sealed` hold text under the deployment's key, bound to their
 * place; `_hash` columns hold keyed hashes. What stands open are random ids, times, algorithms and counters: a dump
 * shows no name, no address, no claim, no key and no token. Times are epoch seconds.
 */

import type { SoftwareKeyType } from '@countersign/keys/signers/software-key'
import type { Kysely, Transaction } from 'kysely'
import type { CredentialCopyRow, RenewalRow } from './copies-schema.ts'

/** The database as use cases see it: what they may ask, not how it is opened and closed. */
export interface WalletDatabase {
  readonly db: Kysely<WalletTables>
  readonly engine: 'sqlite' | 'postgres'
  /** Everything happens or nothing does; inside, only the transaction is used. */
  inTransaction<T>(work: (transaction: Transaction<WalletTables>) => Promise<T>): Promise<T>
}

export interface WalletTables {
  accounts: AccountRow
  tokens: TokenRow
  login_attempts: LoginAttemptRow
  wallets: WalletRow
  wallet_keys: KeyRow
  wallet_dids: DidRow
  hosted_dids: HostedDidRow
  retired_dids: RetiredDidRow
  credentials: CredentialRow
  credential_copies: CredentialCopyRow
  renewals: RenewalRow
  pictures: PictureRow
  receptions: IssuanceRow
  deferred_credentials: DeferredRow
  presentations: PresentationRow
  exchanges: ExchangeRow
  passkeys: PasskeyRow
  spent_challenges: SpentChallengeRow
  recovery_codes: RecoveryCodeRow
  reset_links: ResetLinkRow
  events: EventRow
  event_credentials: EventCredentialRow
  categories: CategoryRow
  credential_categories: CredentialCategoryRow
  holder_settings: HolderSettingsRow
  wallet_settings: SettingRow
}

export interface AccountRow {
  readonly id: string
  readonly email_hash: string
  readonly email_sealed: string
  readonly name_sealed: string
  readonly password_sealed: string
  readonly created_at: number
}

/** `id` is the SHA-256 of the token. */
export interface TokenRow {
  readonly id: string
  readonly account_id: string
  readonly created_at: number
  readonly expires_at: number
  /** Absent in rows of releases before. */
  readonly made_by: LoginMeans | null
  /** What the caller's program calls itself. */
  readonly client_sealed: string | null
  /** To the hour. */
  readonly used_at: number | null
}

/** What somebody logged in with. */
export type LoginMeans = 'password' | 'passkey' | 'recovery_code' | 'reset_link'

/** A row counts the failed or unfinished attempts of one subject in one minute. */
export interface LoginAttemptRow {
  readonly subject: string
  readonly minute: number
  readonly attempts: number
}

export interface WalletRow {
  readonly id: string
  readonly account_id: string
  readonly name_sealed: string
  /** Points at `wallet_dids.id`: one pointer, so there are never two defaults. */
  readonly default_did: string | null
  readonly created_at: number
  /** Somebody began to delete it; whoever was interrupted begins again. */
  readonly deleting_at: number | null
}

export interface KeyRow {
  readonly id: string
  readonly wallet_id: string
  /** The type of the key, which says what it signs with. */
  readonly algorithm: SoftwareKeyType
  readonly name_sealed: string | null
  readonly private_sealed: string
  readonly created_at: number
}

/** `id` is a keyed hash of wallet and DID: a did:jwk is the holder's key in plain text. */
export interface DidRow {
  readonly id: string
  readonly wallet_id: string
  readonly key_id: string
  readonly did_sealed: string
  readonly alias_sealed: string
  /** Of a DID that is not its own document: the document, as JSON. */
  readonly document_sealed: string | null
  readonly created_at: number
}

/**
 * Whose a DID of our own host is, for good: a name that was given up is never given to somebody else, who could speak
 * in the place of its first owner. `id` is a keyed hash of the DID.
 */
export interface HostedDidRow {
  readonly id: string
  readonly wallet_id: string
  readonly created_at: number
}

/** A name of our host whose owner is gone: nobody gets it again. `id` is that of its row among the hosted ones. */
export interface RetiredDidRow {
  readonly id: string
}

export interface CredentialRow {
  readonly id: string
  readonly wallet_id: string
  /** A credential that is bound to no key has none. */
  readonly key_id: string | null
  readonly format: string
  readonly content_sealed: string
  /** How the issuer wanted it to look, as JSON; absent where it did not say. */
  readonly look_sealed: string | null
  readonly added_at: number
  readonly deleted_at: number | null
  /** With `slot_hash`: one credential for each that an offer promised, however often it arrives. */
  readonly reception_id: string
  readonly slot_hash: string
  /** Of what more of it is asked for with; absent where nothing more can be had. */
  readonly renewal_id: string | null
}

/** What is drawn on a card: its media type and its bytes, as JSON. It goes with its credential. `id` is a keyed hash of that and its address. */
export interface PictureRow {
  readonly id: string
  readonly wallet_id: string
  readonly credential_id: string
  readonly content_sealed: string
  readonly created_at: number
}

/** An issuance in progress or finished. Table and columns are named `reception` since their first release. */
export interface IssuanceRow {
  readonly id: string
  readonly wallet_id: string
  readonly offer_hash: string
  readonly key_id: string
  readonly state: 'open' | 'finished'
  readonly progress_sealed: string | null
  readonly version: number
  readonly created_at: number
}

/** A credential that its issuer prepares, and when it is asked for next. With `slot_hash`: one for each that an offer promised. */
export interface DeferredRow {
  readonly id: string
  readonly wallet_id: string
  readonly created_at: number
  readonly reception_id: string
  readonly slot_hash: string
  /** The transaction and whom to ask; of one that is over, what came of it. */
  readonly content_sealed: string
  readonly state: 'waiting' | 'came' | 'refused'
  /** Null: nothing is left to do. */
  readonly next_at: number | null
  readonly earliest_at: number
  /** 0: nobody asks. */
  readonly lease_until: number
  /** Counts the leases. */
  readonly fence: number
  /** In a row, without a word of the issuer's when to come again. */
  readonly attempts: number
}

/** A row is one answer to one authorization request. */
export interface PresentationRow {
  readonly id: string
  readonly wallet_id: string
  readonly request_hash: string
  /** Of the host that it was sent to; absent where an earlier release wrote the row. */
  readonly receiver_hash: string | null
  readonly sent_sealed: string
  readonly answer_sealed: string | null
  readonly created_at: number
}

/** An offer or a request that somebody looks at: what was resolved, what was decided, and what came of it. */
export interface ExchangeRow {
  readonly id: string
  readonly wallet_id: string
  readonly created_at: number
  /** `authorisation`: a request with something to authorise, which the release before would show without it: it finds none. */
  readonly kind: 'offer' | 'request' | 'authorisation'
  readonly state: ExchangeState
  /** Counts the writers: each writes only what nobody changed since it read. */
  readonly version: number
  readonly resolved_sealed: string
  /** What the holder wants done, while it is being done and after. */
  readonly decision_sealed: string | null
  readonly begun_at: number | null
  readonly result_sealed: string | null
  readonly expires_at: number
}

/** `begun`: a decision is being carried out, or whoever did so died. The others but `open` are ends. */
export type ExchangeState = 'open' | 'begun' | 'done' | 'rejected' | 'refused'

/** `id` is a keyed hash of the credential id, so that a login finds its row and nobody else does. */
export interface PasskeyRow {
  readonly id: string
  readonly account_id: string
  readonly created_at: number
  /** Key, transports and label, as JSON. */
  readonly passkey_sealed: string
  /** The authenticator's signature counter, which only ever grows; 0 where it does not count. */
  readonly counter: number
  readonly used_at: number | null
}

/** Challenges that were answered; kept for as long as they could be answered again. */
export interface SpentChallengeRow {
  readonly id: string
  readonly expires_at: number
}

/** `id` is a keyed hash of the code, so that whoever has the code finds its account. A row goes when it is used. */
export interface RecoveryCodeRow {
  readonly id: string
  readonly account_id: string
  readonly created_at: number
}

/** `id` is the SHA-256 of what stands in the link. A row goes when the link is used or replaced. */
export interface ResetLinkRow {
  readonly id: string
  readonly account_id: string
  readonly created_at: number
  readonly expires_at: number
}

/** Something that a holder did, in the order of `created_at` and `id`. */
export interface EventRow {
  readonly id: string
  readonly wallet_id: string
  readonly created_at: number
  readonly action: EventAction
  /** What the other side said; absent where nobody was asked. */
  readonly outcome: EventOutcome | null
  /** With whom, and the names of what it was about, as JSON. */
  readonly summary_sealed: string
  /** The values of what was shared, as JSON: opened only where they are asked for. */
  readonly values_sealed: string | null
}

/** Which credentials an entry is about, in the order of their own entries. It goes with the entry. */
export interface EventCredentialRow {
  readonly event_id: string
  readonly wallet_id: string
  readonly credential_hash: string
  readonly created_at: number
}

export type EventAction = 'receive' | 'present' | 'reject' | 'delete' | 'restore'

/** `unanswered`: it was sent, or was about to be, and nobody knows whether it arrived. */
export type EventOutcome = 'unanswered' | 'taken' | 'refused'

/** One of a name in a wallet. */
export interface CategoryRow {
  readonly id: string
  readonly wallet_id: string
  readonly created_at: number
  readonly name_hash: string
  readonly name_sealed: string
}

export interface CredentialCategoryRow {
  readonly category_id: string
  readonly credential_id: string
}

/** What a wallet's owner wants it to be like, as JSON of the pages. */
export interface HolderSettingsRow {
  readonly wallet_id: string
  readonly settings_sealed: string
}

export interface SettingRow {
  readonly name: string
  readonly value: string
}
