/** Chance that a seed repeats: a failing case is run again by its number alone. */
export interface Random {
  /** An integer from 0, `limit` excluded. */
  below(limit: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  /** Between `min` and `max` of them, in their order where `from` has an order. */
  some<T>(from: readonly T[], min: number, max: number): readonly T[]
}

/** Mulberry32: 32 bits of state, more than enough for a few hundred draws a case. */
export function seededRandom(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = <T>(from: readonly T[]): T => {
    if (from.length === 0) throw new Error('nothing to pick from')
    return from[below(from.length)] as T
  }
  return {
    below,
    chance: (probability) => next() < probability,
    pick,
    some: (from, min, max) => {
      const wanted = Math.min(from.length, min + below(max - min + 1))
      const left = from.map((_, index) => index)
      while (left.length > wanted) left.splice(below(left.length), 1)
      return left.map((index) => from[index] as (typeof from)[number])
    },
  }
}
