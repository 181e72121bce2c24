/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed pseudorandom function for short inputs that needs no crypto engine
 * and answers at once. Whoever does not know the 128-bit key can neither predict its outputs nor tell them from chance.
 * 64-bit words are pairs of 32-bit halves, since numbers have 53 bits and big integers are slow.
 */

export const SIPHASH_KEY_BYTES = 16

const FINISH = 0xff

/** The 64-bit result as its low and its high half, each in [0, 2^32). */
export function sipHash(key: Uint8Array, message: Uint8Array): readonly [low: number, high: number] {
  if (key.length !== SIPHASH_KEY_BYTES) throw new RangeError('SipHash wants a key of 16 bytes')
  // The last word ends with the length, so that no message is another one with zeros behind it.
  const words = new Uint8Array(message.length - (message.length % 8) + 8)
  words.set(message)
  words[words.length - 1] = message.length
  // The text "somepseudorandomlygeneratedbytes" under the key. `a`, `b`, `c`, `d` are v0 to v3 of the paper.
  let aLow = 0x70736575 ^ readHalf(key, 0)
  let aHigh = 0x736f6d65 ^ readHalf(key, 4)
  let bLow = 0x6e646f6d ^ readHalf(key, 8)
  let bHigh = 0x646f7261 ^ readHalf(key, 12)
  let cLow = 0x6e657261 ^ readHalf(key, 0)
  let cHigh = 0x6c796765 ^ readHalf(key, 4)
  let dLow = 0x79746573 ^ readHalf(key, 8)
  let dHigh = 0x74656462 ^ readHalf(key, 12)
  // Two rounds for each word and four to finish. In one loop and in local variables: it runs for every index.
  for (let word = 0; word <= words.length; word += 8) {
    const finishing = word === words.length
    const low = finishing ? 0 : readHalf(words, word)
    const high = finishing ? 0 : readHalf(words, word + 4)
    if (finishing) cLow ^= FINISH
    dLow ^= low
    dHigh ^= high
    for (let round = finishing ? 4 : 2; round > 0; round--) {
      let sum = (aLow >>> 0) + (bLow >>> 0)
      aHigh = (aHigh + bHigh + carryOf(sum)) | 0
      aLow = sum | 0
      let lifted = (bLow << 13) | (bHigh >>> 19)
      bHigh = ((bHigh << 13) | (bLow >>> 19)) ^ aHigh
      bLow = lifted ^ aLow
      ;[aLow, aHigh] = [aHigh, aLow]
      sum = (cLow >>> 0) + (dLow >>> 0)
      cHigh = (cHigh + dHigh + carryOf(sum)) | 0
      cLow = sum | 0
      lifted = (dLow << 16) | (dHigh >>> 16)
      dHigh = ((dHigh << 16) | (dLow >>> 16)) ^ cHigh
      dLow = lifted ^ cLow
      sum = (aLow >>> 0) + (dLow >>> 0)
      aHigh = (aHigh + dHigh + carryOf(sum)) | 0
      aLow = sum | 0
      lifted = (dLow << 21) | (dHigh >>> 11)
      dHigh = ((dHigh << 21) | (dLow >>> 11)) ^ aHigh
      dLow = lifted ^ aLow
      sum = (cLow >>> 0) + (bLow >>> 0)
      cHigh = (cHigh + bHigh + carryOf(sum)) | 0
      cLow = sum | 0
      lifted = (bLow << 17) | (bHigh >>> 15)
      bHigh = ((bHigh << 17) | (bLow >>> 15)) ^ cHigh
      bLow = lifted ^ cLow
      ;[cLow, cHigh] = [cHigh, cLow]
    }
    aLow ^= low
    aHigh ^= high
  }
  return [(aLow ^ bLow ^ cLow ^ dLow) >>> 0, (aHigh ^ bHigh ^ cHigh ^ dHigh) >>> 0]
}

function carryOf(sum: number): number {
  return sum > 0xffff_ffff ? 1 : 0
}

/** Reads 64 bits, the least significant byte first. */
function readHalf(bytes: Uint8Array, from: number): number {
  const [low, high] = [pairAt(bytes, from), pairAt(bytes, from + 2)]
  return low | (high << 16)
}

function pairAt(bytes: Uint8Array, from: number): number {
  return (bytes[from] ?? 0) | ((bytes[from + 1] ?? 0) << 8)
}
