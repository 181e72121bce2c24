/**
 * CBOR (RFC 8949) as values. What was read keeps the bytes that it was read from (`raw`): digests and signatures cover
 * exactly those, and writing such a value again copies them. Maps have integers and texts as keys, which is all that
 * COSE and ISO/IEC 18013-5 use; floating-point numbers are told apart from integers.
 */

/** What `decodeCbor` answers. Integers beyond 2^53 are bigints; `undefined` is CBOR's own value of that name. */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | CborFloat
  | CborArray
  | CborMap
  | CborTag

export type CborKey = number | bigint | string

export interface CborFloat {
  readonly kind: 'float'
  readonly value: number
}

export interface CborArray {
  readonly kind: 'array'
  readonly items: readonly CborValue[]
  readonly raw: Uint8Array
}

export interface CborMap {
  readonly kind: 'map'
  /** In the order in which they were written. */
  readonly entries: ReadonlyMap<CborKey, CborValue>
  readonly raw: Uint8Array
}

export interface CborTag {
  readonly kind: 'tag'
  readonly tag: number
  readonly content: CborValue
  readonly raw: Uint8Array
}

/** What `encodeCbor` takes: values that were read, and arrays, maps and tags to be written. */
export type CborInput = CborValue | readonly CborInput[] | ReadonlyMap<CborKey, CborInput> | TagInput

export interface TagInput {
  readonly kind: 'tag'
  readonly tag: number
  readonly content: CborInput
}

/** RFC 8949 §3.4.5.1, RFC 8943: the tags that this project writes. */
export const TAG = { dateTime: 0, embedded: 24, fullDate: 1004 } as const

export function tagged(tag: number, content: CborInput): TagInput {
  return { kind: 'tag', tag, content }
}

/** A map with text keys. */
export function mapOf(members: Readonly<Record<string, CborInput>>): ReadonlyMap<CborKey, CborInput> {
  return new Map(Object.entries(members))
}

export function isCborArray(value: CborValue): value is CborArray {
  return isNode(value) && value.kind === 'array'
}

export function isCborMap(value: CborValue): value is CborMap {
  return isNode(value) && value.kind === 'map'
}

export function isCborTag(value: CborValue): value is CborTag {
  return isNode(value) && value.kind === 'tag'
}

export function isCborFloat(value: CborValue): value is CborFloat {
  return isNode(value) && value.kind === 'float'
}

export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array
}

/** The bytes within tag 24, encoded CBOR (RFC 8949 §3.4.5.1); undefined for anything else. */
export function embeddedBytes(value: CborValue): Uint8Array | undefined {
  return isCborTag(value) && value.tag === TAG.embedded && isBytes(value.content) ? value.content : undefined
}

function isNode(value: CborValue): value is CborFloat | CborArray | CborMap | CborTag {
  return typeof value === 'object' && value !== null && !isBytes(value)
}
