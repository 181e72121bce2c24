/**
 * Base58 with the Bitcoin alphabet, as multibase `z` uses it (did:key). Quadratic in the length by nature, so both
 * directions take what a key needs and no more; digits go in groups of ten, which keeps the longest under a millisecond.
 */

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** An RSA key of 4096 bits written as a JWK. */
const MAX_BYTES = 760
const MAX_TEXT_LENGTH = 1040
const GROUP = 10
const GROUP_BASE = 58n ** BigInt(GROUP)

/** Throws for more than 760 bytes: keys are shorter. */
export function encodeBase58btc(bytes: Uint8Array): string {
  if (bytes.length > MAX_BYTES) throw new RangeError('too long for base58')
  const groups: string[] = []
  for (let rest = toNumber(bytes); rest > 0n; rest /= GROUP_BASE) {
    groups.unshift(encodeGroup(rest % GROUP_BASE))
  }
  const digits = groups.join('').replace(/^1+/, '')
  return '1'.repeat(countLeading(bytes, 0)) + digits
}

/** Undefined for a foreign character and for more than 1040 characters. */
export function decodeBase58btc(text: string): Uint8Array | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined
  const values = Array.from(text, (character) => ALPHABET.indexOf(character))
  if (values.includes(-1)) return undefined
  let number = 0n
  for (let at = 0; at < values.length; at += GROUP) {
    const group = values.slice(at, at + GROUP)
    number = number * 58n ** BigInt(group.length) + decodeGroup(group)
  }
  return toBytes(number, countLeading(values, 0))
}

/** Ten characters, zeros in front included. */
function encodeGroup(group: bigint): string {
  let text = ''
  for (let rest = group, place = 0; place < GROUP; place++, rest /= 58n) {
    text = ALPHABET.charAt(Number(rest % 58n)) + text
  }
  return text
}

function decodeGroup(values: readonly number[]): bigint {
  return values.reduce((sum, value) => sum * 58n + BigInt(value), 0n)
}

function toNumber(bytes: Uint8Array): bigint {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex === '' ? 0n : BigInt(`0x${hex}`)
}

function toBytes(number: bigint, zeros: number): Uint8Array {
  const text = number === 0n ? '' : number.toString(16)
  const hex = text.length % 2 === 0 ? text : `0${text}`
  const bytes = new Uint8Array(zeros + hex.length / 2)
  for (let at = 0; at < hex.length; at += 2)
    bytes[zeros + at / 2] = Number.parseInt(hex.slice(at, at + 2), 16)
  return bytes
}

function countLeading(values: ArrayLike<number>, wanted: number): number {
  let count = 0
  while (count < values.length && values[count] === wanted) count++
  return count
}
