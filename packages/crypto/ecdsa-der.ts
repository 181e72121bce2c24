/**
 * The two spellings of an ECDSA signature: DER `SEQUENCE { r, s }` (X9.62), which OpenSSL and most key services
 * speak, and r‖s at fixed width (RFC 7518 §3.4), which JOSE speaks. OpenSSL's own r‖s mode costs a third of a
 * verification on Node 24, these conversions a fraction of a microsecond. Knows nothing of keys or curves but
 * the width; whether r and s are in range is for the engine to say, except zero, which is never a signature.
 */

const SEQUENCE_TAG = 0x30
const INTEGER_TAG = 0x02

/** `undefined` unless the signature is exactly two non-zero numbers of `width` bytes each. */
export function derFromJose(signature: Uint8Array, width: number): Uint8Array | undefined {
  if (signature.length !== 2 * width) return undefined
  const rStart = firstNonZero(signature, 0, width)
  const sStart = firstNonZero(signature, width, 2 * width)
  if (rStart === width || sStart === 2 * width) return undefined
  const rPad = signature[rStart]! >> 7
  const sPad = signature[sStart]! >> 7
  const rLength = width - rStart + rPad
  const sLength = 2 * width - sStart + sPad
  const header = sequenceHeader(rLength + sLength + 4)
  const der = takeBytes(header.length + rLength + sLength + 4)
  der.set(header)
  let at = header.length
  der.set([INTEGER_TAG, rLength], at)
  der.set(signature.subarray(rStart, width), at + 2 + rPad)
  at += 2 + rLength
  der.set([INTEGER_TAG, sLength], at)
  der.set(signature.subarray(sStart), at + 2 + sPad)
  return der
}

/**
 * Arrays of more than 64 bytes lie outside of the heap, and one for each signature costs the collector a multiple of the
 * conversion; so they are parts of a larger one. No part is handed out twice: all bytes are zero.
 */
let slab = new Uint8Array(8192)
let taken = 0

function takeBytes(length: number): Uint8Array {
  if (taken + length > slab.length) {
    slab = new Uint8Array(slab.length)
    taken = 0
  }
  taken += length
  return slab.subarray(taken - length, taken)
}

/** `undefined` unless it is one strict DER sequence of two positive integers that fit `width` bytes. */
export function joseFromDer(der: Uint8Array, width: number): Uint8Array | undefined {
  const bodyStart = sequenceBody(der)
  if (bodyStart === undefined) return undefined
  const r = integerAt(der, bodyStart, width)
  if (!r) return undefined
  const s = integerAt(der, r.end, width)
  if (!s || s.end !== der.length) return undefined
  const signature = new Uint8Array(2 * width)
  signature.set(der.subarray(r.start, r.end), width - (r.end - r.start))
  signature.set(der.subarray(s.start, s.end), 2 * width - (s.end - s.start))
  return signature
}

function firstNonZero(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && bytes[at] === 0) at++
  return at
}

/** P-521 is the only curve whose body passes 127 bytes and needs the long form, with one length byte. */
function sequenceHeader(length: number): readonly number[] {
  return length < 0x80 ? [SEQUENCE_TAG, length] : [SEQUENCE_TAG, 0x81, length]
}

function sequenceBody(der: Uint8Array): number | undefined {
  if (der[0] !== SEQUENCE_TAG) return undefined
  const short = der[1] ?? 0x80
  if (short < 0x80) return der.length === 2 + short ? 2 : undefined
  const long = der[2] ?? 0
  return short === 0x81 && long >= 0x80 && der.length === 3 + long ? 3 : undefined
}

/** Where the number lies, its sign byte left out. */
function integerAt(der: Uint8Array, at: number, width: number): { start: number; end: number } | undefined {
  const length = der[at + 1] ?? 0
  const start = at + 2
  const end = start + length
  if (der[at] !== INTEGER_TAG || length === 0 || length > width + 1 || end > der.length) return undefined
  const first = der[start] ?? 0
  if (first >= 0x80) return undefined
  if (first !== 0) return length <= width ? { start, end } : undefined
  const next = der[start + 1] ?? 0
  return length > 1 && next >= 0x80 ? { start: start + 1, end } : undefined
}
