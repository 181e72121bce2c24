/**
 * Statuses packed into bytes. A Token Status List fills each byte from its least significant bit (§4.1), a Bitstring
 * Status List from its most significant one (§2.2, §6.1): the same bytes say different things in the two orders, so the
 * order belongs to the value. Reading never throws; writing an index or a status that does not exist is a bug.
 */

/** Sizes of an entry, in bits, that are written; a reader of a Bitstring Status List meets any up to 32. */
export type StatusSize = 1 | 2 | 4 | 8

export type BitOrder = 'least_significant_first' | 'most_significant_first'

export interface StatusBits {
  /** Changed in place by `setStatus`. */
  readonly bytes: Uint8Array
  /** Bits of an entry. */
  readonly size: number
  readonly order: BitOrder
}

export function isStatusSize(value: unknown): value is StatusSize {
  return value === 1 || value === 2 || value === 4 || value === 8
}

/** Room for `count` entries, rounded up to whole bytes, all with the status 0. */
export function newStatusBits(count: number, size: StatusSize, order: BitOrder): StatusBits {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`no list has ${count} entries`)
  return { bytes: new Uint8Array(Math.ceil((count * size) / 8)), size, order }
}

export function countStatuses({ bytes, size }: StatusBits): number {
  return Math.floor((bytes.length * 8) / size)
}

/** Undefined for an index outside of the list. */
export function getStatus(bits: StatusBits, index: number): number | undefined {
  if (!Number.isSafeInteger(index) || index < 0 || index >= countStatuses(bits)) return undefined
  return bits.order === 'least_significant_first' ? readFromRight(bits, index) : readFromLeft(bits, index)
}

export function setStatus(bits: StatusBits, index: number, status: number): void {
  const { bytes, order, size } = bits
  if (!isStatusSize(size)) throw new RangeError(`entries of ${size} bits are not written`)
  if (!Number.isSafeInteger(index) || index < 0 || index >= countStatuses(bits)) {
    throw new RangeError(`index ${index} is outside of the list`)
  }
  const mask = maskOf(size)
  if (!Number.isSafeInteger(status) || status < 0 || status > mask) {
    throw new RangeError(`status ${status} does not fit into ${size} bits`)
  }
  const at = index * size
  const shift = order === 'least_significant_first' ? at % 8 : 8 - size - (at % 8)
  const byte = Math.floor(at / 8)
  bytes[byte] = ((bytes[byte] ?? 0) & ~(mask << shift)) | (status << shift)
}

function readFromRight({ bytes, size }: StatusBits, index: number): number {
  const at = index * size
  return ((bytes[Math.floor(at / 8)] ?? 0) >> (at % 8)) & maskOf(size)
}

/** Bit by bit: an entry may have any size and lie across bytes. */
function readFromLeft({ bytes, size }: StatusBits, index: number): number {
  let status = 0
  for (let at = index * size; at < (index + 1) * size; at++) {
    status = status * 2 + (((bytes[Math.floor(at / 8)] ?? 0) >> (7 - (at % 8))) & 1)
  }
  return status
}

function maskOf(size: number): number {
  return 2 ** size - 1
}
