/**
 * Random bytes of OpenSSL's generator, drawn in one large portion for many small wishes: a credential needs a dozen
 * salts, and asking for each alone costs ten times as much. Every byte is given out once and wiped here as it goes;
 * a large wish is served directly.
 */
import { randomBytes, randomFillSync } from 'node:crypto'

const PORTION_BYTES = 4096
const LARGEST_SHARE = 64

const portion = new Uint8Array(PORTION_BYTES)
let given = PORTION_BYTES

/** A copy of its own: nothing that others get lies in the same buffer. */
export function freshRandomBytes(length: number): Uint8Array {
  if (length > LARGEST_SHARE) return new Uint8Array(randomBytes(length))
  if (given + length > PORTION_BYTES) {
    randomFillSync(portion)
    given = 0
  }
  const bytes = portion.slice(given, given + length)
  portion.fill(0, given, given + length)
  given += length
  return bytes
}
