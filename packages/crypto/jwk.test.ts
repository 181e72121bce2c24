import { encodeBase64url } from '@countersign/core/base64url'
import { makeSigner, nodeEngine, testKeys } from '@countersign/testing/engines/node-engine'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SIGNATURE_ALGORITHMS } from './jose/jws.ts'
import { algorithmOf, bareKey, fits, type PublicJwk, parsePublicJwk, sameKey } from './jwk.ts'
import { jwkThumbprint } from './jwk-thumbprint.ts'

// RFC 7517 appendix A.1, the EC key.
const EC = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
} as const
// RFC 8037 appendix A.2.
const ED: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
// RFC 7638 §3.1.
const RSA = {
  kty: 'RSA',
  n:
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs' +
    'tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajr' +
    'n1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
} as const
// The point 2·G of SEC 2 §2.4.1.
const K1: PublicJwk = {
  kty: 'EC',
  crv: 'secp256k1',
  x: 'xgR_lEHtfW0wRUBulcB82Fx3jkuM7zynq6wJuVxwnuU',
  y: 'GuFo_qY9wzmjxYQZRmzq7vf2MmUyZtDhI2QxqVDP5So',
}
/** An odd number of so many bytes, the first and the last as given. */
const odd = (length: number, first = 0x80, last = 1) =>
  encodeBase64url(new Uint8Array(length).fill(0x5a).with(0, first).with(-1, last))

describe('parsePublicJwk', () => {
  it.each(testKeys)('reads a %s key and keeps its labels', (curve) => {
    const key = { ...makeSigner(curve).publicJwk, kid: 'a', use: 'sig' }
    expect(parsePublicJwk({ ...key, key_ops: ['verify'], x5t: 'dropped' })).toEqual({ ok: true, value: key })
  })

  it.each([
    ['2048 bits', { ...RSA, n: odd(256) }],
    ['4096 bits', { ...RSA, n: odd(512, 0xff) }],
    ['the exponent 65537', RSA],
    ['an exponent of 32 bits', { ...RSA, e: odd(4) }],
    ['a name of the whole algorithm', { ...ED, alg: 'Ed25519' }],
    ['an algorithm that is not for signatures', { ...EC, alg: 'ECDH-ES', use: 'enc' }],
    ['PSS as its algorithm', { ...RSA, alg: 'PS256', use: 'sig' }],
  ])('reads a key with %s', (_what, key) => {
    expect(parsePublicJwk(key)).toEqual({ ok: true, value: key })
  })

  it.each(['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'])(
    'refuses a key that shows its private member %s',
    (member) => {
      expect(parsePublicJwk({ ...EC, [member]: 'AA' })).toEqual({
        ok: false,
        error: { code: 'jwk_private', member },
      })
    },
  )

  it.each([
    ['a text', 'EC', 'jwk_malformed'],
    ['null', null, 'jwk_malformed'],
    ['no kty', { ...EC, kty: undefined }, 'jwk_malformed'],
    ['a secret', { kty: 'oct' }, 'jwk_unsupported'],
    ['P-192', { ...EC, crv: 'P-192' }, 'jwk_unsupported'],
    ['the draft name of a curve', { ...K1, crv: 'P-256K' }, 'jwk_unsupported'],
    ['a name of the prototype as curve', { ...EC, crv: 'constructor' }, 'jwk_unsupported'],
    ['an RSA key without n', { kty: 'RSA', e: 'AQAB' }, 'jwk_malformed'],
    ['an RSA key without e', { ...RSA, e: undefined }, 'jwk_malformed'],
    ['an RSA key of 24 bits', { ...RSA, n: 'AQAB' }, 'jwk_weak'],
    ['an RSA key of 1024 bits', { ...RSA, n: odd(128) }, 'jwk_weak'],
    ['an RSA key of 2047 bits', { ...RSA, n: odd(256, 0x7f) }, 'jwk_weak'],
    ['an RSA key of 4097 bits', { ...RSA, n: odd(513, 0x01) }, 'jwk_unsupported'],
    ['an endless RSA key', { ...RSA, n: 'A'.repeat(1_000_000) }, 'jwk_unsupported'],
    ['an RSA key with a zero in front', { ...RSA, n: odd(257, 0) }, 'jwk_malformed'],
    ['an even modulus', { ...RSA, n: odd(256, 0x80, 2) }, 'jwk_malformed'],
    ['a padded modulus', { ...RSA, n: `${RSA.n}==` }, 'jwk_malformed'],
    ['a number as modulus', { ...RSA, n: 65_537 }, 'jwk_malformed'],
    ['an Ed25519 point of order 1', { ...ED, x: 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }, 'jwk_weak'],
    ['an Ed25519 point of order 8', { ...ED, x: 'xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA_o' }, 'jwk_weak'],
    ['exponent 1', { ...RSA, e: 'AQ' }, 'jwk_weak'],
    ['exponent 3', { ...RSA, e: 'Aw' }, 'jwk_weak'],
    ['exponent 65535', { ...RSA, e: '__8' }, 'jwk_weak'],
    ['an even exponent', { ...RSA, e: 'AQAA' }, 'jwk_malformed'],
    ['an empty exponent', { ...RSA, e: '' }, 'jwk_malformed'],
    ['an exponent with a zero in front', { ...RSA, e: 'AAEAAQ' }, 'jwk_malformed'],
    ['an exponent of 40 bits', { ...RSA, e: odd(5) }, 'jwk_unsupported'],
    ['the algorithm of another curve', { ...EC, alg: 'ES384' }, 'jwk_contradictory'],
    ['the algorithm of the other 256 bit curve', { ...K1, alg: 'ES256' }, 'jwk_contradictory'],
    ['the algorithm of another kind of key', { ...RSA, alg: 'ES256' }, 'jwk_contradictory'],
    ['an Ed25519 key for ES256', { ...ED, alg: 'ES256' }, 'jwk_contradictory'],
    ['an EC key for Ed25519', { ...EC, alg: 'Ed25519' }, 'jwk_contradictory'],
    ['a signature algorithm for encryption', { ...EC, alg: 'ES256', use: 'enc' }, 'jwk_contradictory'],
    ['X25519', { ...ED, crv: 'X25519' }, 'jwk_unsupported'],
    ['no curve', { ...EC, crv: undefined }, 'jwk_malformed'],
    ['a curve of the wrong type', { ...EC, kty: 'OKP' }, 'jwk_unsupported'],
    ['a short x', { ...EC, x: EC.x.slice(0, -2) }, 'jwk_malformed'],
    ['a long y', { ...EC, y: `AA${EC.x}` }, 'jwk_malformed'],
    ['a padded x', { ...EC, x: `${EC.x}=` }, 'jwk_malformed'],
    ['no y', { ...EC, y: undefined }, 'jwk_malformed'],
    ['another spelling of the last byte', { ...EC, x: `${EC.x.slice(0, -1)}5` }, 'jwk_malformed'],
    ['a number as kid', { ...EC, kid: 1 }, 'jwk_malformed'],
    ['an endless kid', { ...EC, kid: 'k'.repeat(3000) }, 'jwk_malformed'],
  ])('refuses %s', (_what, value, code) => {
    expect(parsePublicJwk(value)).toMatchObject({ ok: false, error: { code } })
  })
})

describe('jwkThumbprint', () => {
  it('is that of RFC 8037 appendix A.3', async () => {
    expect(await jwkThumbprint(ED, nodeEngine)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  })

  it('is that of RFC 7638 §3.1', async () => {
    const labelled = { ...RSA, alg: 'RS256', kid: '2011-04-29' }
    expect(await jwkThumbprint(labelled, nodeEngine)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  })

  it('hashes the required members of an EC key in order', async () => {
    const canonical = `{"crv":"P-256","kty":"EC","x":"${EC.x}","y":"${EC.y}"}`
    const expected = await nodeEngine.digestBase64url('sha-256', canonical)
    expect(await jwkThumbprint(EC, nodeEngine)).toBe(expected)
    expect(await jwkThumbprint({ ...EC, kid: 'a', alg: 'ES256', use: 'sig' }, nodeEngine)).toBe(expected)
  })
})

describe('keys', () => {
  it('are the same whatever they are called', () => {
    expect(sameKey(EC, { ...EC, kid: 'other' })).toBe(true)
    expect(sameKey(EC, ED)).toBe(false)
    expect(sameKey(EC, makeSigner().publicJwk)).toBe(false)
    expect(sameKey(ED, ED)).toBe(true)
  })

  it('are told apart by every member', () => {
    const all = [
      EC,
      K1,
      ED,
      RSA,
      { ...RSA, n: odd(256) },
      { ...RSA, e: odd(4) },
      { ...K1, crv: 'P-256' } as PublicJwk,
    ]
    for (const [at, a] of all.entries()) {
      for (const [other, b] of all.entries()) expect(sameKey(a, b)).toBe(at === other)
    }
  })

  it('lose their labels and nothing else', () => {
    const labels = { kid: 'a', use: 'sig' }
    for (const key of [EC, K1, ED, RSA]) expect(bareKey({ ...key, ...labels })).toEqual(key)
  })

  it('sign with the algorithm of their curve; RSA with what their alg says', () => {
    expect([EC, K1, ED, RSA].map(algorithmOf)).toEqual(['ES256', 'ES256K', 'EdDSA', 'RS256'])
    expect(algorithmOf({ ...RSA, alg: 'PS384' })).toBe('PS384')
    expect(algorithmOf({ ...RSA, alg: 'RSA-OAEP' })).toBe('RS256')
  })

  it('fit the algorithms of their kind', () => {
    const fitting = (key: PublicJwk) => SIGNATURE_ALGORITHMS.filter((algorithm) => fits(algorithm, key))
    expect(fitting(EC)).toEqual(['ES256'])
    expect(fitting(K1)).toEqual(['ES256K'])
    expect(fitting({ ...ED, alg: 'Ed25519' })).toEqual(['EdDSA'])
    expect(fitting(RSA)).toEqual(['PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'])
    expect(fitting({ ...RSA, alg: 'PS256' })).toEqual(['PS256'])
    expect(fitting({ ...RSA, use: 'enc' })).toEqual([])
    expect(fitting({ ...EC, alg: 'ECDH-ES' })).toEqual([])
  })
})

it('any JSON value is a key or a refusal, and what is read reads itself', () => {
  const member = fc.constantFrom('kty', 'crv', 'x', 'y', 'n', 'e', 'alg', 'use', 'kid', 'd')
  const value = fc.oneof(
    fc.constantFrom('EC', 'OKP', 'RSA', 'P-256', 'Ed25519', 'secp256k1', 'AQAB', EC.x, RSA.n),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(fc.constantFrom({}, EC, ED, RSA, K1), fc.dictionary(member, value), (base, changes) => {
      const parsed = parsePublicJwk({ ...base, ...changes })
      expect(parsed).toHaveProperty('ok')
      if (parsed.ok) expect(parsePublicJwk(parsed.value)).toEqual(parsed)
    }),
  )
})
