/**
 * Compression of servers: zlib in its own threads, at the best level for what is published many times and compressed
 * once. An output limit stops decompression while it runs, so a small list cannot become a large one.
 */
import { promisify } from 'node:util'
import { constants, deflate, gunzip, gzip, inflate } from 'node:zlib'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Compression, InflateRefusal } from '@countersign/status-list/compression'

const BEST = { level: constants.Z_BEST_COMPRESSION }
const deflated = promisify(deflate) as Transform
const inflated = promisify(inflate) as Transform
const gzipped = promisify(gzip) as Transform
const gunzipped = promisify(gunzip) as Transform

type Transform = (bytes: Uint8Array, options: object) => Promise<Uint8Array>

export const nodeCompression: Compression = {
  deflate: (bytes) => deflated(bytes, BEST),
  inflate: (bytes, maxBytes) => expand(inflated, bytes, maxBytes),
  gzip: (bytes) => gzipped(bytes, BEST),
  gunzip: (bytes, maxBytes) => expand(gunzipped, bytes, maxBytes),
}

async function expand(
  transform: Transform,
  bytes: Uint8Array,
  maxBytes: number,
): Promise<Result<Uint8Array, InflateRefusal>> {
  try {
    return ok(await transform(bytes, { maxOutputLength: maxBytes }))
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
    return refuse({ code: code === 'ERR_BUFFER_TOO_LARGE' ? 'inflated_too_large' : 'compressed_malformed' })
  }
}
