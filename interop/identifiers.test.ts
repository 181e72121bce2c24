/** Our spellings of keys - multibase, did:key, did:jwk, thumbprints - against other people's base encodings and curves. */
import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import { type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import { didFromKey, resolveDid } from '@countersign/did/did'
import { readMultibaseKey } from '@countersign/did/did-key'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { base58, base64urlnopad } from '@scure/base'
import fc from 'fast-check'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { describe, expect, it } from 'vitest'

/** Multicodec's unsigned varints for the public keys of each curve. */
const CURVES = [
  { crv: 'P-256', curve: p256, codec: [0x80, 0x24], size: 32 },
  { crv: 'P-384', curve: p384, codec: [0x81, 0x24], size: 48 },
  { crv: 'P-521', curve: p521, codec: [0x82, 0x24], size: 66 },
  { crv: 'secp256k1', curve: secp256k1, codec: [0xe7, 0x01], size: 32 },
] as const

const multibase = (codec: readonly number[], key: Uint8Array) =>
  `z${base58.encode(Uint8Array.from([...codec, ...key]))}`

const jwkOf = (members: object): PublicJwk => {
  const jwk = parsePublicJwk({ ...members })
  if (!jwk.ok) throw new Error(jwk.error.code)
  return jwk.value
}

const keyOf = (did: string) => {
  const document = resolveDid(did)
  return document.ok ? document.value.verificationMethod[0]?.publicKeyJwk : document.error
}

/** Whether somebody else's function takes what it is given. */
const takes = (run: () => unknown) => {
  try {
    run()
    return true
  } catch {
    return false
  }
}

describe.each(CURVES)('a key on $crv', ({ codec, crv, curve, size }) => {
  const keys = Array.from({ length: 10 }, () => {
    const secret = curve.utils.randomSecretKey()
    const point = curve.getPublicKey(secret, false)
    const x = base64urlnopad.encode(point.subarray(1, 1 + size))
    const y = base64urlnopad.encode(point.subarray(1 + size))
    return { compressed: curve.getPublicKey(secret, true), jwk: jwkOf({ kty: 'EC', crv, x, y }) }
  })

  it('has the did:key that its compressed point makes, and is found there again', () => {
    for (const { compressed, jwk } of keys) {
      const did = `did:key:${multibase(codec, compressed)}`
      expect(didFromKey('key', jwk)).toBe(did)
      expect(keyOf(did)).toEqual(jwk)
    }
  })

  it('is a point of the curve, or none', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 3, 0, 4),
        fc.uint8Array({ minLength: size, maxLength: size }),
        (sign, x) => {
          // P-521 has 521 bits in 66 bytes: nearly every other number is too large.
          const wide = crv === 'P-521' ? Uint8Array.from(x, (byte, at) => (at === 0 ? byte & 1 : byte)) : x
          const raw = Uint8Array.from([sign, ...wide])
          const read = readMultibaseKey(multibase(codec, raw))
          expect(read.ok).toBe(raw[0] !== 4 && takes(() => curve.Point.fromBytes(raw).assertValidity()))
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('a key on Ed25519', () => {
  it('has the did:key of its bytes, and is found there again', () => {
    for (let count = 0; count < 20; count++) {
      const raw = ed25519.getPublicKey(ed25519.utils.randomSecretKey())
      const jwk = jwkOf({ kty: 'OKP', crv: 'Ed25519', x: base64urlnopad.encode(raw) })
      const did = `did:key:${multibase([0xed, 0x01], raw)}`
      expect(didFromKey('key', jwk)).toBe(did)
      expect(keyOf(did)).toEqual(jwk)
    }
  })
})

describe('a multibase text', () => {
  it('is base58 for both or for neither', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...Array.from('123ABCabcxyz0OIl-_ ü')), maxLength: 60 }),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => base58.encode(bytes)),
    )
    fc.assert(
      fc.property(text, (digits) => {
        const read = readMultibaseKey(`z${digits}`)
        const isMalformed = !read.ok && read.error.reason === 'base58_malformed'
        expect(isMalformed).toBe(!takes(() => base58.decode(digits)))
      }),
    )
  })
})

describe('base64url', () => {
  it('is the same for both, byte for byte and refusal for refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(encodeBase64url(bytes)).toBe(base64urlnopad.encode(bytes))
        expect(decodeBase64url(base64urlnopad.encode(bytes))).toEqual(bytes)
      }),
    )
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('AQgw-_+/= ü')), maxLength: 12 }),
        (text) => {
          expect(decodeBase64url(text) !== undefined).toBe(takes(() => base64urlnopad.decode(text)))
        },
      ),
    )
  })

  it('of a JWK is its did:jwk', () => {
    for (const { crv, curve, size } of CURVES) {
      const point = curve.getPublicKey(curve.utils.randomSecretKey(), false)
      const x = base64urlnopad.encode(point.subarray(1, 1 + size))
      const y = base64urlnopad.encode(point.subarray(1 + size))
      const jwk = jwkOf({ kty: 'EC', crv, x, y })
      // Members in another order make another identifier of the same key, which is read all the same.
      for (const spelt of [jwk, { y, x, crv, kty: 'EC', use: 'sig' }]) {
        const did = `did:jwk:${base64urlnopad.encode(new TextEncoder().encode(JSON.stringify(spelt)))}`
        expect(keyOf(did)).toMatchObject({ kty: 'EC', crv, x, y })
        expect(keyOf(`${did}=`)).toMatchObject({ code: 'did_malformed' })
      }
      expect(didFromKey('jwk', jwk)).toBe(
        `did:jwk:${base64urlnopad.encode(new TextEncoder().encode(JSON.stringify(jwk)))}`,
      )
    }
  })
})

describe('a thumbprint (RFC 7638)', () => {
  it('of the example in §3.1 is the one that stands there', async () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs' +
      'tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn' +
      '1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
    const jwk = jwkOf({ kty: 'RSA', n, e: 'AQAB', alg: 'RS256' })
    expect(await jwkThumbprint(jwk, nodeEngine)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  })

  it('is that of others for every kind of key, whatever labels the key has', async () => {
    const kinds = CURVES.map(({ crv, curve, size }) => {
      const point = curve.getPublicKey(curve.utils.randomSecretKey(), false)
      const x = base64urlnopad.encode(point.subarray(1, 1 + size))
      return { kty: 'EC', crv, x, y: base64urlnopad.encode(point.subarray(1 + size)) }
    })
    const raw = ed25519.getPublicKey(ed25519.utils.randomSecretKey())
    for (const members of [...kinds, { kty: 'OKP', crv: 'Ed25519', x: base64urlnopad.encode(raw) }]) {
      const labelled: JWK = { kid: 'a', ...members, use: 'sig' }
      expect(await jwkThumbprint(jwkOf(labelled), nodeEngine)).toBe(await calculateJwkThumbprint(labelled))
    }
  })
})
