/**
 * Settles the one secret of a deployment. Configured, it is never kept: only its fingerprint is, so that an instance
 * with another secret is refused before it writes values that the others cannot open. In development a missing secret
 * is made once and kept; in production it is asked for, and one that lies beside what it seals is not accepted.
 */
import { randomBytes } from 'node:crypto'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { IdentityRecords } from './identity-records.ts'
import type { IdentityShelf } from './identity-store.ts'
import { MINIMUM_SECRET_BYTES, openSealing, type Sealing } from './sealing.ts'

export type SecretRefusal =
  /** `recorded`: the store was sealed with a configured secret of this fingerprint. */
  | { readonly code: 'secret_missing'; readonly recorded?: string }
  | { readonly code: 'secret_too_short'; readonly minimumBytes: number }
  /** Another secret sealed this store. */
  | { readonly code: 'secret_mismatch'; readonly fingerprint: string; readonly recorded: string }
  /** Production: the store holds a secret made in development. */
  | { readonly code: 'secret_kept_in_store'; readonly record: string }

export interface SecretOptions {
  readonly mode: 'development' | 'production'
  readonly configuredSecret?: string
  readonly shelf: IdentityShelf
  readonly records: IdentityRecords
  warn(message: string): void
}

export const SECRET_RECORD = 'deployment-secret'
export const FINGERPRINT_RECORD = 'deployment-secret-fingerprint'

export async function settleSecret(options: SecretOptions): Promise<Result<Sealing, SecretRefusal>> {
  // In the order opposite to that of writing: an instance that opens the same store right now puts its secret before
  // the fingerprint, so whoever sees a fingerprint of a secret that was made also finds that secret.
  const recorded = await options.shelf.read(FINGERPRINT_RECORD)
  const kept = await options.shelf.read(SECRET_RECORD)
  const configured = options.configuredSecret?.trim()
  if (options.mode === 'production' && kept !== undefined) {
    return refuse({ code: 'secret_kept_in_store', record: SECRET_RECORD })
  }
  if (configured) return withConfigured(configured, recorded, options.records)
  if (options.mode === 'production') return refuse({ code: 'secret_missing' })
  if (kept === undefined && recorded !== undefined) return refuse({ code: 'secret_missing', recorded })
  return withKept(kept, recorded, options)
}

async function withConfigured(
  secret: string,
  recorded: string | undefined,
  records: IdentityRecords,
): Promise<Result<Sealing, SecretRefusal>> {
  if (Buffer.byteLength(secret) < MINIMUM_SECRET_BYTES) {
    return refuse({ code: 'secret_too_short', minimumBytes: MINIMUM_SECRET_BYTES })
  }
  return underFingerprint(sealingOf(secret), recorded, records)
}

async function withKept(
  kept: string | undefined,
  recorded: string | undefined,
  { shelf, records, warn }: SecretOptions,
): Promise<Result<Sealing, SecretRefusal>> {
  const offered = kept ?? randomBytes(32).toString('base64url')
  if (Buffer.byteLength(offered) < MINIMUM_SECRET_BYTES) {
    return refuse({ code: 'secret_too_short', minimumBytes: MINIMUM_SECRET_BYTES })
  }
  const { fingerprint } = sealingOf(offered)
  // Looked at before anything is put: a stray instance must not leave its secret in another deployment's store.
  if (recorded !== undefined && recorded !== fingerprint) {
    return refuse({ code: 'secret_mismatch', fingerprint, recorded })
  }
  const secret = await records.keep(SECRET_RECORD, () => offered)
  if (shelf.shared) warn(KEPT_IN_SHARED_STORE)
  return underFingerprint(sealingOf(secret), undefined, records)
}

const KEPT_IN_SHARED_STORE =
  'DEVELOPMENT ONLY: the deployment secret is kept in the shared store, beside the values that it seals. ' +
  'Whoever reads the store reads everything in it. Configure a secret before real data goes in.'

async function underFingerprint(
  sealing: Sealing,
  recorded: string | undefined,
  records: IdentityRecords,
): Promise<Result<Sealing, SecretRefusal>> {
  const { fingerprint } = sealing
  if (recorded !== undefined && recorded !== fingerprint) {
    return refuse({ code: 'secret_mismatch', fingerprint, recorded })
  }
  const winner = await records.keep(FINGERPRINT_RECORD, () => fingerprint)
  return winner === fingerprint
    ? ok(sealing)
    : refuse({ code: 'secret_mismatch', fingerprint, recorded: winner })
}

function sealingOf(secret: string): Sealing {
  return openSealing(Buffer.from(secret))
}
