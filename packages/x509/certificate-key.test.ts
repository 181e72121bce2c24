import { encodeBase64url } from '@countersign/core/base64url'
import { compressPoint } from '@countersign/crypto/ec-point'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { makeSigner } from '@countersign/testing/engines/node-engine'
import { pssParameters } from '@countersign/testing/forging/certificates'
import { describe, expect, it } from 'vitest'
import { readDer, TAG } from './asn1/der.ts'
import { bitString, element as der, nullValue, objectIdentifier, sequence } from './asn1/der-writer.ts'
import { OID } from './asn1/object-identifiers.ts'
import { readPublicKey } from './certificate-key.ts'
import { subjectPublicKey, subjectPublicKeyInfo } from './make/subject-public-key.ts'
import { writeRsaPublicKey } from './rsa-public-key.ts'

const read = (info: Uint8Array) => readPublicKey(readDer(info, TAG.sequence))
const info = (algorithm: readonly Uint8Array[], key: Uint8Array) =>
  sequence(sequence(...algorithm), bitString(key))
const ecInfo = (curve: string, point: Uint8Array) =>
  info([objectIdentifier(OID.ecPublicKey), objectIdentifier(curve)], point)

const CURVES = [
  ['P-256', OID.p256],
  ['P-384', OID.p384],
  ['P-521', OID.p521],
] as const

const ecKey = (crv: 'P-256' | 'P-384' | 'P-521') => {
  const { publicJwk } = makeSigner(crv)
  if (publicJwk.kty !== 'EC') throw new Error('expected an EC key')
  return publicJwk
}
const rsa = makeSigner('PS256').publicJwk
const rsaBits = subjectPublicKey(rsa)
const p256Point = subjectPublicKey(ecKey('P-256'))
const ofModulus = (bytes: number) => {
  const n = encodeBase64url(new Uint8Array(bytes).fill(0xff))
  return info(
    [objectIdentifier(OID.rsaEncryption), nullValue()],
    writeRsaPublicKey({ kty: 'RSA', n, e: 'AQAB' }),
  )
}

describe('the key of a certificate', () => {
  it.each(CURVES)('on %s is the same as a whole point and compressed', (crv, curve) => {
    // Of each sign of y several, most likely.
    for (let count = 0; count < 8; count++) {
      const key = ecKey(crv)
      const expected = { ok: true, value: { kty: 'EC', crv, x: key.x, y: key.y } }
      expect(read(subjectPublicKeyInfo(key))).toEqual(expected)
      expect(read(ecInfo(curve, compressPoint(key)))).toEqual(expected)
    }
  })

  it('on Ed25519 and of RSA is what was written', () => {
    for (const key of [makeSigner('Ed25519').publicJwk, rsa]) {
      expect(read(subjectPublicKeyInfo(key))).toEqual({ ok: true, value: key })
    }
  })

  it.each([
    ['sha-256', 32, 'PS256'],
    ['sha-256', 20, 'PS256'],
    ['sha-384', 48, 'PS384'],
    ['sha-512', 64, 'PS512'],
  ] as const)('for PSS with %s and a salt of %d bytes or more is one for %s', (hash, salt, alg) => {
    const written = info([objectIdentifier(OID.rsaPss), pssParameters(hash, salt)], rsaBits)
    expect(read(written)).toEqual({ ok: true, value: { ...rsa, alg } satisfies PublicJwk })
  })

  it.each<[string, Uint8Array, string]>([
    ['brainpoolP256r1', ecInfo('1.3.36.3.3.2.8.1.1.7', p256Point), 'brainpoolP256r1'],
    ['brainpoolP384r1', ecInfo('1.3.36.3.3.2.8.1.1.11', p256Point), 'brainpoolP384r1'],
    ['secp256k1', ecInfo(OID.secp256k1, p256Point), 'secp256k1'],
    ['P-224', ecInfo('1.3.132.0.33', p256Point), '1.3.132.0.33'],
    [
      'a curve that is written out',
      info([objectIdentifier(OID.ecPublicKey), sequence()], p256Point),
      'explicit curve',
    ],
    ['no curve', info([objectIdentifier(OID.ecPublicKey)], p256Point), 'explicit curve'],
    ['a hybrid point', ecInfo(OID.p256, p256Point.with(0, 6)), 'malformed'],
    ['a point at infinity', ecInfo(OID.p256, Uint8Array.of(0)), 'malformed'],
    ['a compressed point of another curve', ecInfo(OID.p256, compressPoint(ecKey('P-384'))), 'malformed'],
    ['an x without a point', ecInfo(OID.p256, new Uint8Array(33).with(0, 2).with(32, 2)), 'malformed'],
    ['an x beyond the field', ecInfo(OID.p256, new Uint8Array(33).fill(0xff).with(0, 3)), 'malformed'],
    ['a point that is too short', ecInfo(OID.p256, p256Point.subarray(0, 64)), 'malformed'],
    ['Ed448', info([objectIdentifier('1.3.101.113')], new Uint8Array(57)), 'Ed448'],
    ['X25519', info([objectIdentifier('1.3.101.110')], new Uint8Array(32)), '1.3.101.110'],
    [
      'Ed25519 with parameters',
      info([objectIdentifier(OID.ed25519), nullValue()], new Uint8Array(32)),
      'malformed',
    ],
    ['Ed25519 of small order', info([objectIdentifier(OID.ed25519)], new Uint8Array(32)), 'jwk_weak'],
    ['RSA of 1024 bits', ofModulus(128), 'jwk_weak: n'],
    ['RSA of 8192 bits', ofModulus(1024), 'jwk_unsupported: n'],
    ['PSS of no form', info([objectIdentifier(OID.rsaPss)], rsaBits), 'RSASSA-PSS'],
    [
      'PSS with a longer salt than JOSE has',
      info([objectIdentifier(OID.rsaPss), pssParameters('sha-256', 33)], rsaBits),
      'RSASSA-PSS',
    ],
    ['nothing', sequence(), 'malformed'],
    [
      'parameters twice',
      info([objectIdentifier(OID.rsaEncryption), nullValue(), nullValue()], rsaBits),
      'malformed',
    ],
    [
      'bits that are no bytes',
      sequence(sequence(objectIdentifier(OID.ed25519)), der(0x03, Uint8Array.of(1, 2))),
      'malformed',
    ],
  ])('is not read where it is %s, and it says so', (_what, written, error) => {
    expect(read(written)).toEqual({ ok: false, error })
  })
})
