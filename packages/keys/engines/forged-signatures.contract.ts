/** Forgeries that are known to have passed somewhere, and keys that are none: a part of the contract of every engine. */
import { encodeBase64url } from '@countersign/core/base64url'
import { derFromJose } from '@countersign/crypto/ecdsa-der'
import type { Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { beforeAll, describe, expect, it } from 'vitest'
import { bytesOf, type EngineUnderTest, join, numberBytes, numberOf } from './engine-under-test.testing.ts'

/** Orders of the groups (SEC 2). */
const ORDERS = {
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ES384: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  ES512: 2n ** 521n - 0x5ae79787c40d069948033feb708f65a2fc44a36477663b851449048e16ec79bf7n,
  ES256K: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
} as const

export function refusesForgedEcdsa({ engine, algorithms, makeSigner }: EngineUnderTest): void {
  const known = (['ES256', 'ES384', 'ES512', 'ES256K'] as const).filter((name) => algorithms.includes(name))

  describe.each(known)('of a forged %s signature', (algorithm) => {
    const n = ORDERS[algorithm]
    let signer: Signer
    let good: Uint8Array
    let r: bigint
    let s: bigint
    let width: number

    beforeAll(async () => {
      signer = await makeSigner(algorithm)
      good = await signer.sign('data')
      width = good.length / 2
      r = numberOf(good.subarray(0, width))
      s = numberOf(good.subarray(width))
    })

    const accepts = (first: bigint, second: bigint) =>
      engine.verify(
        algorithm,
        signer.publicJwk,
        'data',
        join(numberBytes(first, width), numberBytes(second, width)),
      )

    it('accepts the other s, which JOSE does not forbid', async () => {
      expect(await accepts(r, s)).toBe(true)
      expect(await accepts(r, n - s)).toBe(true)
    })

    it('refuses numbers outside of 1 to n - 1', async () => {
      for (const outside of [0n, n, n + 1n, 256n ** BigInt(width) - 1n]) {
        expect(await accepts(outside, s)).toBe(false)
        expect(await accepts(r, outside)).toBe(false)
        expect(await accepts(outside, outside)).toBe(false)
      }
      for (const [first, second] of [
        [r + n, s],
        [r, s + n],
      ] as const) {
        if (first < 256n ** BigInt(width) && second < 256n ** BigInt(width)) {
          expect(await accepts(first, second)).toBe(false)
        }
      }
    })

    it('refuses small numbers, negated ones and ones that changed places', async () => {
      for (const [first, second] of [
        [1n, 1n],
        [1n, n - 1n],
        [n - 1n, n - 1n],
        [n - r, s],
        [s, r],
        [r, r],
      ] as const) {
        expect(await accepts(first, second)).toBe(false)
      }
    })

    it('refuses DER, and any length but its own', async () => {
      const others = [
        derFromJose(good, width) ?? good.subarray(1),
        join(good, Uint8Array.of(0)),
        good.subarray(1),
      ]
      others.push(join(Uint8Array.of(0), good.subarray(0, width), Uint8Array.of(0), good.subarray(width)))
      others.push(good.subarray(0, width), join(good, good), good.subarray(0, -1))
      for (const other of others) {
        expect(await engine.verify(algorithm, signer.publicJwk, 'data', other)).toBe(false)
      }
    })
  })
}

/** Order of the base point (RFC 8032 §5.1). */
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

export function refusesForgedEd25519({ engine, makeSigner }: EngineUnderTest): void {
  describe('of a forged EdDSA signature', () => {
    it('refuses the same scalar with the order added', async () => {
      const signer = await makeSigner('EdDSA')
      const good = await signer.sign('data')
      const scalar = numberOf(good.slice(32).reverse())
      for (const other of [scalar + ED25519_ORDER, scalar + 2n * ED25519_ORDER]) {
        const signature = join(good.subarray(0, 32), numberBytes(other, 32).reverse())
        expect(await engine.verify('EdDSA', signer.publicJwk, 'data', signature)).toBe(false)
      }
    })

    it('refuses the signature that the key zero gives to every text', async () => {
      // Both points of small order and s = 0 satisfy the equation, whatever the text.
      for (const x of SMALL_ORDER) {
        for (const point of SMALL_ORDER) {
          const key: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x }
          const signature = join(bytesOf(point), new Uint8Array(32))
          for (const text of ['a', 'b', 'c'])
            expect(await engine.verify('EdDSA', key, text, signature)).toBe(false)
        }
      }
    })

    it('refuses halves that changed places', async () => {
      const signer = await makeSigner('EdDSA')
      const good = await signer.sign('data')
      const signature = join(good.subarray(32), good.subarray(0, 32))
      expect(await engine.verify('EdDSA', signer.publicJwk, 'data', signature)).toBe(false)
    })
  })
}

const SMALL_ORDER = [
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA',
  'xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o',
  '7P_______________________________________38',
  '7v_______________________________________38',
]

export function refusesForgedRsa({ engine, makeSigner }: EngineUnderTest): void {
  describe.each(['RS256', 'PS256'] as const)('of a forged %s signature', (algorithm) => {
    it('refuses numbers beyond the modulus, trivial ones and other lengths', async () => {
      const signer = await makeSigner(algorithm)
      const key = signer.publicJwk
      if (key.kty !== 'RSA') throw new Error('expected an RSA key')
      const good = await signer.sign('data')
      const n = numberOf(bytesOf(key.n))
      const others = [0n, 1n, n - 1n, n].map((value) => numberBytes(value, good.length))
      const beyond = numberOf(good) + n
      others.push(numberBytes(beyond, good.length + (beyond < 256n ** BigInt(good.length) ? 0 : 1)))
      others.push(
        join(Uint8Array.of(0), good),
        good.subarray(1),
        join(good, Uint8Array.of(0)),
        good.subarray(0, -1),
      )
      expect(await engine.verify(algorithm, key, 'data', good)).toBe(true)
      for (const other of others) expect(await engine.verify(algorithm, key, 'data', other)).toBe(false)
    })

    it('refuses weak keys, whoever made the signature', async () => {
      const { sign, publicJwk } = await makeSigner(algorithm)
      if (publicJwk.kty !== 'RSA') throw new Error('expected an RSA key')
      const good = await sign('data')
      const odd = (length: number) => encodeBase64url(new Uint8Array(length).fill(0xff))
      for (const key of [
        { ...publicJwk, e: 'Aw' },
        { ...publicJwk, e: 'AQ' },
        { ...publicJwk, e: 'AAEAAQ' },
        { ...publicJwk, n: odd(128) },
        { ...publicJwk, n: odd(1024) },
        { ...publicJwk, n: `AA${publicJwk.n}` },
        { ...publicJwk, n: '' },
      ]) {
        for (const signature of [good, new Uint8Array(128).fill(1), new Uint8Array(1024).fill(1)]) {
          expect(await engine.verify(algorithm, key, 'data', signature)).toBe(false)
        }
      }
    })
  })
}

export function refusesKeysThatAreNone({ engine, algorithms, makeSigner }: EngineUnderTest): void {
  it('answers no for points off the curve and coordinates in another spelling', async () => {
    const { publicJwk: good, sign } = await makeSigner('ES256')
    if (good.kty !== 'EC') throw new Error('expected an EC key')
    const signature = await sign('data')
    const zero = encodeBase64url(new Uint8Array(32))
    const y = numberOf(bytesOf(good.y))
    const bad: readonly PublicJwk[] = [
      { ...good, x: good.y, y: good.x },
      { ...good, x: zero, y: zero },
      { ...good, x: zero },
      { ...good, y: encodeBase64url(numberBytes(y ^ 1n, 32)) },
      // The coordinates plus the field's prime: the same point in the field, another text.
      { ...good, x: encodeBase64url(new Uint8Array(32).fill(0xff)), y: zero },
      { ...good, x: `AA${good.x}` },
      { ...good, x: `${good.x}=` },
      { ...good, x: good.x.slice(0, -1) },
      { ...good, x: '' },
      { ...good, x: 'x'.repeat(1_000_000) },
      { ...good, crv: 'P-384' },
      { ...good, crv: 'secp256k1' },
      { kty: 'OKP', crv: 'Ed25519', x: '*'.repeat(43) },
      { kty: 'OKP', crv: 'Ed25519', x: good.x.slice(0, -2) },
    ]
    for (const key of bad) {
      for (const algorithm of algorithms) {
        expect(await engine.verify(algorithm, key, 'data', signature)).toBe(false)
      }
    }
  })

  it('takes the same point with the other y for another key', async () => {
    const { publicJwk: good, sign } = await makeSigner('ES256')
    if (good.kty !== 'EC') throw new Error('expected an EC key')
    const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
    const negated = { ...good, y: encodeBase64url(numberBytes(p - numberOf(bytesOf(good.y)), 32)) }
    expect(await engine.verify('ES256', negated, 'data', await sign('data'))).toBe(false)
  })

  it('does not look at the labels of a key', async () => {
    for (const algorithm of algorithms) {
      const { publicJwk, sign } = await makeSigner(algorithm)
      const labelled = { ...publicJwk, kid: 'a', alg: 'other', use: 'enc' }
      expect(await engine.verify(algorithm, labelled, 'data', await sign('data'))).toBe(true)
    }
  })
}
