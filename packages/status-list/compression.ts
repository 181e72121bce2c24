/**
 * Compression as a port: status lists travel compressed, and no pure code compresses. `web-compression.ts` is the one of
 * browsers; servers have theirs beside the services. An implementation never holds much more than the caller allows,
 * whatever the data would grow to.
 */

import type { Result } from '@countersign/core/result'
import type { Awaitable } from '@countersign/crypto/engine'

export interface InflateRefusal {
  readonly code: 'compressed_malformed' | 'inflated_too_large'
}

export type Inflate = (bytes: Uint8Array, maxBytes: number) => Awaitable<Result<Uint8Array, InflateRefusal>>

export interface Compression {
  /** DEFLATE in the ZLIB data format (RFC 1950, RFC 1951). */
  deflate(bytes: Uint8Array): Awaitable<Uint8Array>
  /** Refuses data that is cut off or damaged, and stops as soon as the result would exceed `maxBytes`. */
  readonly inflate: Inflate
  /** GZIP (RFC 1952). */
  gzip(bytes: Uint8Array): Awaitable<Uint8Array>
  readonly gunzip: Inflate
}
