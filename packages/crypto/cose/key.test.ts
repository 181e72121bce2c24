import { decodeBase64url } from '@countersign/core/base64url'
import { makeSigner, testKeys } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { decodeCbor } from '../cbor/decode.ts'
import { encodeCbor } from '../cbor/encode.ts'
import type { CborInput, CborKey } from '../cbor/value.ts'
import { fits, sameKey } from '../jwk.ts'
import { P256_KEY } from './examples.testing.ts'
import { readCoseKey, writeCoseKey } from './key.ts'

function read(value: CborInput) {
  const decoded = decodeCbor(encodeCbor(value))
  if (!decoded.ok) throw new Error(decoded.error.code)
  return readCoseKey(decoded.value)
}

/** The P-256 key with labels changed, added or (undefined) removed. */
function changed(changes: readonly (readonly [CborKey, CborInput])[]): ReadonlyMap<CborKey, CborInput> {
  const entries = new Map([...writeCoseKey(P256_KEY), ...changes])
  for (const [label, value] of changes) if (value === undefined) entries.delete(label)
  return entries
}

const X = decodeBase64url(P256_KEY.kty === 'EC' ? P256_KEY.x : '') ?? new Uint8Array()

describe('COSE_Key', () => {
  it.each(testKeys)('keeps a key of %s', (kind) => {
    const { publicJwk } = makeSigner(kind)
    const result = read(writeCoseKey(publicJwk))
    expect(result.ok && sameKey(result.value, publicJwk)).toBe(true)
  })

  it('ignores key ids and labels it does not know, of whatever type', () => {
    const result = read(
      changed([
        [2, 'text instead of bytes'],
        [5, new Uint8Array(3)],
        ['x', 1],
      ]),
    )
    expect(result).toEqual({ ok: true, value: P256_KEY })
  })

  it.each<[string, CborInput, string]>([
    ['no map', [1, 2], 'jwk_malformed'],
    ['an empty map', new Map(), 'jwk_unsupported'],
    ['a private key', changed([[-4, X]]), 'jwk_private'],
    [
      'a private RSA key',
      new Map<CborKey, CborInput>([
        [1, 3],
        [-3, X],
      ]),
      'jwk_private',
    ],
    ['a symmetric key', changed([[1, 4]]), 'jwk_unsupported'],
    ['a key type as text', changed([[1, 'EC2']]), 'jwk_unsupported'],
    ['an unknown curve', changed([[-1, 4]]), 'jwk_unsupported'],
    ['a curve of another key type', changed([[-1, 6]]), 'jwk_unsupported'],
    ['a compressed point', changed([[-3, true]]), 'jwk_malformed'],
    ['no y', changed([[-3, undefined]]), 'jwk_malformed'],
    ['a coordinate without its leading zeros', changed([[-2, X.slice(1)]]), 'jwk_malformed'],
    ['a coordinate that is too long', changed([[-2, Uint8Array.of(0, ...X)]]), 'jwk_malformed'],
    ['a coordinate as text', changed([[-2, 'usWxHK2PmfnHKwXPS54m0kTcGJ90UiglWiGahtagnv8']]), 'jwk_malformed'],
    ['an algorithm of another key', changed([[3, -8]]), 'jwk_contradictory'],
  ])('is refused: %s', (_, value, code) => expect(read(value)).toMatchObject({ ok: false, error: { code } }))

  it('says of itself what it may be used for', () => {
    const fitsES256 = (...changes: (readonly [CborKey, CborInput])[]) => {
      const result = read(changed(changes))
      return result.ok && fits('ES256', result.value)
    }
    expect(fitsES256([3, -7], [4, [1, 2]])).toBe(true)
    expect(fitsES256([4, [7, 8]])).toBe(false)
    expect(fitsES256([4, []])).toBe(false)
  })

  it.each<[string, CborInput | undefined, string | undefined]>([
    ['not', undefined, undefined],
    ['as verifying', [2], 'sig'],
    ['as verifying and deriving a key', [2, 7], undefined],
    ['as verifying and deriving bits', [8, 2], undefined],
    ['as deriving', [7, 8], 'enc'],
    ['as nothing', [], 'enc'],
    ['as what is no list', 2, 'enc'],
  ])('is told for what it may be used where that is said %s', (_, operations, use) => {
    const result = read(changed([[4, operations]]))
    expect(result.ok && result.value.use).toBe(use)
  })
})
