import { describe, expect, it } from 'vitest'
import { algorithmOf, jwkThumbprint, type PublicJwk, parsePublicJwk, sameKey } from './jwk.ts'
import { makeSigner, nodeEngine } from './testing/node-engine.ts'

// RFC 7517 appendix A.1, the EC key.
const EC: PublicJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
}
// RFC 8037 appendix A.2.
const ED: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }

describe('parsePublicJwk', () => {
  it.each(['P-256', 'P-384', 'P-521', 'Ed25519'] as const)('reads a %s key and keeps its labels', (curve) => {
    const key = { ...makeSigner(curve).publicJwk, kid: 'a', use: 'sig' }
    expect(parsePublicJwk({ ...key, key_ops: ['verify'], x5t: 'dropped' })).toEqual({ ok: true, value: key })
  })

  it.each(['d', 'k', 'p', 'oth'])('refuses a key that shows its private member %s', (member) => {
    expect(parsePublicJwk({ ...EC, [member]: 'AA' })).toEqual({
      ok: false,
      error: { code: 'jwk_private', member },
    })
  })

  it.each([
    ['a text', 'EC', 'jwk_malformed'],
    ['null', null, 'jwk_malformed'],
    ['no kty', { ...EC, kty: undefined }, 'jwk_malformed'],
    ['RSA', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }, 'jwk_unsupported'],
    ['secp256k1', { ...EC, crv: 'secp256k1' }, 'jwk_unsupported'],
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

  it('hashes the required members of an EC key in order', async () => {
    const canonical = `{"crv":"P-256","kty":"EC","x":"${EC.x}","y":"${EC.kty === 'EC' ? EC.y : ''}"}`
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

  it('have one algorithm each', () => {
    const curves = ['P-256', 'P-384', 'P-521', 'Ed25519'] as const
    expect(curves.map((curve) => algorithmOf(makeSigner(curve).publicJwk))).toEqual([
      'ES256',
      'ES384',
      'ES512',
      'EdDSA',
    ])
  })
})
