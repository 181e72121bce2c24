/**
 * What every crypto engine answers, wherever it runs: the published vectors, each algorithm against each kind of key,
 * and the forgeries that are known to have passed somewhere. Runs over `node:crypto` and WebCrypto, in Node and in a
 * browser, so it uses neither.
 */
import { decodeBase64url, encodeBase64url, encodeUtf8 } from '@countersign/core/base64url'
import { derFromJose } from '@countersign/crypto/ecdsa-der'
import type { Awaitable, CryptoEngine, Signer } from '@countersign/crypto/engine'
import { fits, type PublicJwk } from '@countersign/crypto/jwk'
import type {
  SignatureAlgorithm,
  SignatureHash,
  SignatureScheme,
} from '@countersign/crypto/signature-algorithm'
import { makeCertifier } from '@countersign/testing/engines/node-engine'
import { beforeAll, describe, expect, it } from 'vitest'
import { SIGNED_VECTORS } from './crypto-vectors.testing.ts'

export interface EngineUnderTest {
  readonly engine: CryptoEngine
  /** What the engine can verify. */
  readonly algorithms: readonly SignatureAlgorithm[]
  /** A fresh key; an RSA key may come again. */
  readonly makeSigner: (algorithm: SignatureAlgorithm) => Awaitable<Signer>
}

export function cryptoContract(under: EngineUnderTest): void {
  describe('verify', () => {
    verifiesVectors(under)
    keepsAlgorithmsApart(under)
    keepsSchemesApart(under)
    refusesForgedEcdsa(under)
    refusesForgedEd25519(under)
    refusesForgedRsa(under)
    refusesKeysThatAreNone(under)
  })
  hashes(under)
  drawsRandomBytes(under)
}

function verifiesVectors({ engine, algorithms }: EngineUnderTest): void {
  it.each(SIGNED_VECTORS)('accepts the signature of $source and nothing near it', async (vector) => {
    const { algorithm, key, data } = vector
    const signature = bytesOf(vector.signature)
    const known = algorithms.includes(algorithm)
    expect(await engine.verify(algorithm, key, data, signature)).toBe(known)
    expect(await engine.verify(algorithm, key, encodeUtf8(data), signature)).toBe(known)
    expect(await engine.verify(algorithm, key, `${data} `, signature)).toBe(false)
    for (const at of [0, signature.length >> 1, signature.length - 1]) {
      const changed = signature.with(at, (signature[at] ?? 0) ^ 1)
      expect(await engine.verify(algorithm, key, data, changed)).toBe(false)
    }
  })
}

function keepsAlgorithmsApart({ engine, algorithms, makeSigner }: EngineUnderTest): void {
  it.each(algorithms)('takes a signature of %s for no other', async (made) => {
    const signer = await makeSigner(made)
    for (const data of ['', 'Möbius 🔏', new Uint8Array([0, 255, 1])]) {
      const signature = await signer.sign(data)
      for (const claimed of ALL) {
        expect(await engine.verify(claimed, signer.publicJwk, data, signature)).toBe(claimed === made)
      }
    }
  })

  it('answers no where the key is of another kind', async () => {
    const signers = await Promise.all(algorithms.map(makeSigner))
    for (const { algorithm, sign } of signers) {
      const signature = await sign('data')
      for (const { publicJwk } of signers) {
        if (fits(algorithm, publicJwk)) continue
        expect(await engine.verify(algorithm, publicJwk, 'data', signature)).toBe(false)
      }
    }
  })

  it('answers no to every length and filling that is no signature, and never throws', async () => {
    for (const algorithm of algorithms) {
      const { publicJwk } = await makeSigner(algorithm)
      for (const length of [0, 1, 63, 64, 65, 72, 96, 132, 256, 257, 4096]) {
        for (const byte of [0x00, 0x01, 0xff]) {
          const signature = new Uint8Array(length).fill(byte)
          expect(await engine.verify(algorithm, publicJwk, 'data', signature)).toBe(false)
        }
      }
    }
  })
}

const ALL: readonly SignatureAlgorithm[] = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'ES256K',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
]

const HASHES: readonly SignatureHash[] = ['sha-256', 'sha-384', 'sha-512']
const CURVES = ['P-256', 'P-384', 'P-521', 'Ed25519', 'RSA'] as const

const SCHEMES: readonly SignatureScheme[] = [
  { kind: 'eddsa' },
  ...HASHES.map((hash) => ({ kind: 'ecdsa', hash }) as const),
  ...HASHES.map((hash) => ({ kind: 'rsa-pkcs1', hash }) as const),
  ...HASHES.flatMap((hash) =>
    [0, 20, 64].map((saltLength) => ({ kind: 'rsa-pss', hash, saltLength }) as const),
  ),
]

function canMake(kind: (typeof CURVES)[number], scheme: SignatureScheme): boolean {
  const family = kind === 'RSA' ? 'rsa' : kind === 'Ed25519' ? 'eddsa' : 'ecdsa'
  return scheme.kind.startsWith(family)
}

/** Of certificates: any hash with any curve, and any salt (RFC 5758 §3.2, RFC 4055). */
function keepsSchemesApart({ engine }: EngineUnderTest): void {
  describe.each(CURVES)('of a certificate on %s', (kind) => {
    const data = encodeUtf8('a certificate')

    it.each(SCHEMES.filter((scheme) => canMake(kind, scheme)))(
      'takes $kind $hash $saltLength for itself alone',
      async (made) => {
        const { publicJwk, sign } = makeCertifier(kind, made)
        const signature = await sign(data)
        for (const claimed of SCHEMES)
          expect(await engine.verify(claimed, publicJwk, data, signature)).toBe(claimed === made)
        expect(await engine.verify(made, publicJwk, 'another', signature)).toBe(false)
        for (const other of [
          signature.subarray(1),
          signature.with(5, (signature[5] ?? 0) ^ 1),
          new Uint8Array(),
        ])
          expect(await engine.verify(made, publicJwk, data, other)).toBe(false)
      },
    )

    it('takes no key of another kind, and never throws', async () => {
      const signature = new Uint8Array(132).fill(1)
      const { publicJwk } = makeCertifier(
        kind,
        SCHEMES.find((scheme) => canMake(kind, scheme)) ?? { kind: 'eddsa' },
      )
      for (const scheme of SCHEMES)
        expect(await engine.verify(scheme, publicJwk, data, signature)).toBe(false)
      const endless = { kind: 'rsa-pss', hash: 'sha-512', saltLength: 65_535 } as const
      expect(await engine.verify(endless, publicJwk, data, new Uint8Array(256).fill(1))).toBe(false)
    })
  })

  it('knows no certificate on secp256k1', async () => {
    const key: PublicJwk = { kty: 'EC', crv: 'secp256k1', x: 'A'.repeat(43), y: 'A'.repeat(43) }
    const signature = new Uint8Array(64).fill(1)
    for (const scheme of SCHEMES) expect(await engine.verify(scheme, key, 'data', signature)).toBe(false)
  })
}

/** Orders of the groups (SEC 2). */
const ORDERS = {
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ES384: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  ES512: 2n ** 521n - 0x5ae79787c40d069948033feb708f65a2fc44a36477663b851449048e16ec79bf7n,
  ES256K: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
} as const

function refusesForgedEcdsa({ engine, algorithms, makeSigner }: EngineUnderTest): void {
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

function refusesForgedEd25519({ engine, makeSigner }: EngineUnderTest): void {
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

function refusesForgedRsa({ engine, makeSigner }: EngineUnderTest): void {
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

function refusesKeysThatAreNone({ engine, algorithms, makeSigner }: EngineUnderTest): void {
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

function hashes({ engine }: EngineUnderTest): void {
  describe('digests', () => {
    it.each([
      ['sha-256', 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0'],
      ['sha-384', 'ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP_W-2AhgcroefMI1i67KE0yCWn'],
      ['sha-512', '3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05ohkpkqJ0_BqDa6PCOj_uu9RU1EI2Q86A4qmslPpUyknw'],
    ] as const)('of FIPS 180-4: %s of abc', async (algorithm, expected) => {
      expect(encodeBase64url(await engine.digest(algorithm, 'abc'))).toBe(expected)
      expect(await engine.digestBase64url(algorithm, 'abc')).toBe(expected)
      expect(await engine.digestBase64url(algorithm, encodeUtf8('abc'))).toBe(expected)
    })

    it('hash text as its UTF-8 bytes', async () => {
      const text = 'Möbius 🔏'
      expect(await engine.digest('sha-256', text)).toEqual(await engine.digest('sha-256', encodeUtf8(text)))
    })

    it('of RFC 9901 §4.2.3', async () => {
      const disclosure = 'WyI2cU1RdlJMNWhhaiIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0'
      const expected = 'uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY'
      expect(await engine.digestBase64url('sha-256', disclosure)).toBe(expected)
    })

    it('of a public key with SHA-1 are those of FIPS 180', async () => {
      const digest = await engine.sha1OfPublicKey(encodeUtf8('abc'))
      expect(encodeBase64url(digest)).toBe('qZk-NkcGgWq6PiVxeFDCbJzQ2J0')
    })

    // §4.2, §4.3 and §4.7; the last is what OpenSSL answers for an empty key.
    it.each([
      [new Uint8Array(20).fill(0x0b), 'Hi There', 'sDRMYdjbOFNcqK_OrwvxK4gdwgDJgz2nJuk3bC4yz_c'],
      [encodeUtf8('Jefe'), 'what do ya want for nothing?', 'W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM'],
      [
        new Uint8Array(131).fill(0xaa),
        'Test Using Larger Than Block-Size Key - Hash Key First',
        'YOQxWR7gtn8Niiaqy_W3f44LxiE3KMUUBUYEDw7jf1Q',
      ],
      [new Uint8Array(), '', 'thNnmggU2ex3L5XXeMNfxf8Wl8STcVZTxscSFEKSxa0'],
    ] as const)('with a key are those of RFC 4231', async (key, text, expected) => {
      const mac = await engine.hmacSha256(key, encodeUtf8(text))
      expect(encodeBase64url(mac)).toBe(expected)
    })
  })
}

function drawsRandomBytes({ engine }: EngineUnderTest): void {
  describe('random bytes', () => {
    it.each([0, 1, 16, 65_536, 65_537, 200_000])('are %i when so many are asked for', (length) => {
      expect(engine.randomBytes(length)).toHaveLength(length)
    })

    it('are not the same twice, nor of one kind', () => {
      const drawn = new Set(Array.from({ length: 200 }, () => encodeBase64url(engine.randomBytes(16))))
      expect(drawn.size).toBe(200)
      expect(new Set(engine.randomBytes(200_000)).size).toBe(256)
      expect(new Set(engine.randomBytes(200_000).subarray(-2000)).size).toBeGreaterThan(200)
    })
  })
}

function bytesOf(text: string): Uint8Array {
  const bytes = decodeBase64url(text)
  if (bytes === undefined) throw new Error('not base64url')
  return bytes
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

function numberBytes(value: bigint, width: number): Uint8Array {
  const bytes = new Uint8Array(width)
  for (let at = width - 1, rest = value; at >= 0; at--, rest >>= 8n) bytes[at] = Number(rest & 255n)
  return bytes
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
