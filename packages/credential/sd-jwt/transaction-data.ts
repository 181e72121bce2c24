/**
 * Hashes of transaction data in a key-binding JWT (OpenID4VP 1.0 appendix B.3.3.1): the holder signs what the verifier
 * wants confirmed. Hashed is the text of an entry as it was received, never what is encoded in it; read from it is only
 * which hashes the verifier takes.
 */
import { decodeTextBase64url } from '@countersign/core/base64url'
import { isJsonArray, type JsonObject, type JsonValue, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine, HashAlgorithm } from '@countersign/crypto/engine'
import type { FormatRefusal } from '../contract/format.ts'

/** Members of the key-binding JWT; none for no transaction data. */
export async function writeTransactionHashes(
  entries: readonly string[],
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): Promise<Result<JsonObject, FormatRefusal>> {
  if (entries.length === 0) return ok({})
  if (entries.length > MAX_ENTRIES) return refuse({ code: 'transaction_data_too_large' })
  const accepted = entries.map(acceptedHashes)
  if (accepted.includes('malformed')) return refuse({ code: 'transaction_data_malformed' })
  const algorithm = HASHES.find((hash) => accepted.every((names) => accepts(names, hash)))
  if (algorithm === undefined) return refuse({ code: 'transaction_data_hash_unsupported' })
  return ok({
    transaction_data_hashes: await hashAll(entries, algorithm, crypto),
    // Required where the request said so itself, and the default needs no saying.
    ...(accepted.some((names) => names !== undefined) && { transaction_data_hashes_alg: algorithm }),
  })
}

/** Why the key-binding JWT does not confirm exactly these entries; undefined where it does. */
export async function findTransactionFault(
  payload: JsonObject,
  entries: readonly string[],
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): Promise<string | undefined> {
  if (entries.length === 0) return undefined
  const { transaction_data_hashes: hashes, transaction_data_hashes_alg: name = 'sha-256' } = payload
  if (hashes === undefined) return 'transaction_data_missing'
  if (!isJsonArray(hashes) || hashes.length > MAX_ENTRIES) return 'transaction_data_malformed'
  const algorithm = HASHES.find((hash) => hash === name)
  if (algorithm === undefined) return 'transaction_data_hash_unsupported'
  if (!entries.every((entry) => accepts(acceptedHashes(entry), algorithm))) {
    return 'transaction_data_hash_not_accepted'
  }
  const expected = await hashAll(entries, algorithm, crypto)
  // Each of them and nothing else: a further hash would confirm what nobody here has asked for.
  return sameTexts(expected, hashes) ? undefined : 'transaction_data_wrong'
}

const HASHES: readonly HashAlgorithm[] = ['sha-256', 'sha-384', 'sha-512']
const MAX_ENTRIES = 32
const MAX_ENTRY_BYTES = 65_536

type AcceptedHashes = readonly JsonValue[] | 'malformed' | undefined

function accepts(names: AcceptedHashes, algorithm: HashAlgorithm): boolean {
  return names === undefined || names === 'malformed' ? algorithm === 'sha-256' : names.includes(algorithm)
}

/** `transaction_data_hashes_alg` of an entry; undefined where it says nothing, which means sha-256. */
function acceptedHashes(entry: string): AcceptedHashes {
  const text = decodeTextBase64url(entry)
  if (text === undefined) return 'malformed'
  const parsed = parseJsonObject(text, { maxBytes: MAX_ENTRY_BYTES })
  if (!parsed.ok) return 'malformed'
  const { transaction_data_hashes_alg: names } = parsed.value
  if (names === undefined) return undefined
  return isJsonArray(names) && names.length > 0 ? names : 'malformed'
}

function hashAll(
  entries: readonly string[],
  algorithm: HashAlgorithm,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): Promise<readonly string[]> {
  return Promise.all(entries.map((entry) => crypto.digestBase64url(algorithm, entry)))
}

function sameTexts(expected: readonly string[], given: readonly JsonValue[]): boolean {
  if (expected.length !== given.length) return false
  const rest: JsonValue[] = [...given]
  for (const text of expected) {
    const at = rest.indexOf(text)
    if (at === -1) return false
    rest.splice(at, 1)
  }
  return true
}
