/** The order in which a list hands out its indices: a bijection under a key of the list's own. */
import { decodeBase64url } from '@countersign/core/base64url'
import type { Mac } from '@countersign/crypto/engine'
import { PERMUTATION_KEY_BYTES, permuteIndex } from '@countersign/status-list/index-permutation'
import type { IndexOrder } from './allocate-index.ts'

/** Names the bijection and the derivation of its key: another way gives a list other indices, so it needs other lists. */
const VERSION = 'v1'

/** What tells the order's lists from those of another secret, or another version. */
export function permutationName(secretFingerprint: string): string {
  return `${VERSION}.${secretFingerprint}`
}

const KEYS_KEPT = 16

/** The keys come from `mac`, which must be for this purpose alone. */
export function keyedIndexOrder(mac: Mac): IndexOrder {
  const keys = new Map<string, Uint8Array>()
  const keyOf = async (listId: string): Promise<Uint8Array> => {
    const known = keys.get(listId)
    if (known !== undefined) return known
    const key = decodeBase64url(await mac(listId))?.subarray(0, PERMUTATION_KEY_BYTES)
    if (key === undefined) throw new Error('a keyed hash is not base64url')
    if (keys.size >= KEYS_KEPT) keys.clear()
    keys.set(listId, key)
    return key
  }
  return async ({ id, size }, position) => permuteIndex(position, size, await keyOf(id))
}
