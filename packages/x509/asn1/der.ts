/**
 * A reader of DER (X.690 §10), as much as certificates need: definite minimal lengths, one-byte tags, nothing left
 * over. Anything else is `undefined`, never a guess: two readings of one certificate are two certificates.
 */
import { readDateTime } from '@countersign/core/date-time'

export interface DerElement {
  /** Identifier octet with class and constructed bit, e.g. 0x30 for a SEQUENCE. */
  readonly tag: number
  readonly contents: Uint8Array
  /** Identifier, length and contents: what a signature covers. */
  readonly whole: Uint8Array
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** Elements within one constructed element. */
const MAX_CHILDREN = 128

/** The one element that `bytes` is; undefined when something follows it. */
export function readDer(bytes: Uint8Array, tag: number): DerElement | undefined {
  const element = readFirst(bytes)
  return element?.tag === tag && element.whole.length === bytes.length ? element : undefined
}

/** The elements within a constructed element, up to 128. */
export function readChildren(parent: DerElement | undefined): readonly DerElement[] | undefined {
  if (parent === undefined) return undefined
  const children: DerElement[] = []
  let rest = parent.contents
  while (rest.length > 0) {
    const element = readFirst(rest)
    if (element === undefined || children.length === MAX_CHILDREN) return undefined
    children.push(element)
    rest = rest.subarray(element.whole.length)
  }
  return children
}

/** Children of the one SEQUENCE that `bytes` is. */
export function readSequence(bytes: Uint8Array): readonly DerElement[] | undefined {
  return readChildren(readDer(bytes, TAG.sequence))
}

/** Dotted form of an OBJECT IDENTIFIER. */
export function readObjectIdentifier(element: DerElement | undefined): string | undefined {
  if (element?.tag !== TAG.objectIdentifier || element.contents.length > 64) return undefined
  const arcs: number[] = []
  let arc = 0
  let open = false
  for (const byte of element.contents) {
    // X.690 §8.19.2: an arc does not start with an empty septet. Beyond 2^53 the arcs could not be told apart.
    if ((!open && byte === 0x80) || arc > 2 ** 45) return undefined
    arc = arc * 128 + (byte & 0x7f)
    open = byte >= 0x80
    if (!open) {
      arcs.push(arc)
      arc = 0
    }
  }
  const [first, ...others] = arcs
  if (open || first === undefined) return undefined
  const root = Math.min(Math.floor(first / 40), 2)
  return [root, first - root * 40, ...others].join('.')
}

/** Contents of an INTEGER in its shortest two's complement form. */
export function readInteger(element: DerElement | undefined): Uint8Array | undefined {
  if (element?.tag !== TAG.integer) return undefined
  const [first, second] = element.contents
  if (first === undefined) return undefined
  const padded =
    second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
  return padded ? undefined : element.contents
}

/** Contents of a BIT STRING that is a whole number of bytes. */
export function readBitStringBytes(element: DerElement | undefined): Uint8Array | undefined {
  return element?.tag === TAG.bitString && element.contents[0] === 0
    ? element.contents.subarray(1)
    : undefined
}

/** Numbers of the bits that are set, the most significant being 0. */
export function readNamedBits(element: DerElement | undefined): readonly number[] | undefined {
  if (element?.tag !== TAG.bitString) return undefined
  const [unused, ...bytes] = element.contents
  if (unused === undefined || unused > 7 || bytes.length > 4 || (bytes.length === 0 && unused > 0)) {
    return undefined
  }
  if (((bytes.at(-1) ?? 0) & ((1 << unused) - 1)) !== 0) return undefined
  return bytes.flatMap((byte, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte & (0x80 >> bit)) !== 0).map((bit) => at * 8 + bit),
  )
}

export function readBoolean(element: DerElement | undefined): boolean | undefined {
  if (element?.tag !== TAG.boolean || element.contents.length !== 1) return undefined
  const [octet] = element.contents
  return octet === 0xff ? true : octet === 0 ? false : undefined
}

/** UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 restricts them (seconds, `Z`); epoch seconds. */
export function readTime(element: DerElement | undefined): number | undefined {
  const text = element && readAscii(element)
  if (element?.tag === TAG.utcTime && text !== undefined && /^\d{12}Z$/.test(text)) {
    const century = Number(text.slice(0, 2)) < 50 ? '20' : '19'
    return toEpochSeconds(century + text)
  }
  return element?.tag === TAG.generalizedTime && text !== undefined && /^\d{14}Z$/.test(text)
    ? toEpochSeconds(text)
    : undefined
}

/** Contents as ASCII; undefined when a byte is outside of it. */
export function readAscii(element: DerElement): string | undefined {
  if (element.contents.some((byte) => byte < 0x20 || byte > 0x7e)) return undefined
  return new TextDecoder().decode(element.contents)
}

function toEpochSeconds(digits: string): number | undefined {
  return readDateTime(digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

function readFirst(bytes: Uint8Array): DerElement | undefined {
  const [tag, lengthOctet] = bytes
  if (tag === undefined || lengthOctet === undefined || (tag & 0x1f) === 0x1f) return undefined
  const size =
    lengthOctet < 0x80 ? { length: lengthOctet, from: 2 } : readLongLength(bytes, lengthOctet & 0x7f)
  if (size === undefined || size.from + size.length > bytes.length) return undefined
  const end = size.from + size.length
  return { tag, contents: bytes.subarray(size.from, end), whole: bytes.subarray(0, end) }
}

/** X.690 §10.1: definite and in the fewest octets; three are more than any certificate needs. */
function readLongLength(bytes: Uint8Array, octets: number): { length: number; from: number } | undefined {
  if (octets === 0 || octets > 3 || bytes.length < 2 + octets) return undefined
  let length = 0
  for (let at = 2; at < 2 + octets; at++) length = length * 256 + (bytes[at] ?? 0)
  const minimal = octets === 1 ? length >= 0x80 : length >= 256 ** (octets - 1)
  return minimal ? { length, from: 2 + octets } : undefined
}
