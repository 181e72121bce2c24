/**
 * What every crypto engine answers, wherever it runs: the published vectors, each algorithm against each kind of key,
 * and the forgeries that are known to have passed somewhere. Runs over `node:crypto` and WebCrypto, in Node and in a
 * browser, so it uses neither.
 */
import { encodeBase64url, encodeUtf8 } from '@countersign/core/base64url'
import { fits, type PublicJwk } from '@countersign/crypto/jwk'
import type {
  SignatureAlgorithm,
  SignatureHash,
  SignatureScheme,
} from '@countersign/crypto/signature-algorithm'
import { makeCertifier } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { SIGNED_VECTORS } from './crypto-vectors.testing.ts'
import { bytesOf, type EngineUnderTest } from './engine-under-test.testing.ts'
import {
  refusesForgedEcdsa,
  refusesForgedEd25519,
  refusesForgedRsa,
  refusesKeysThatAreNone,
} from './forged-signatures.contract.ts'

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
