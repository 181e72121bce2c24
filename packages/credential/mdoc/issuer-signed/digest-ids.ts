/**
 * Digest ids of a namespace (ISO/IEC 18013-5 §9.1.2.4): the numbers from 0 in an order that nobody can foresee, so that
 * an id tells nothing of the element behind it, nor of those that are withheld.
 */
import type { CryptoEngine } from '@countersign/crypto/engine'

export function makeDigestIds(count: number, crypto: Pick<CryptoEngine, 'randomBytes'>): readonly number[] {
  const ids = Array.from({ length: count }, (_, at) => at)
  const draw = makeDraw(crypto)
  for (let at = count - 1; at > 0; at--) {
    const other = draw(at + 1)
    const held = ids[at] ?? at
    ids[at] = ids[other] ?? other
    ids[other] = held
  }
  return ids
}

const CHUNK_BYTES = 256

/** Numbers below a bound of 65536 at most; a draw from the uneven rest is thrown away. */
function makeDraw({ randomBytes }: Pick<CryptoEngine, 'randomBytes'>): (bound: number) => number {
  let bytes = new Uint8Array()
  let at = 0
  return (bound) => {
    const even = 0x1_0000 - (0x1_0000 % bound)
    for (;;) {
      if (at + 2 > bytes.length) {
        bytes = Uint8Array.from(randomBytes(CHUNK_BYTES))
        at = 0
      }
      const drawn = (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)
      at += 2
      if (drawn < even) return drawn % bound
    }
  }
}
