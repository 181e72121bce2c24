/**
 * Base58 with the Bitcoin alphabet, as multibase `z` uses it (did:key). Quadratic in the length by nature, so both
 * directions take short values only.
 */

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const MAX_TEXT_LENGTH = 256
const MAX_BYTES = 128

/** Throws for more than 128 bytes: keys are shorter. */
export function encodeBase58btc(bytes: Uint8Array): string {
  if (bytes.length > MAX_BYTES) throw new RangeError('too long for base58')
  const digits: number[] = []
  for (const byte of bytes) multiplyAdd(digits, 256, byte, 58)
  const zeros = countLeading(bytes, 0)
  return (
    '1'.repeat(zeros) +
    digits
      .map((digit) => ALPHABET.charAt(digit))
      .reverse()
      .join('')
  )
}

/** Undefined for a foreign character and for more than 256 characters. */
export function decodeBase58btc(text: string): Uint8Array | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined
  const values = Array.from(text, (character) => ALPHABET.indexOf(character))
  if (values.includes(-1)) return undefined
  const digits: number[] = []
  for (const value of values) multiplyAdd(digits, 58, value, 256)
  const zeros = countLeading(values, 0)
  const bytes = new Uint8Array(zeros + digits.length)
  bytes.set(digits.reverse(), zeros)
  return bytes
}

/** `digits = digits · factor + addend`, least significant digit first, in the given base. */
function multiplyAdd(digits: number[], factor: number, addend: number, base: number): void {
  let carry = addend
  for (let at = 0; at < digits.length; at++) {
    carry += (digits[at] ?? 0) * factor
    digits[at] = carry % base
    carry = Math.floor(carry / base)
  }
  for (; carry > 0; carry = Math.floor(carry / base)) digits.push(carry % base)
}

function countLeading(values: ArrayLike<number>, wanted: number): number {
  let count = 0
  while (count < values.length && values[count] === wanted) count++
  return count
}
