import { type JsonValue, UNSAFE_NUMBER } from '@countersign/core/json'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import { fromHex } from '@countersign/testing/hex'
import { describe, expect, it } from 'vitest'
import { toJson } from './element-values.ts'

function json(hex: string): JsonValue | undefined {
  const decoded = decodeCbor(fromHex(hex))
  if (!decoded.ok) throw new Error(decoded.error.code)
  return toJson(decoded.value)
}

describe('CBOR as JSON (RFC 8949 §6.1)', () => {
  it.each<[string, string, JsonValue]>([
    ['an integer', '1903e8', 1000],
    ['a negative integer', '3863', -100],
    ['the largest integer that has no neighbour', '1b001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['the smallest', '3b001ffffffffffffe', Number.MIN_SAFE_INTEGER],
    ['a larger integer', '1b0020000000000000', UNSAFE_NUMBER],
    ['the largest integer', '1bffffffffffffffff', UNSAFE_NUMBER],
    ['the smallest integer', '3bffffffffffffffff', UNSAFE_NUMBER],
    ['one of them in a list', '82011bffffffffffffffff', [1, UNSAFE_NUMBER]],
    ['one of them under a tag', 'c11bffffffffffffffff', UNSAFE_NUMBER],
    ['bytes', '43fbff00', '-_8A'],
    ['no bytes', '40', ''],
    ['a text', '62c3bc', '\u00fc'],
    ['true', 'f5', true],
    ['null', 'f6', null],
    ['undefined', 'f7', null],
    ['a number with a fraction', 'f93e00', 1.5],
    ['a floating-point integer', 'f93c00', 1],
    ['negative zero', 'f98000', 0],
    ['a large floating-point number', 'fb4340000000000000', UNSAFE_NUMBER],
    ['infinity', 'f97c00', UNSAFE_NUMBER],
    ['no number', 'f97e00', UNSAFE_NUMBER],
    ['a list', '8301820203f6', [1, [2, 3], null]],
    ['a map', 'a26161016162820203', { a: 1, b: [2, 3] }],
    ['a map with numbers as keys', 'a2010220f6', { '1': 2, '-1': null }],
    ['a date', 'd903ec6a323032302d30312d3032', '2020-01-02'],
    ['a time', 'c074323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
    ['a big number', 'c249010000000000000000', 'AQAAAAAAAAAA'],
    ['a big negative number', 'c349010000000000000000', '~AQAAAAAAAAAA'],
    ['bytes to be written as base64url', 'd543fbff00', '-_8A'],
    ['bytes to be written as base64', 'd642fbff', '+/8='],
    ['bytes to be written in hexadecimal, within', 'd78142fb0f', ['FB0F']],
    ['embedded CBOR', 'd81843a10102', 'oQEC'],
    ['an unknown tag', 'd9ffff05', 5],
  ])('%s', (_, hex, value) => expect(json(hex)).toEqual(value))

  it('is undefined for two keys that would become one', () => {
    expect(json('a201026131f6')).toBeUndefined()
    expect(json('8181a201026131f6')).toBeUndefined()
  })

  it('is undefined for a key that attacks', () => {
    expect(json('a1695f5f70726f746f5f5fa0')).toBeUndefined()
    expect(json('a16178c1a1695f5f70726f746f5f5fa0')).toBeUndefined()
  })
})
