/**
 * What the portal's use cases stand on, put together once in `main.ts`. Use cases know no HTTP server; they run as they are in
 * tests, on both databases.
 */
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { LoginLimits } from '@countersign/service/login/login-limit'
import type { Passwords } from '@countersign/service/login/passwords'
import type { OnceStore } from '@countersign/stores/ports'
import type { PortalDatabase } from './database/schema.ts'
import type { SealedColumns } from './database/sealed-columns.ts'

/** Who may operate, and how they log in. */
export interface Operators {
  readonly database: PortalDatabase
  readonly columns: SealedColumns
  readonly passwords: () => Promise<Passwords>
  readonly crypto: Pick<CryptoEngine, 'randomBytes' | 'digestBase64url'>
  /** A random UUID (RFC 9562 §5.4). */
  readonly newId: () => string
  /** Challenges of passkeys that were answered. */
  readonly once: OnceStore
  /** Public address of the portal, without a slash at the end. */
  readonly baseUrl: string
  readonly sessionSeconds: number
  readonly limits: LoginLimits
  /** Epoch seconds. */
  readonly now: () => number
}

/** An operator who is logged in, or whose link was opened. */
export interface Operator {
  readonly id: string
  readonly name: string
}
