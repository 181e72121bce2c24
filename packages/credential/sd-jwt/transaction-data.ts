/**
 * Hashes of transaction data in a key-binding JWT (OpenID4VP 1.0 appendix B.3.3.1): the holder signs what the verifier
 * wants authorised. Hashed is the text of an entry as it was received, never what is encoded in it; read from it is only
 * which hashes the verifier takes.
 */
import { decodeTextBase64url } from '@countersign/core/base64url'
import { isJsonArray, type JsonObject, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine, HashAlgorithm } from '@countersign/crypto/engine'
import type { DecodedJws } from '@countersign/crypto/jose/jws'
import type { FormatRefusal, RequestBinding, TransactionFault } from '../contract/format.ts'
import { acceptsHash, isHashList, TRANSACTION_HASHES } from '../contract/transaction-hashes.ts'

type Digests = Pick<CryptoEngine, 'digestBase64url'>

/** Members of the key-binding JWT; none for no transaction data. */
export async function writeTransactionHashes(
  entries: readonly string[],
  crypto: Digests,
): Promise<Result<JsonObject, FormatRefusal>> {
  if (entries.length === 0) return ok({})
  if (entries.length > MAX_ENTRIES) return refuse({ code: 'transaction_data_too_large' })
  const accepted = entries.map(acceptedHashes)
  if (accepted.includes('malformed')) return refuse({ code: 'transaction_data_malformed' })
  const algorithm = TRANSACTION_HASHES.find((hash) => accepted.every((names) => accepts(names, hash)))
  if (algorithm === undefined) return refuse({ code: 'transaction_data_hash_unsupported' })
  return ok({
    transaction_data_hashes: await hashAll(entries, algorithm, crypto),
    // Required where the request said so itself, and the default needs no saying.
    ...(accepted.some((names) => names !== undefined) && { transaction_data_hashes_alg: algorithm }),
  })
}

/** What the key-binding JWT of a presentation confirms; undefined where nobody looks, or there is none. */
export async function confirmedTransactions(
  keyBinding: DecodedJws | undefined,
  { transactionData }: Pick<RequestBinding, 'transactionData'>,
  crypto: Digests,
): Promise<Result<readonly number[], TransactionFault> | undefined> {
  if (keyBinding === undefined || transactionData === undefined) return undefined
  return readTransactionHashes(keyBinding.payload, transactionData, crypto)
}

/**
 * Which of the entries a key-binding JWT confirms, by their positions. Whatever else it confirms nobody here has asked for, and
 * that is refused. The name of the algorithm may be missing, which means sha-256, also where the request named it.
 */
async function readTransactionHashes(
  { transaction_data_hashes: hashes, transaction_data_hashes_alg: name = 'sha-256' }: JsonObject,
  entries: readonly string[],
  crypto: Digests,
): Promise<Result<readonly number[], TransactionFault>> {
  if (hashes === undefined) return ok([])
  if (!isJsonArray(hashes) || hashes.length === 0 || hashes.length > MAX_ENTRIES)
    return refuse('hashes_malformed')
  const algorithm = TRANSACTION_HASHES.find((hash) => hash === name)
  if (algorithm === undefined) return refuse('hash_unsupported')
  const rest: (string | undefined)[] = [...(await hashAll(entries, algorithm, crypto))]
  const confirmed: number[] = []
  for (const hash of hashes) {
    const at = typeof hash === 'string' ? rest.indexOf(hash) : -1
    if (at === -1) return refuse('confirmed_otherwise')
    rest[at] = undefined
    confirmed.push(at)
  }
  const isAccepted = confirmed.every((at) => accepts(acceptedHashes(entries[at] ?? ''), algorithm))
  return isAccepted ? ok(confirmed) : refuse('hash_not_accepted')
}

const MAX_ENTRIES = 32
const MAX_ENTRY_BYTES = 65_536

type AcceptedHashes = readonly string[] | 'malformed' | undefined

function accepts(names: AcceptedHashes, algorithm: HashAlgorithm): boolean {
  return names !== 'malformed' && acceptsHash(names, algorithm)
}

/** `transaction_data_hashes_alg` of an entry; undefined where it says nothing, which means sha-256. */
function acceptedHashes(entry: string): AcceptedHashes {
  const text = decodeTextBase64url(entry)
  if (text === undefined) return 'malformed'
  const parsed = parseJsonObject(text, { maxBytes: MAX_ENTRY_BYTES })
  if (!parsed.ok) return 'malformed'
  const { transaction_data_hashes_alg: names } = parsed.value
  return isHashList(names) ? names : 'malformed'
}

function hashAll(
  entries: readonly string[],
  algorithm: HashAlgorithm,
  crypto: Digests,
): Promise<readonly string[]> {
  return Promise.all(entries.map((entry) => crypto.digestBase64url(algorithm, entry)))
}
