/** Hashes by which a holder's proof confirms transaction data (OpenID4VP 1.0 appendix B.3.3.1), the preferred one first. */
import { isJsonArray, type JsonValue } from '@countersign/core/json'
import type { HashAlgorithm } from '@countersign/crypto/engine'

export const TRANSACTION_HASHES: readonly HashAlgorithm[] = ['sha-256', 'sha-384', 'sha-512']

/** What an entry says in `transaction_data_hashes_alg`; a list of texts, or nothing, which means sha-256. */
export function isHashList(names: JsonValue | undefined): names is readonly string[] | undefined {
  if (names === undefined) return true
  return isJsonArray(names) && names.length > 0 && names.every((name) => typeof name === 'string')
}

/** Whether an entry that says so may be hashed in this way. */
export function acceptsHash(names: readonly string[] | undefined, algorithm: HashAlgorithm): boolean {
  return names === undefined ? algorithm === 'sha-256' : names.includes(algorithm)
}
