/**
 * Which index of a status list the next credential gets: positions are counted up, indices look random. For each key this
 * is one bijection of [0, size), so an instance that owns a block of positions hands out indices that nobody else hands
 * out, without looking anything up, and whoever sees indices learns neither the order nor the number of credentials
 * (Token Status List §12.5, §13.2; Bitstring Status List §2.1). Key and size are fixed for the life of a list: with
 * another of either, positions lead to indices that are taken.
 */
import { sipHash } from './siphash.ts'

export { SIPHASH_KEY_BYTES as PERMUTATION_KEY_BYTES } from './siphash.ts'

/** Entries of a list. */
const MAX_SIZE = 2 ** 32

/** Even: each half is changed by every second round. Small domains want more rounds than the usual ones. */
const ROUNDS = 12

/** Throws for a position outside of [0, size) and for a key that is not `PERMUTATION_KEY_BYTES` long: bugs. */
export function permuteIndex(position: number, size: number, key: Uint8Array): number {
  if (!Number.isSafeInteger(size) || size < 1 || size > MAX_SIZE) throw new RangeError(`no list has ${size}`)
  if (!Number.isSafeInteger(position) || position < 0 || position >= size) {
    throw new RangeError(`position ${position} is outside of the list`)
  }
  const rows = Math.ceil(Math.sqrt(size))
  const columns = Math.ceil(size / rows)
  // Cycle walking: what lies beyond the size goes through again, and comes back in after a step or two.
  let index = position
  do index = mixOnce(index, rows, columns, key)
  while (index >= size)
  return index
}

/**
 * A Feistel network over the rectangle rows × columns, which is the smallest one that holds the size: each round adds to
 * one coordinate what the keyed function makes of the other, so that each round can be undone.
 */
function mixOnce(index: number, rows: number, columns: number, key: Uint8Array): number {
  let row = index % rows
  let column = Math.floor(index / rows)
  for (let round = 0; round < ROUNDS; round += 2) {
    row = (row + pseudorandom(round, column, rows, columns, key)) % rows
    column = (column + pseudorandom(round + 1, row, rows, columns, key)) % columns
  }
  return column * rows + row
}

/** 53 bits, so that the remainder by a coordinate's range is as good as uniform. */
function pseudorandom(
  round: number,
  coordinate: number,
  rows: number,
  columns: number,
  key: Uint8Array,
): number {
  // Seven bytes are one word of SipHash; coordinates have 16 bits at most.
  const [lastRow, lastColumn] = [rows - 1, columns - 1]
  const message = Uint8Array.of(
    round,
    coordinate & 0xff,
    coordinate >> 8,
    lastRow & 0xff,
    lastRow >> 8,
    lastColumn & 0xff,
    lastColumn >> 8,
  )
  const [low, high] = sipHash(key, message)
  return (high & 0x1f_ffff) * 2 ** 32 + low
}
