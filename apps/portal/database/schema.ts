/**
 * The portal's tables as types: operators and what they log in with. Columns that end in `_sealed` hold text under the
 * deployment's key, bound to their place; ids of links and sessions are hashes of what their holders have. A dump shows no name,
 * no link, no session, no password and no public key. Times are epoch seconds.
 */
import type { Kysely, Transaction } from 'kysely'

/** The database as use cases see it. */
export interface PortalDatabase {
  readonly db: Kysely<PortalTables>
  inTransaction<T>(work: (transaction: Transaction<PortalTables>) => Promise<T>): Promise<T>
}

export interface PortalTables {
  operators: OperatorRow
  operator_links: LinkRow
  operator_passkeys: PasskeyRow
  operator_sessions: SessionRow
  operator_attempts: AttemptRow
  portal_settings: SettingRow
}

export interface OperatorRow {
  readonly id: string
  /** Keyed: one operator a name. */
  readonly name_hash: string
  readonly name_sealed: string
  /** Absent: this operator logs in with a passkey, or has not used the link yet. */
  readonly password_sealed: string | null
  readonly created_at: number
}

/** `id` is the SHA-256 of what stands in the link. A row goes when the link is used, replaced or cleared away. */
export interface LinkRow {
  readonly id: string
  readonly operator_id: string
  readonly expires_at: number
}

/** `id` is a keyed hash of the credential's id. */
export interface PasskeyRow {
  readonly id: string
  readonly operator_id: string
  /** JSON: the credential's id, its public key, its transports. */
  readonly key_sealed: string
  /** WebAuthn Level 3 §6.1.1: 0 for authenticators that do not count. */
  readonly counter: number
  readonly created_at: number
}

/** `id` is the SHA-256 of the token in the cookie. */
export interface SessionRow {
  readonly id: string
  readonly operator_id: string
  readonly created_at: number
  readonly expires_at: number
}

/** A row counts the failed or unfinished attempts of one subject in one minute. */
export interface AttemptRow {
  readonly subject: string
  readonly minute: number
  readonly attempts: number
}

export interface SettingRow {
  readonly name: string
  readonly value: string
}
