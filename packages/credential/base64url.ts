/**
 * Bytes as text (RFC 4648 §4 and §5) and text as UTF-8. Decoding is strict, so that one value has one spelling:
 * foreign characters, wrong padding and non-zero trailing bits are refused. One table-driven path for servers and
 * browsers; refusals are `undefined`, nothing throws.
 */

/** Unpadded base64url. */
export function encodeBase64url(bytes: Uint8Array): string {
  return encode(bytes, URL_CODES, false)
}

/** Undefined for padding, a foreign character, an impossible length or non-zero trailing bits. */
export function decodeBase64url(text: string): Uint8Array | undefined {
  return decode(text, URL_SEXTETS)
}

/** Padded standard base64, as in the JOSE `x5c` header (RFC 7515 §4.1.6). */
export function encodeBase64(bytes: Uint8Array): string {
  return encode(bytes, STANDARD_CODES, true)
}

/** Undefined for anything but canonical padded base64; line breaks are refused too. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return decode(padding === 0 ? text : text.slice(0, -padding), STANDARD_SEXTETS)
}

export function encodeUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(text)
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

function sextetsOf(codes: Uint8Array): Uint8Array {
  const sextets = new Uint8Array(128).fill(INVALID)
  codes.forEach((code, sextet) => {
    sextets[code] = sextet
  })
  return sextets
}

function encode(bytes: Uint8Array, codes: Uint8Array, padded: boolean): string {
  const unpaddedLength = Math.ceil((bytes.length * 4) / 3)
  const out = new Uint8Array(Math.ceil(bytes.length / 3) * 4)
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const word = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0)
    out[to] = codes[word >>> 18] ?? 0
    out[to + 1] = codes[(word >>> 12) & 63] ?? 0
    out[to + 2] = codes[(word >>> 6) & 63] ?? 0
    out[to + 3] = codes[word & 63] ?? 0
  }
  if (!padded) return utf8Decoder.decode(out.subarray(0, unpaddedLength))
  return utf8Decoder.decode(out.fill(PAD_CODE, unpaddedLength))
}

function decode(text: string, sextets: Uint8Array): Uint8Array | undefined {
  const { length } = text
  const whole = length & ~3
  const out = new Uint8Array((length * 3) >>> 2)
  let faults = 0
  let to = 0
  for (let from = 0; from < whole; from += 4) {
    const a = sextets[text.charCodeAt(from)] ?? INVALID
    const b = sextets[text.charCodeAt(from + 1)] ?? INVALID
    const c = sextets[text.charCodeAt(from + 2)] ?? INVALID
    const d = sextets[text.charCodeAt(from + 3)] ?? INVALID
    faults |= a | b | c | d
    out[to] = (a << 2) | (b >> 4)
    out[to + 1] = (b << 4) | (c >> 2)
    out[to + 2] = (c << 6) | d
    to += 3
  }
  if ((faults & INVALID) !== 0) return undefined
  return length === whole || decodeTail(text, whole, sextets, out) ? out : undefined
}

/** The last 2 or 3 characters. Their unused bits must be zero, or two texts would mean the same bytes. */
function decodeTail(text: string, from: number, sextets: Uint8Array, out: Uint8Array): boolean {
  const count = text.length - from
  if (count === 1) return false
  const a = sextets[text.charCodeAt(from)] ?? INVALID
  const b = sextets[text.charCodeAt(from + 1)] ?? INVALID
  const c = count === 3 ? (sextets[text.charCodeAt(from + 2)] ?? INVALID) : 0
  if (((a | b | c) & INVALID) !== 0) return false
  out[(from * 3) >>> 2] = (a << 2) | (b >> 4)
  if (count === 2) return (b & 15) === 0
  out[((from * 3) >>> 2) + 1] = (b << 4) | (c >> 2)
  return (c & 3) === 0
}
