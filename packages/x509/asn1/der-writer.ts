/**
 * Writes DER (X.690), as far as certificates need it: definite lengths in their shortest form, nothing optional. Each
 * function returns one whole element. Reads nothing and knows nothing of certificates.
 */
import { showDateTime } from '@countersign/core/date-time'

export type Der = Uint8Array

export function sequence(...elements: readonly Der[]): Der {
  return element(0x30, ...elements)
}

export function set(...elements: readonly Der[]): Der {
  return element(0x31, ...elements)
}

export function boolean(value: boolean): Der {
  return element(0x01, Uint8Array.of(value ? 0xff : 0x00))
}

/** A non-negative number given as big-endian bytes; leading zeros are dropped, a sign byte is put where needed. */
export function unsignedInteger(bytes: Uint8Array): Der {
  const first = bytes.findIndex((byte) => byte !== 0)
  if (first === -1) return element(0x02, Uint8Array.of(0))
  const magnitude = bytes.subarray(first)
  return magnitude[0]! >= 0x80 ? element(0x02, Uint8Array.of(0), magnitude) : element(0x02, magnitude)
}

export function octetString(content: Uint8Array): Der {
  return element(0x04, content)
}

export function bitString(content: Uint8Array): Der {
  return element(0x03, Uint8Array.of(0), content)
}

/** Bit n of `KeyUsage ::= BIT STRING { digitalSignature(0), … }`; trailing zero bits are cut (X.690 §11.2.2). */
export function namedBits(...bits: readonly number[]): Der {
  const highest = Math.max(...bits)
  const bytes = new Uint8Array((highest >> 3) + 1)
  for (const bit of bits) bytes[bit >> 3]! |= 0x80 >> (bit & 7)
  return element(0x03, Uint8Array.of(7 - (highest & 7)), bytes)
}

export function utf8String(text: string): Der {
  return element(0x0c, new TextEncoder().encode(text))
}

export function printableString(text: string): Der {
  if (!/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)) throw new Error('not a printable string')
  return element(0x13, ascii(text))
}

export function nullValue(): Der {
  return element(0x05)
}

/** `2.5.29.17` and the like. The first two arcs share one number (X.690 §8.19.4). */
export function objectIdentifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const inRange = first <= 2 && (first === 2 || second < 40)
  if (!inRange || !/^\d{1,9}(\.\d{1,15})+$/.test(dotted))
    throw new Error(`not an object identifier: ${dotted}`)
  return element(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)))
}

/** UTCTime before 2050, GeneralizedTime from then on (RFC 5280 §4.1.2.5). Epoch seconds. */
export function time(epochSeconds: number): Der {
  const digits = showDateTime(epochSeconds).replace(/[-:T]/g, '')
  return digits < '2050' ? element(0x17, ascii(digits.slice(2))) : element(0x18, ascii(digits))
}

/** `[tag]` around whole elements. */
export function explicit(tag: number, ...elements: readonly Der[]): Der {
  return element(0xa0 | tag, ...elements)
}

/** `[tag]` instead of the tag of a primitive type; `content` is the bare value. */
export function implicit(tag: number, content: Uint8Array): Der {
  return element(0x80 | tag, content)
}

export function ascii(text: string): Uint8Array {
  if (!/^[\x20-\x7e]*$/.test(text)) throw new Error('not printable ASCII')
  return new TextEncoder().encode(text)
}

export function element(tag: number, ...contents: readonly Uint8Array[]): Der {
  const length = contents.reduce((total, content) => total + content.length, 0)
  const header = [tag, ...lengthBytes(length)]
  const der = new Uint8Array(header.length + length)
  der.set(header)
  let at = header.length
  for (const content of contents) {
    der.set(content, at)
    at += content.length
  }
  return der
}

function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}

function base128(arc: number): readonly number[] {
  const bytes = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift(0x80 | (rest % 128))
  }
  return bytes
}
