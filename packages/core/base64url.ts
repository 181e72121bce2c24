/**
 * Bytes as text (RFC 4648 §4 and §5) and text as UTF-8. Decoding is strict, so that one value has one spelling:
 * foreign characters, wrong padding and non-zero trailing bits are refused. One table-driven path for servers and
 * browsers; refusals are `undefined`, nothing throws.
 */

/** Unpadded base64url. */
export function encodeBase64url(bytes: Uint8Array): string {
  return encode(bytes, URL_PAIRS, false)
}

/** The same for the UTF-8 of a text, without an array in between. */
export function encodeTextBase64url(text: string): string {
  // A UTF-16 unit takes three bytes at most.
  if (text.length * 3 > textBytes.length) return encodeBase64url(encodeUtf8(text))
  const { written } = utf8Encoder.encodeInto(text, textBytes)
  return encodeBase64url(textBytes.subarray(0, written))
}

/** Undefined for padding, a foreign character, an impossible length or non-zero trailing bits. */
export function decodeBase64url(text: string): Uint8Array | undefined {
  return copied(decodeInPlace(text, URL_SEXTETS))
}

/** The UTF-8 text behind unpadded base64url, without an array in between; undefined where one of both is malformed. */
export function decodeTextBase64url(text: string): string | undefined {
  const bytes = decodeInPlace(text, URL_SEXTETS)
  return bytes && decodeUtf8(bytes)
}

/** Padded standard base64, as in the JOSE `x5c` header (RFC 7515 §4.1.6). */
export function encodeBase64(bytes: Uint8Array): string {
  return encode(bytes, STANDARD_PAIRS, true)
}

/** Undefined for anything but canonical padded base64; line breaks are refused too. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return copied(decodeInPlace(padding === 0 ? text : text.slice(0, -padding), STANDARD_SEXTETS))
}

export function encodeUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(text)
}

/**
 * Whether the UTF-8 of a text has more bytes than `max`; half of a surrogate pair counts three. The engine goes over it, and no
 * further than that: a loop of ours would cost a megabyte three milliseconds.
 */
export function exceedsUtf8Bytes(text: string, max: number): boolean {
  if (text.length > max) return true
  if (text.length * 3 <= max) return false
  let bytes = 0
  for (let at = 0; at < text.length && bytes <= max; ) {
    const { read, written } = utf8Encoder.encodeInto(pieceAt(text, at), textBytes)
    at += read
    bytes += written
  }
  return bytes > max
}

/** Not in the middle of a surrogate pair. */
function pieceAt(text: string, start: number): string {
  const end = start + SCRATCH_LENGTH
  const isSplit = (text.codePointAt(end - 1) ?? 0) > 0xffff
  return text.slice(start, isSplit ? end - 1 : end)
}

/** Undefined for malformed UTF-8; a byte order mark is kept, so that a JSON parser meets and refuses it. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8Decoder.decode(bytes)
  } catch {
    return undefined
  }
}

const utf8Encoder = new TextEncoder()
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const URL_CODES = utf8Encoder.encode(`${LETTERS_AND_DIGITS}-_`)
const STANDARD_CODES = utf8Encoder.encode(`${LETTERS_AND_DIGITS}+/`)
const PAD_CODE = 0x3d

/** Has a bit that no sextet has, so that one test after the loop finds every foreign character. */
const INVALID = 0x80
const URL_SEXTETS = sextetsOf(URL_CODES)
const STANDARD_SEXTETS = sextetsOf(STANDARD_CODES)
const URL_PAIRS = pairsOf(URL_CODES)
const STANDARD_PAIRS = pairsOf(STANDARD_CODES)

/** By byte. */
function sextetsOf(codes: Uint8Array): Uint8Array {
  const sextets = new Uint8Array(256).fill(INVALID)
  codes.forEach((code, sextet) => {
    sextets[code] = sextet
  })
  return sextets
}

/** Two characters as one number, by their twelve bits; written through bytes, so in the machine's own order. */
function pairsOf(codes: Uint8Array): Uint16Array {
  const characters = new Uint8Array(8192)
  for (let bits = 0; bits < 4096; bits++) {
    characters[2 * bits] = codes[bits >>> 6] ?? 0
    characters[2 * bits + 1] = codes[bits & 63] ?? 0
  }
  return new Uint16Array(characters.buffer)
}

/** Nearly every text fits in here, and a new array for each would cost more than the work. Nothing awaits in between. */
const SCRATCH_LENGTH = 65_536
const scratch = new Uint8Array(SCRATCH_LENGTH)
const textBytes = new Uint8Array(SCRATCH_LENGTH)

function encode(bytes: Uint8Array, pairs: Uint16Array, padded: boolean): string {
  const { length } = bytes
  const paddedLength = Math.ceil(length / 3) * 4
  const out = paddedLength <= SCRATCH_LENGTH ? scratch : new Uint8Array(paddedLength)
  const words = new Uint16Array(out.buffer)
  for (let from = 0, to = 0; from < length; from += 3, to += 2) {
    const word = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0)
    words[to] = pairs[word >>> 12] ?? 0
    words[to + 1] = pairs[word & 4095] ?? 0
  }
  const unpaddedLength = Math.ceil((length * 4) / 3)
  if (!padded) return utf8Decoder.decode(out.subarray(0, unpaddedLength))
  return utf8Decoder.decode(out.fill(PAD_CODE, unpaddedLength, paddedLength).subarray(0, paddedLength))
}

/** A view of bytes that the next call overwrites. They take the place of the characters, which are read before. */
function decodeInPlace(text: string, sextets: Uint8Array): Uint8Array | undefined {
  const { length } = text
  const bytes = length <= SCRATCH_LENGTH ? scratch : new Uint8Array(length)
  // A foreign character takes several bytes, each of them no sextet; where they do not fit, fewer are written.
  if (utf8Encoder.encodeInto(text, bytes).written !== length) return undefined
  const whole = length & ~3
  let faults = 0
  for (let from = 0, to = 0; from < whole; from += 4, to += 3) {
    const a = sextets[bytes[from] ?? 0] ?? INVALID
    const b = sextets[bytes[from + 1] ?? 0] ?? INVALID
    const c = sextets[bytes[from + 2] ?? 0] ?? INVALID
    const d = sextets[bytes[from + 3] ?? 0] ?? INVALID
    faults |= a | b | c | d
    bytes[to] = (a << 2) | (b >> 4)
    bytes[to + 1] = (b << 4) | (c >> 2)
    bytes[to + 2] = (c << 6) | d
  }
  if ((faults & INVALID) !== 0) return undefined
  const wholeBytes = (whole / 4) * 3
  if (length !== whole && !decodeTail(bytes.subarray(whole, length), sextets, bytes, wholeBytes)) {
    return undefined
  }
  return bytes.subarray(0, (length * 3) >>> 2)
}

function copied(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && new Uint8Array(bytes)
}

/** The last 2 or 3 characters. Their unused bits must be zero, or two texts would mean the same bytes. */
function decodeTail(codes: Uint8Array, sextets: Uint8Array, out: Uint8Array, to: number): boolean {
  if (codes.length === 1) return false
  const a = sextets[codes[0] ?? 0] ?? INVALID
  const b = sextets[codes[1] ?? 0] ?? INVALID
  const c = codes.length === 3 ? (sextets[codes[2] ?? 0] ?? INVALID) : 0
  if (((a | b | c) & INVALID) !== 0) return false
  out[to] = (a << 2) | (b >> 4)
  if (codes.length === 2) return (b & 15) === 0
  out[to + 1] = (b << 4) | (c >> 2)
  return (c & 3) === 0
}
