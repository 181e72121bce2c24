/**
 * Randomness that a seed decides: xoshiro128** (Blackman and Vigna), its state filled by a splitmix step. Good enough
 * to choose between histories and to make ids that differ; nothing here is a secret.
 */
export interface Random {
  /** From 0 up to, never reaching, 1. */
  fraction(): number
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number
  chance(probability: number): boolean
  /** One of them; throws when there is none. */
  pick<T>(from: readonly T[]): T
  bytes(length: number): Uint8Array
}

export function seededRandom(seed: number): Random {
  const word = xoshiro(filledState(seed))
  const fraction = () => word() / 2 ** 32
  const below = (limit: number) => Math.floor(fraction() * limit)
  return {
    fraction,
    below,
    chance: (probability) => fraction() < probability,
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new Error('nothing to pick from')
      return from[below(from.length)] as T
    },
    bytes: (length) => Uint8Array.from({ length }, () => word() >>> 24),
  }
}

type State = [number, number, number, number]

function xoshiro(state: State): () => number {
  let [a, b, c, d] = state
  return () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotated(d, 11)
    return result
  }
}

/** Neighbouring seeds must not begin alike. */
function filledState(seed: number): State {
  let state = seed | 0
  const next = () => {
    state = (state + 0x9e3779b9) | 0
    const once = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
    return twice ^ (twice >>> 16)
  }
  return [next(), next(), next(), next()]
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}
