/**
 * Reads CBOR (RFC 8949) from strangers: one spelling for each value, within limits, and nothing copied. Refused are
 * indefinite lengths, numbers and lengths that are not in their shortest form (§4.2.1), equal keys of a map (§5.6),
 * malformed UTF-8, bytes left over and simple values without a meaning. Floating-point numbers may have any width.
 * Knows nothing of what tags mean.
 */
import { decodeUtf8 } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { fromHalf } from './float.ts'
import type { CborKey, CborValue } from './value.ts'

export interface CborLimits {
  /** 65536 when absent. */
  readonly maxBytes?: number
  /** Arrays, maps and tags inside each other, the outermost counted; 16 when absent. */
  readonly maxDepth?: number
  /** Values in all, keys counted; 20000 when absent. */
  readonly maxValues?: number
  /** For texts that count together, in place of `maxValues`: what was read is taken from it. */
  readonly budget?: CborBudget
  /**
   * Numbers and lengths may take more bytes than they need (§4.1 only prefers the shortest form); false when absent.
   * For what others sign and we never write again: widely used encoders give every map a length of two bytes.
   */
  readonly acceptLongForms?: boolean
}

export interface CborBudget {
  valuesLeft: number
}

export interface CborRefusal {
  readonly code:
    | 'cbor_too_large'
    | 'cbor_too_deep'
    | 'cbor_too_many_values'
    | 'cbor_truncated'
    | 'cbor_trailing_bytes'
    | 'cbor_indefinite_length'
    | 'cbor_not_shortest'
    | 'cbor_duplicate_key'
    | 'cbor_key_unsupported'
    | 'cbor_utf8_invalid'
    | 'cbor_simple_unsupported'
    | 'cbor_malformed'
  /** Offset of the byte at which reading stopped. */
  readonly at: number
}

const DEFAULT_LIMITS = { maxBytes: 65_536, maxDepth: 16, maxValues: 20_000, acceptLongForms: false } as const

/** Byte strings and `raw` are views of `bytes`: whoever changes those changes what was read. */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits = {}): Result<CborValue, CborRefusal> {
  const { acceptLongForms, maxBytes, maxDepth, maxValues } = { ...DEFAULT_LIMITS, ...limits }
  const { budget } = limits
  if (bytes.length > maxBytes) return refuse({ code: 'cbor_too_large', at: 0 })
  const reader: Reader = {
    bytes,
    at: 0,
    valuesLeft: budget?.valuesLeft ?? maxValues,
    acceptLongForms,
    fault: undefined,
  }
  const value = readValue(reader, maxDepth)
  if (budget !== undefined) budget.valuesLeft = reader.valuesLeft
  if (value !== FAULT && reader.at < bytes.length) setFault(reader, 'cbor_trailing_bytes')
  const { fault } = reader
  if (value === FAULT || fault !== undefined)
    return refuse({ code: fault ?? 'cbor_malformed', at: reader.at })
  return ok(value)
}

interface Reader {
  readonly bytes: Uint8Array
  at: number
  valuesLeft: number
  readonly acceptLongForms: boolean
  fault: CborRefusal['code'] | undefined
}

/** Stands for "the reader has a fault", since `undefined` is a value of CBOR. */
const FAULT = Symbol('fault')
type Fault = typeof FAULT

const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6 } as const

function readValue(reader: Reader, depthLeft: number): CborValue | Fault {
  const { bytes, at: start } = reader
  const initial = bytes[start]
  if (initial === undefined) return setFault(reader, 'cbor_truncated')
  if (reader.valuesLeft === 0) return setFault(reader, 'cbor_too_many_values')
  reader.valuesLeft--
  reader.at++
  const major = initial >> 5
  const information = initial & 0x1f
  if (major > MAJOR.tag) return readSimpleOrFloat(reader, information)
  const argument = information < 24 ? information : readArgument(reader, information)
  if (argument === FAULT) return FAULT
  switch (major) {
    case MAJOR.unsigned:
      return argument
    case MAJOR.negative:
      return negate(argument)
    case MAJOR.bytes:
      return readBytes(reader, argument)
    case MAJOR.text:
      return readText(reader, argument)
  }
  if (depthLeft === 0) return setFault(reader, 'cbor_too_deep')
  if (major === MAJOR.array) return readArray(reader, argument, start, depthLeft - 1)
  if (major === MAJOR.map) return readMap(reader, argument, start, depthLeft - 1)
  return readTag(reader, argument, start, depthLeft - 1)
}

function setFault(reader: Reader, code: CborRefusal['code']): Fault {
  reader.fault ??= code
  return FAULT
}

/** §3: the argument in the bytes that follow. */
function readArgument(reader: Reader, information: number): number | bigint | Fault {
  if (information > 27) {
    return setFault(reader, information === 31 ? 'cbor_indefinite_length' : 'cbor_malformed')
  }
  const width = 1 << (information - 24)
  const { at, bytes } = reader
  if (at + width > bytes.length) return setFault(reader, 'cbor_truncated')
  reader.at += width
  if (width === 8) return readLongArgument(reader, at)
  let argument = 0
  for (let place = at; place < at + width; place++) argument = argument * 256 + (bytes[place] ?? 0)
  const smallest = width === 1 ? 24 : width === 2 ? 0x100 : 0x1_0000
  return argument < smallest && !reader.acceptLongForms ? setFault(reader, 'cbor_not_shortest') : argument
}

function readLongArgument(reader: Reader, at: number): number | bigint | Fault {
  const { buffer, byteOffset } = reader.bytes
  const argument = new DataView(buffer, byteOffset + at, 8).getBigUint64(0)
  if (argument < 0x1_0000_0000n && !reader.acceptLongForms) return setFault(reader, 'cbor_not_shortest')
  return argument <= MAX_SAFE ? Number(argument) : argument
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)

function negate(argument: number | bigint): number | bigint {
  if (typeof argument === 'bigint') return -1n - argument
  return argument === Number.MAX_SAFE_INTEGER ? -1n - BigInt(argument) : -1 - argument
}

function readBytes(reader: Reader, length: number | bigint): Uint8Array | Fault {
  const { at, bytes } = reader
  if (length > bytes.length - at) return setFault(reader, 'cbor_truncated')
  reader.at += Number(length)
  return bytes.subarray(at, reader.at)
}

/** Longer texts are faster through the platform's decoder. */
const SHORT_TEXT = 48

function readText(reader: Reader, length: number | bigint): string | Fault {
  const { at, bytes } = reader
  if (length > bytes.length - at) return setFault(reader, 'cbor_truncated')
  reader.at += Number(length)
  if (length <= SHORT_TEXT) {
    const text = readAscii(bytes, at, reader.at)
    if (text !== undefined) return text
  }
  return decodeUtf8(bytes.subarray(at, reader.at)) ?? setFault(reader, 'cbor_utf8_invalid')
}

function readAscii(bytes: Uint8Array, from: number, to: number): string | undefined {
  const codes: number[] = []
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0x80
    if (byte >= 0x80) return undefined
    codes.push(byte)
  }
  return String.fromCharCode(...codes)
}

function readArray(
  reader: Reader,
  length: number | bigint,
  start: number,
  depthLeft: number,
): CborValue | Fault {
  if (!hasRoomFor(reader, length)) return FAULT
  const items: CborValue[] = []
  for (let left = Number(length); left > 0; left--) {
    const item = readValue(reader, depthLeft)
    if (item === FAULT) return FAULT
    items.push(item)
  }
  return { kind: 'array', items, raw: reader.bytes.subarray(start, reader.at) }
}

function readMap(
  reader: Reader,
  length: number | bigint,
  start: number,
  depthLeft: number,
): CborValue | Fault {
  if (!hasRoomFor(reader, length)) return FAULT
  const entries = new Map<CborKey, CborValue>()
  for (let left = Number(length); left > 0; left--) {
    const key = readValue(reader, depthLeft)
    if (key === FAULT) return FAULT
    if (!isKey(key)) return setFault(reader, 'cbor_key_unsupported')
    if (entries.has(key)) return setFault(reader, 'cbor_duplicate_key')
    const value = readValue(reader, depthLeft)
    if (value === FAULT) return FAULT
    entries.set(key, value)
  }
  return { kind: 'map', entries, raw: reader.bytes.subarray(start, reader.at) }
}

/** Each item takes a byte at least: a length beyond what is left is known to be a lie before anything is made. */
function hasRoomFor(reader: Reader, length: number | bigint): boolean {
  if (length <= reader.bytes.length - reader.at) return true
  setFault(reader, 'cbor_truncated')
  return false
}

function isKey(value: CborValue): value is CborKey {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint'
}

function readTag(reader: Reader, tag: number | bigint, start: number, depthLeft: number): CborValue | Fault {
  // No tag of this size is registered.
  if (typeof tag === 'bigint') return setFault(reader, 'cbor_malformed')
  const content = readValue(reader, depthLeft)
  if (content === FAULT) return FAULT
  return { kind: 'tag', tag, content, raw: reader.bytes.subarray(start, reader.at) }
}

/** §3.3. */
function readSimpleOrFloat(reader: Reader, information: number): CborValue | Fault {
  switch (information) {
    case 20:
      return false
    case 21:
      return true
    case 22:
      return null
    case 23:
      return undefined
    case 25:
    case 26:
    case 27:
      return readFloat(reader, 1 << (information - 24))
    case 31: // the end of an indefinite length, which cannot have begun
      return setFault(reader, 'cbor_indefinite_length')
    default:
      return setFault(reader, information > 27 ? 'cbor_malformed' : 'cbor_simple_unsupported')
  }
}

function readFloat(reader: Reader, width: number): CborValue | Fault {
  const { at, bytes } = reader
  if (at + width > bytes.length) return setFault(reader, 'cbor_truncated')
  reader.at += width
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, width)
  const value =
    width === 2 ? fromHalf(view.getUint16(0)) : width === 4 ? view.getFloat32(0) : view.getFloat64(0)
  return { kind: 'float', value }
}
