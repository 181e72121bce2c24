/**
 * Writes CBOR in the deterministic form of RFC 8949 §4.2.1: shortest numbers and lengths, keys of maps in the order of
 * their bytes. Values that were read are copied as they were. Wrong input is a bug of the caller's and throws.
 */
import { encodeUtf8 } from '@countersign/core/base64url'
import { toHalf } from './float.ts'
import { type CborInput, type CborKey, isBytes, type TagInput } from './value.ts'

/** `order`: that of map keys; `given` keeps the caller's, where a specification prescribes one. */
export function encodeCbor(value: CborInput, order: MapOrder = 'deterministic'): Uint8Array {
  const writer: Writer = { bytes: scratch, at: 0, order }
  writeValue(writer, value)
  if (writer.bytes.length <= MAX_SCRATCH_BYTES) scratch = writer.bytes
  return writer.bytes.slice(0, writer.at)
}

/** Written over each time: nothing here waits, so there is one writer at a time. */
let scratch: Uint8Array = new Uint8Array(4096)
const MAX_SCRATCH_BYTES = 65_536

export type MapOrder = 'deterministic' | 'given'

interface Writer {
  bytes: Uint8Array
  at: number
  readonly order: MapOrder
}

/** RFC 8949 §3.1. */
const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const

function writeValue(writer: Writer, value: CborInput): void {
  if (typeof value === 'number') writeNumber(writer, value)
  else if (typeof value === 'string') writeText(writer, value)
  else if (typeof value === 'bigint') writeBigInteger(writer, value)
  else if (typeof value === 'object' && value !== null) writeObject(writer, value)
  else writeHead(writer, MAJOR.simple, value === null ? 22 : value === undefined ? 23 : value ? 21 : 20)
}

function writeObject(writer: Writer, value: CborInput & object): void {
  if (isBytes(value)) writeBytes(writer, MAJOR.bytes, value)
  else if (isList(value)) writeArray(writer, value)
  else if (value instanceof Map) writeMap(writer, value)
  else if (!('kind' in value)) throw new TypeError('not a value of CBOR')
  else if ('raw' in value) append(writer, value.raw)
  else if (value.kind === 'float') writeFloat(writer, value.value)
  else writeTag(writer, value)
}

function writeTag(writer: Writer, { tag, content }: TagInput): void {
  writeHead(writer, MAJOR.tag, tag)
  writeValue(writer, content)
}

function isList(value: CborInput & object): value is readonly CborInput[] {
  return Array.isArray(value)
}

function writeArray(writer: Writer, items: readonly CborInput[]): void {
  writeHead(writer, MAJOR.array, items.length)
  for (const item of items) writeValue(writer, item)
}

function writeMap(writer: Writer, map: ReadonlyMap<CborKey, CborInput>): void {
  writeHead(writer, MAJOR.map, map.size)
  const entries: WrittenEntry[] = []
  for (const [key, value] of map) {
    const start = writer.at
    writeValue(writer, key)
    const keyEnd = writer.at
    writeValue(writer, value)
    entries.push({ start, keyEnd, end: writer.at })
  }
  if (writer.order === 'deterministic') sortEntries(writer.bytes, entries)
}

/** Where an entry of a map was written. */
interface WrittenEntry {
  readonly start: number
  readonly keyEnd: number
  readonly end: number
}

/** §4.2.1: by the bytes of the keys. */
function sortEntries(bytes: Uint8Array, entries: readonly WrittenEntry[]): void {
  const compare = (a: WrittenEntry, b: WrittenEntry) => compareKeys(bytes, a, b)
  const from = entries[0]?.start ?? 0
  if (entries.every((entry, at) => at === 0 || compare(entries[at - 1] ?? entry, entry) < 0)) return
  const asGiven = bytes.slice(from, entries.at(-1)?.end)
  let to = from
  for (const { start, end } of entries.toSorted(compare)) {
    bytes.set(asGiven.subarray(start - from, end - from), to)
    to += end - start
  }
}

function compareKeys(bytes: Uint8Array, a: WrittenEntry, b: WrittenEntry): number {
  const lengths = a.keyEnd - a.start - (b.keyEnd - b.start)
  const shared = Math.min(a.keyEnd - a.start, b.keyEnd - b.start)
  for (let at = 0; at < shared; at++) {
    const difference = (bytes[a.start + at] ?? 0) - (bytes[b.start + at] ?? 0)
    if (difference !== 0) return difference
  }
  return lengths
}

function writeNumber(writer: Writer, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) writeFloat(writer, value)
  else if (value < 0) writeHead(writer, MAJOR.negative, -1 - value)
  else writeHead(writer, MAJOR.unsigned, value)
}

function writeBigInteger(writer: Writer, value: bigint): void {
  const argument = value < 0n ? -1n - value : value
  if (argument > 0xffff_ffff_ffff_ffffn) throw new RangeError('an integer of CBOR has 64 bits')
  writeHead(writer, value < 0n ? MAJOR.negative : MAJOR.unsigned, argument)
}

function writeBytes(writer: Writer, major: number, bytes: Uint8Array): void {
  writeHead(writer, major, bytes.length)
  append(writer, bytes)
}

/** Longer texts are faster through the platform's encoder. */
const SHORT_TEXT = 48

function writeText(writer: Writer, text: string): void {
  if (text.length <= SHORT_TEXT && writeAscii(writer, text)) return
  // Half a surrogate pair would silently become another character.
  if (!text.isWellFormed()) throw new TypeError('text of CBOR is well-formed Unicode')
  writeBytes(writer, MAJOR.text, encodeUtf8(text))
}

/** False, with nothing written, for a text with other characters. */
function writeAscii(writer: Writer, text: string): boolean {
  const start = writer.at
  writeHead(writer, MAJOR.text, text.length)
  reserve(writer, text.length)
  const { bytes } = writer
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0x80) {
      writer.at = start
      return false
    }
    bytes[writer.at++] = code
  }
  return true
}

/** §4.2.1: the shortest form of the argument. */
function writeHead(writer: Writer, major: number, argument: number | bigint): void {
  const initial = major << 5
  if (argument < 24) writeBigEndian(writer, initial | Number(argument), 0, 0)
  else if (argument < 0x100) writeBigEndian(writer, initial | 24, Number(argument), 1)
  else if (argument < 0x1_0000) writeBigEndian(writer, initial | 25, Number(argument), 2)
  else if (argument < 0x1_0000_0000) writeBigEndian(writer, initial | 26, Number(argument), 4)
  else makeRoom(writer, initial | 27, 8).setBigUint64(0, BigInt(argument))
}

/** An initial byte, and a number in the given count of bytes. */
function writeBigEndian(writer: Writer, initial: number, value: number, width: 0 | 1 | 2 | 4): void {
  reserve(writer, 1 + width)
  const { bytes } = writer
  bytes[writer.at++] = initial
  for (let shift = (width - 1) * 8; shift >= 0; shift -= 8) bytes[writer.at++] = value >>> shift
}

function writeFloat(writer: Writer, value: number): void {
  const half = toHalf(value)
  if (half !== undefined) writeBigEndian(writer, 0xf9, half, 2)
  else if (Math.fround(value) === value) makeRoom(writer, 0xfa, 4).setFloat32(0, value)
  else makeRoom(writer, 0xfb, 8).setFloat64(0, value)
}

function append(writer: Writer, bytes: Uint8Array): void {
  reserve(writer, bytes.length)
  writer.bytes.set(bytes, writer.at)
  writer.at += bytes.length
}

/** Writes the initial byte; what follows it is for the caller. */
function makeRoom(writer: Writer, initial: number, width: number): DataView {
  writeBigEndian(writer, initial, 0, 0)
  reserve(writer, width)
  const view = new DataView(writer.bytes.buffer, writer.at, width)
  writer.at += width
  return view
}

function reserve(writer: Writer, length: number): void {
  const needed = writer.at + length
  if (needed <= writer.bytes.length) return
  const larger = new Uint8Array(Math.max(needed, writer.bytes.length * 2))
  larger.set(writer.bytes)
  writer.bytes = larger
}
