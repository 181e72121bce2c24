/** Rows of credentials that are shown once, and of issuances that can be asked for more. */

/** One of several credentials of one content, each for a key of its own. It goes with its card. */
export interface CredentialCopyRow {
  readonly id: string
  readonly wallet_id: string
  readonly credential_id: string
  /** Private, as JWK: it signs for this copy and for nothing else. */
  readonly key_sealed: string
  readonly content_sealed: string
  readonly added_at: number
  /** Absent: nobody has seen it. */
  readonly used_at: number | null
  /** The answer that it was last in, by its id. */
  readonly used_for: string | null
  /** In how many answers it was; whoever takes the copy counts on from what he saw. */
  readonly uses: number
}

/** With what more can be had of an issuer after an issuance is over. `id` is that of the issuance that it began with. */
export interface RenewalRow {
  readonly id: string
  readonly wallet_id: string
  readonly state_sealed: string
  /** Who has it counts up, and writes only while nobody else has done so. */
  readonly version: number
  /** Somebody asks for more until then. */
  readonly leased_until: number | null
  /** How often in a row it went wrong. */
  readonly failures: number
  /** Nothing is tried by itself before. */
  readonly next_at: number
  readonly created_at: number
}
