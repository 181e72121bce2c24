import { encodeBase64url } from '@countersign/core/base64url'
import { describe, expect, it } from 'vitest'
import { compressPoint, decompressPoint, isPoint } from './ec-point.ts'
import type { EcCurve } from './jwk.ts'

const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
const coordinate = (hex: string) => encodeBase64url(fromHex(hex))

/** Base points: SEC 2 §2.4.1, §2.4.2, §2.5.1, §2.6.1. */
const BASE_POINTS: readonly (readonly [EcCurve, string, string])[] = [
  [
    'secp256k1',
    '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    '483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8',
  ],
  [
    'P-256',
    '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
    '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  ],
  [
    'P-384',
    'aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7',
    '3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f',
  ],
  [
    'P-521',
    '00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66',
    '011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650',
  ],
]

const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const hex = (value: bigint) => value.toString(16).padStart(64, '0')

describe.each(BASE_POINTS)('on %s', (curve, x, y) => {
  const point = { x: coordinate(x), y: coordinate(y) }

  it('the base point is one, and comes back from its compressed form', () => {
    expect(isPoint(curve, point)).toBe(true)
    expect(decompressPoint(curve, compressPoint(point))).toEqual(point)
  })

  it('coordinates that do not fit each other are none', () => {
    expect(isPoint(curve, { x: point.y, y: point.x })).toBe(false)
    expect(isPoint(curve, { ...point, y: point.x })).toBe(false)
    expect(isPoint(curve, { ...point, y: coordinate(y.replace(/..$/, '00')) })).toBe(false)
  })

  it.each([
    ['too short', (text: string) => text.slice(2)],
    ['too long', (text: string) => `00${text}`],
    ['zero', (text: string) => text.replaceAll(/./g, '0')],
    ['greater than the field', (text: string) => text.replaceAll(/./g, 'f')],
  ])('a coordinate that is %s is none', (_, change) => {
    expect(isPoint(curve, { ...point, x: coordinate(change(x)) })).toBe(false)
    expect(isPoint(curve, { ...point, y: coordinate(change(y)) })).toBe(false)
  })

  it('text that is no base64url is none', () => {
    expect(isPoint(curve, { ...point, x: 'no base64url!' })).toBe(false)
  })
})

it('a point is written in one way: the same remainder above the field is another text', () => {
  const [, x = '', y = ''] = BASE_POINTS[1] ?? []
  const above = BigInt(`0x${y}`) + P256
  expect(hex(above).length).toBeGreaterThan(64)
  expect(isPoint('P-256', { x: coordinate(x), y: coordinate(hex(above % 2n ** 256n)) })).toBe(false)
  // Zero is within the field, and p stands for it nowhere.
  expect(isPoint('P-256', { x: coordinate(hex(P256)), y: coordinate(hex(0n)) })).toBe(false)
})
