import { lateEngine, makeSigner, nodeEngine, testKeys } from '@countersign/testing/engines/node-engine'
import { fromHex, toHex as hexOf } from '@countersign/testing/hex'
import { describe, expect, it } from 'vitest'
import { decodeCbor } from '../cbor/decode.ts'
import { encodeCbor } from '../cbor/encode.ts'
import type { CborInput, CborKey, CborValue } from '../cbor/value.ts'
import { SIGNATURE_ALGORITHMS } from '../jose/jws.ts'
import { algorithmOfCose, coseNumbersOf } from './algorithms.ts'
import {
  CONTENT,
  FAILING_MAC0,
  FAILING_SIGN1,
  MAC_KEY,
  P256_KEY,
  PASSING_MAC0,
  PASSING_SIGN1,
  UNPROTECTED_ALGORITHM,
} from './examples.testing.ts'
import { makeCoseMac0, readCoseMac0, verifyCoseMac0 } from './mac0.ts'
import { type CoseMessage, readX5chain, toBeProven, writeX5chain } from './message.ts'
import { readCoseSign1, signCoseSign1, verifyCoseSign1 } from './sign1.ts'

const toHex = (bytes: Uint8Array | undefined) => bytes && hexOf(bytes)

function decoded(bytes: Uint8Array): CborValue {
  const result = decodeCbor(bytes)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

function message(value: CborInput, read: typeof readCoseSign1 = readCoseSign1): CoseMessage {
  const result = read(decoded(encodeCbor(value)))
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

async function sign1Refusal(hex: string): Promise<string> {
  const read = readCoseSign1(decoded(fromHex(hex)))
  if (!read.ok) return read.error.code
  const verified = await verifyCoseSign1(read.value, P256_KEY, SIGNATURE_ALGORITHMS, nodeEngine)
  return verified.ok ? 'accepted' : verified.error.code
}

describe('COSE_Sign1 of cose-wg/Examples', () => {
  it.each(PASSING_SIGN1)('$name is verified', async ({ hex, key, externalData, proven }) => {
    const read = message(decoded(fromHex(hex)))
    const data = externalData === undefined ? {} : { externalData: fromHex(externalData) }
    expect(toHex(toBeProven('Signature1', read, data))).toBe(proven)
    expect(toHex(read.payload)).toBe(CONTENT)
    expect((await verifyCoseSign1(read, key, SIGNATURE_ALGORITHMS, nodeEngine, data)).ok).toBe(true)
    expect((await verifyCoseSign1(read, key, SIGNATURE_ALGORITHMS, lateEngine, data)).ok).toBe(true)
    expect(await verifyCoseSign1(read, key, [], nodeEngine, data)).toMatchObject({
      error: { code: 'alg_not_allowed' },
    })
  })

  it.each(FAILING_SIGN1)('$name is refused', async ({ hex, code }) => {
    expect(await sign1Refusal(hex)).toBe(code)
  })

  it('an algorithm outside of the protected header is read, and never used', async () => {
    const read = message(decoded(fromHex(UNPROTECTED_ALGORITHM.hex)))
    expect(toHex(toBeProven('Signature1', read))).toBe(UNPROTECTED_ALGORITHM.proven)
    expect(await sign1Refusal(UNPROTECTED_ALGORITHM.hex)).toBe('alg_not_allowed')
  })
})

describe('COSE_Mac0 of cose-wg/Examples', () => {
  it('HMac-01 is verified', async () => {
    const read = message(decoded(fromHex(PASSING_MAC0.hex)), readCoseMac0)
    expect(toHex(toBeProven('MAC0', read))).toBe(PASSING_MAC0.proven)
    expect((await verifyCoseMac0(read, fromHex(MAC_KEY), nodeEngine)).ok).toBe(true)
    expect((await verifyCoseMac0(read, fromHex(MAC_KEY).reverse(), nodeEngine)).ok).toBe(false)
  })

  it.each(FAILING_MAC0)('$name is refused', async ({ hex, code }) => {
    const read = readCoseMac0(decoded(fromHex(hex)))
    const verified = read.ok ? await verifyCoseMac0(read.value, fromHex(MAC_KEY), nodeEngine) : read
    expect(verified).toEqual({ ok: false, error: { code } })
  })

  it('is written as in the example', async () => {
    const parts = { protectedHeader: new Map(), payload: fromHex(CONTENT) }
    const written = await makeCoseMac0(parts, fromHex(MAC_KEY), nodeEngine)
    expect(`d1${toHex(encodeCbor(written))}`).toBe(PASSING_MAC0.hex)
  })
})

describe('signing', () => {
  const payload = fromHex(CONTENT)

  it.each(testKeys)('with %s is verified with its key alone', async (kind) => {
    const signer = makeSigner(kind)
    const written = await signCoseSign1({ protectedHeader: new Map([[16, 'a/b']]), payload }, signer)
    const read = message(written)
    expect(read.protectedHeader.get(16)).toBe('a/b')
    expect(await verifyCoseSign1(read, signer.publicJwk, SIGNATURE_ALGORITHMS, nodeEngine)).toEqual({
      ok: true,
      value: signer.algorithm,
    })
    const other = makeSigner(kind).publicJwk
    expect((await verifyCoseSign1(read, other, SIGNATURE_ALGORITHMS, nodeEngine)).ok).toBe(false)
  })

  it('leaves a detached payload out, and wants it back', async () => {
    const signer = makeSigner()
    const parts = { protectedHeader: new Map(), payload, detached: true }
    const read = message(await signCoseSign1(parts, signer))
    const verify = (data?: { payload: Uint8Array }) =>
      verifyCoseSign1(read, signer.publicJwk, ['ES256'], nodeEngine, data)
    expect(read.payload).toBeUndefined()
    expect((await verify({ payload })).ok).toBe(true)
    expect(await verify({ payload: payload.slice(1) })).toMatchObject({
      error: { code: 'signature_invalid' },
    })
    expect(await verify()).toMatchObject({ error: { code: 'payload_ambiguous' } })
  })

  it('refuses a payload beside the one of the message', async () => {
    const signer = makeSigner()
    const read = message(await signCoseSign1({ protectedHeader: new Map(), payload }, signer))
    const verified = verifyCoseSign1(read, signer.publicJwk, ['ES256'], nodeEngine, { payload })
    expect(await verified).toMatchObject({ error: { code: 'payload_ambiguous' } })
  })

  it('is not a MAC, nor the other way round', async () => {
    const signer = makeSigner()
    const written = await signCoseSign1({ protectedHeader: new Map(), payload }, signer)
    const asMac = message(written, readCoseMac0)
    expect((await verifyCoseMac0(asMac, fromHex(MAC_KEY), nodeEngine)).ok).toBe(false)
  })
})

describe('reading', () => {
  const header = (entries: readonly [CborKey, CborInput][]) => encodeCbor(new Map(entries))
  const sign1 = (parts: { protectedBytes?: Uint8Array; unprotected?: ReadonlyMap<CborKey, CborInput> }) =>
    readCoseSign1(
      decoded(
        encodeCbor([
          parts.protectedBytes ?? header([[1, -7]]),
          parts.unprotected ?? new Map(),
          fromHex(CONTENT),
          new Uint8Array(64),
        ]),
      ),
    )

  it.each<[string, CborInput]>([
    ['no array', 'x'],
    ['three items', [new Uint8Array(), new Map(), null]],
    ['five items', [new Uint8Array(), new Map(), null, new Uint8Array(), 0]],
    ['a protected header that is not wrapped', [new Map(), new Map(), null, new Uint8Array()]],
    ['an unprotected header that is bytes', [new Uint8Array(), new Uint8Array(), null, new Uint8Array()]],
    ['a payload of text', [new Uint8Array(), new Map(), 'x', new Uint8Array()]],
    ['no signature', [new Uint8Array(), new Map(), null, null]],
  ])('refuses %s', (_, value) => {
    expect(readCoseSign1(decoded(encodeCbor(value)))).toEqual({
      ok: false,
      error: { code: 'cose_malformed' },
    })
  })

  it.each<[string, Uint8Array]>([
    ['no map', encodeCbor([1])],
    ['broken', fromHex('a1')],
    ['followed by something', fromHex('a0a0')],
    ['with a label twice', fromHex('a2012601382e')],
    ['deeply nested', fromHex('a10181818181f6')],
  ])('refuses a protected header that is %s', (_, protectedBytes) => {
    expect(sign1({ protectedBytes })).toMatchObject({ error: { code: 'cose_header_malformed' } })
  })

  it('refuses a label that is in both headers', () => {
    expect(sign1({ unprotected: new Map([[1, -7]]) })).toMatchObject({
      error: { code: 'cose_header_repeated' },
    })
  })

  it('refuses extensions that must be understood, wherever they are named', () => {
    const critical = { error: { code: 'cose_crit_unsupported' } }
    expect(
      sign1({
        protectedBytes: header([
          [1, -7],
          [2, [100]],
          [100, 1],
        ]),
      }),
    ).toMatchObject(critical)
    expect(sign1({ unprotected: new Map([[2, []]]) })).toMatchObject(critical)
  })

  it('refuses a tag within the tag', () => {
    const inner = fromHex('d2d280')
    expect(readCoseSign1(decoded(inner))).toMatchObject({ error: { code: 'cose_tag_wrong' } })
  })

  describe('x5chain', () => {
    const chainOf = (value: CborInput, where: 'protected' | 'unprotected' = 'unprotected') => {
      const entry: readonly [CborKey, CborInput][] = [[33, value]]
      const read = sign1(
        where === 'protected'
          ? { protectedBytes: header([[1, -7], ...entry]) }
          : { unprotected: new Map(entry) },
      )
      return read.ok ? readX5chain(read.value) : read
    }
    const [leaf, ca] = [Uint8Array.of(1), Uint8Array.of(2)]

    it('is one certificate, or several in an array, in either header', () => {
      for (const where of ['protected', 'unprotected'] as const) {
        expect(chainOf(writeX5chain([leaf]), where)).toEqual({ ok: true, value: [leaf] })
        expect(chainOf(writeX5chain([leaf, ca]), where)).toEqual({ ok: true, value: [leaf, ca] })
      }
      expect(writeX5chain([leaf])).toBe(leaf)
    })

    it.each<[string, CborInput]>([
      ['no certificate', []],
      ['text', 'MIIB'],
      ['text among bytes', [leaf, 'MIIB']],
      ['an array within', [[leaf]]],
    ])('is refused with %s', (_, value) => expect(chainOf(value)).toEqual({ ok: false, error: 'malformed' }))
  })
})

describe('algorithm numbers', () => {
  it.each([
    ['ES256', [-7, -9]],
    ['ES384', [-35, -51]],
    ['ES512', [-36, -52]],
    ['EdDSA', [-8, -19]],
    ['ES256K', [-47]],
    ['PS256', [-37]],
    ['RS256', [-257]],
  ] as const)('of %s are %j', (algorithm, numbers) => {
    expect(coseNumbersOf(algorithm)).toEqual(numbers)
    expect(numbers.map(algorithmOfCose)).toEqual(numbers.map(() => algorithm))
  })

  it.each([0, 7, -6, -10, -53, '-7', 'ES256', null, undefined, -7n])('know nothing of %s', (number) => {
    expect(algorithmOfCose(number)).toBeUndefined()
  })
})
