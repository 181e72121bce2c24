/**
 * Points of curves: compressed ones (SEC 1 §2.3.3-2.3.4), which did:key writes, and whether two coordinates are one. Arithmetic on
 * public values only, so that it may take variable time. A compressed form with no point behind it is refused.
 */
import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import type { EcCurve } from './jwk.ts'

export interface EcPoint {
  /** Coordinates as a JWK writes them. */
  readonly x: string
  readonly y: string
}

interface Parameters {
  readonly bytes: number
  /** The field; congruent to 3 modulo 4 for all, so that a root is one power. */
  readonly p: bigint
  readonly a: bigint
  readonly b: bigint
}

/** SEC 2 §2.4.1, §2.4.2, §2.5.1 and §2.6.1. */
const CURVES: Readonly<Record<EcCurve, Parameters>> = {
  secp256k1: { bytes: 32, p: 2n ** 256n - 2n ** 32n - 977n, a: 0n, b: 7n },
  'P-256': {
    bytes: 32,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    a: -3n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    bytes: 48,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    a: -3n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  'P-521': {
    bytes: 66,
    p: 2n ** 521n - 1n,
    a: -3n,
    b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
}

/** Throws for coordinates that are not base64url: a `PublicJwk` has none such. */
export function compressPoint({ x, y }: EcPoint): Uint8Array {
  const xBytes = decodeBase64url(x)
  const yBytes = decodeBase64url(y)
  if (xBytes === undefined || yBytes === undefined) throw new TypeError('coordinate is not base64url')
  return Uint8Array.from([2 + ((yBytes.at(-1) ?? 0) & 1), ...xBytes])
}

/** Undefined for a wrong length or sign byte, and for an x that no point of the curve has. */
export function decompressPoint(curve: EcCurve, compressed: Uint8Array): EcPoint | undefined {
  const { bytes, p } = CURVES[curve]
  const sign = compressed[0]
  if (compressed.length !== bytes + 1 || (sign !== 2 && sign !== 3)) return undefined
  const x = toBigInt(compressed.subarray(1))
  if (x >= p) return undefined
  const square = squareOfY(curve, x)
  const root = power(square, (p + 1n) / 4n, p)
  if ((root * root) % p !== square) return undefined
  const y = (root & 1n) === BigInt(sign - 2) ? root : p - root
  // A root of zero has no second: the other sign names nothing.
  if (y >= p) return undefined
  return { x: encodeBase64url(compressed.subarray(1)), y: encodeBase64url(toBytes(y, bytes)) }
}

/** SEC 1 §3.2.2.1: whether the coordinates are within the field and fit each other. False for what is no base64url. */
export function isPoint(curve: EcCurve, point: EcPoint): boolean {
  const { bytes, p } = CURVES[curve]
  const [x, y] = [decodeBase64url(point.x), decodeBase64url(point.y)]
  if (x?.length !== bytes || y?.length !== bytes) return false
  const [right, up] = [toBigInt(x), toBigInt(y)]
  return right < p && up < p && (up * up) % p === squareOfY(curve, right)
}

function squareOfY(curve: EcCurve, x: bigint): bigint {
  const { a, b, p } = CURVES[curve]
  return ((((x * x + a) * x + b) % p) + p) % p
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

function toBigInt(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

function toBytes(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let rest = value
  for (let at = length - 1; at >= 0; at--) {
    bytes[at] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}
