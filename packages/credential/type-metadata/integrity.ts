/**
 * Integrity of a document that was fetched (SD-JWT VC §6, W3C Subresource Integrity §3): a list of hashes, of which the
 * strongest kind alone counts, over the bytes as they came. No metadata, or none that is understood, is a refusal:
 * who writes a hash wants it checked.
 */
import { decodeBase64, encodeBase64 } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine, HashAlgorithm } from '@countersign/crypto/engine'

export type IntegrityRefusal = { readonly code: 'integrity_malformed' } | { readonly code: 'integrity_wrong' }

/** The hash functions that are understood, the strongest first. */
const HASHES: readonly {
  readonly prefix: string
  readonly algorithm: HashAlgorithm
  readonly bytes: number
}[] = [
  { prefix: 'sha512-', algorithm: 'sha-512', bytes: 64 },
  { prefix: 'sha384-', algorithm: 'sha-384', bytes: 48 },
  { prefix: 'sha256-', algorithm: 'sha-256', bytes: 32 },
]

const MAX_LENGTH = 1024

export async function checkIntegrity(
  bytes: Uint8Array,
  integrity: string,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<Result<undefined, IntegrityRefusal>> {
  if (integrity.length > MAX_LENGTH) return refuse({ code: 'integrity_malformed' })
  // Options after `?` are reserved and ignored (SRI §3.1).
  const hashes = integrity.split(/[ \t\n\r]+/).map((text) => text.split('?', 1)[0] ?? '')
  const kind = HASHES.find(({ prefix }) => hashes.some((text) => text.startsWith(prefix)))
  if (kind === undefined) return refuse({ code: 'integrity_malformed' })
  const wanted = hashes
    .filter((text) => text.startsWith(kind.prefix))
    .map((text) => text.slice(kind.prefix.length))
  if (wanted.some((text) => decodeBase64(text)?.length !== kind.bytes))
    return refuse({ code: 'integrity_malformed' })
  const digest = encodeBase64(await crypto.digest(kind.algorithm, bytes))
  return wanted.includes(digest) ? ok(undefined) : refuse({ code: 'integrity_wrong' })
}

/** The integrity value that a publisher writes beside a reference to bytes with this SHA-256. */
export function integrityValue(sha256: Uint8Array): string {
  return `sha256-${encodeBase64(sha256)}`
}
