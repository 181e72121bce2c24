import { encodeBase64url, encodeUtf8 } from '@countersign/core/base64url'
import { makeSigner, nodeEngine, testKeys } from '@countersign/testing/engines/node-engine'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALLOWED_ALGORITHMS } from '../allowed-algorithms.ts'
import type { PublicJwk } from '../jwk.ts'
import type { SignatureAlgorithm } from '../signature-algorithm.ts'
import { type DecodedJws, decodeJws, SIGNATURE_ALGORITHMS, signJws, verifyJws } from './jws.ts'

const part = (text: string) => encodeBase64url(encodeUtf8(text))

function decoded(compact: string): DecodedJws {
  const result = decodeJws(compact)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

describe('decodeJws', () => {
  it('shows what is written and what is signed', async () => {
    const compact = await signJws({ typ: 'x', alg: 'none' }, { a: 1 }, makeSigner())
    const { header, payload, signingInput, signature } = decoded(compact)
    expect(header).toEqual({ typ: 'x', alg: 'ES256' })
    expect(payload).toEqual({ a: 1 })
    expect(compact.startsWith(`${signingInput}.`)).toBe(true)
    expect(signature).toHaveLength(64)
  })

  it.each([
    ['', 'jws_malformed'],
    ['a.b', 'jws_malformed'],
    [`${part('{"alg":"ES256"}')}.${part('{}')}.AA.AA`, 'jws_malformed'],
    [`${part('{"alg":"ES256"}')}.${part('{}')}.A`, 'jws_malformed'],
    [`${part('{"alg":"ES256"}')}..AA`, 'jws_malformed'],
    [`${part('{}')}.${part('{}')}.AA`, 'jws_malformed'],
    [`${part('[]')}.${part('{}')}.AA`, 'jws_header_invalid'],
    [`${part('{"alg":"ES256","alg":"none"}')}.${part('{}')}.AA`, 'jws_header_invalid'],
    [`${part('{"alg":"ES256"}')}=.${part('{}')}.AA`, 'jws_header_invalid'],
    [`${part('{"alg":"ES256"}')}.${part('[]')}.AA`, 'jws_payload_invalid'],
    [`${part('{"alg":"ES256"}')}.${part('{"a":1,"a":2}')}.AA`, 'jws_payload_invalid'],
    [`${part('{"alg":"ES256","crit":["exp"],"exp":1}')}.${part('{}')}.AA`, 'jws_crit_unsupported'],
    [`${part('{"alg":"ES256","crit":[]}')}.${part('{}')}.AA`, 'jws_crit_unsupported'],
    ['a'.repeat(70_000), 'jws_too_large'],
  ])('refuses %.60s', (compact, code) => {
    expect(decodeJws(compact)).toEqual({ ok: false, error: { code } })
  })

  it('answers any text with a value or a refusal', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(decodeJws(text)).toHaveProperty('ok')
      }),
    )
  })

  it('takes a larger token only where the caller says so', async () => {
    const compact = await signJws({}, { list: 'x'.repeat(80_000) }, makeSigner())
    expect(decodeJws(compact).ok).toBe(false)
    expect(decodeJws(compact, { maxLength: 200_000 }).ok).toBe(true)
  })
})

describe('verifyJws', () => {
  it.each(testKeys)('accepts a signature by a %s key', async (curve) => {
    const signer = makeSigner(curve)
    const jws = decoded(await signJws({}, { a: 1 }, signer))
    expect(await verifyJws(jws, signer.publicJwk, SIGNATURE_ALGORITHMS, nodeEngine)).toEqual({
      ok: true,
      value: signer.algorithm,
    })
  })

  const signer = makeSigner()
  const key = signer.publicJwk
  const onlyEs384: readonly SignatureAlgorithm[] = ['ES384']
  const forged = (alg: string) => `${part(`{"alg":"${alg}"}`)}.${part('{}')}.`

  it.each([
    ['no algorithm', forged('none'), key, SIGNATURE_ALGORITHMS, 'alg_not_allowed'],
    ['a MAC', forged('HS256'), key, SIGNATURE_ALGORITHMS, 'alg_not_allowed'],
    ['another spelling', forged('es256'), key, SIGNATURE_ALGORITHMS, 'alg_not_allowed'],
    ['an empty signature', forged('ES256'), key, SIGNATURE_ALGORITHMS, 'signature_invalid'],
    ['an algorithm that is not asked for', forged('ES256'), key, onlyEs384, 'alg_not_allowed'],
    ['a key of another curve', forged('ES384'), key, SIGNATURE_ALGORITHMS, 'alg_key_mismatch'],
    ['the other curve of 256 bits', forged('ES256K'), key, SIGNATURE_ALGORITHMS, 'alg_key_mismatch'],
    ['RSA with an EC key', forged('RS256'), key, SIGNATURE_ALGORITHMS, 'alg_key_mismatch'],
    ['Ed25519 with an EC key', forged('Ed25519'), key, SIGNATURE_ALGORITHMS, 'alg_key_mismatch'],
    ['Ed25519 where EdDSA is not allowed', forged('Ed25519'), key, onlyEs384, 'alg_not_allowed'],
    ['a name of the prototype', forged('constructor'), key, SIGNATURE_ALGORITHMS, 'alg_not_allowed'],
    [
      'a key for encryption',
      forged('ES256'),
      { ...key, use: 'enc' },
      SIGNATURE_ALGORITHMS,
      'alg_key_mismatch',
    ],
    ['a key for ECDH', forged('ES256'), { ...key, alg: 'ECDH-ES' }, SIGNATURE_ALGORITHMS, 'alg_key_mismatch'],
  ])('refuses %s', async (_what, compact, publicKey, allowed, code) => {
    expect(await verifyJws(decoded(compact), publicKey, allowed, nodeEngine)).toEqual({
      ok: false,
      error: { code },
    })
  })

  it('reads Ed25519 as another name of EdDSA', async () => {
    const ed = makeSigner('Ed25519')
    const header = part('{"alg":"Ed25519"}')
    const signature = encodeBase64url(await ed.sign(`${header}.${part('{}')}`))
    const jws = decoded(`${header}.${part('{}')}.${signature}`)
    const named = { ...ed.publicJwk, alg: 'Ed25519' }
    const allowed = ALLOWED_ALGORITHMS.key_binding
    expect(await verifyJws(jws, named, allowed, nodeEngine)).toEqual({ ok: true, value: 'EdDSA' })
  })

  it('takes an RSA signature for the one algorithm that its key names', async () => {
    const rsa = makeSigner('PS256')
    const jws = decoded(await signJws({}, {}, rsa))
    const verify = (publicKey: PublicJwk) => verifyJws(jws, publicKey, SIGNATURE_ALGORITHMS, nodeEngine)
    expect(await verify({ ...rsa.publicJwk, alg: 'PS256' })).toEqual({ ok: true, value: 'PS256' })
    expect(await verify({ ...rsa.publicJwk, alg: 'RS256' })).toMatchObject({
      error: { code: 'alg_key_mismatch' },
    })
    const renamed = { ...jws, header: { alg: 'RS256' } }
    expect(await verifyJws(renamed, rsa.publicJwk, SIGNATURE_ALGORITHMS, nodeEngine)).toMatchObject({
      error: { code: 'signature_invalid' },
    })
  })

  it('refuses a changed payload and a key that the token brings along', async () => {
    const compact = await signJws({ jwk: { ...makeSigner().publicJwk } }, { a: 1 }, signer)
    const [header, , signature] = compact.split('.')
    const changed = decoded(`${header}.${part('{"a":2}')}.${signature}`)
    expect((await verifyJws(changed, key, SIGNATURE_ALGORITHMS, nodeEngine)).ok).toBe(false)
    const own = decoded(await signJws({ jwk: { ...key } }, {}, signer))
    expect((await verifyJws(own, makeSigner().publicJwk, SIGNATURE_ALGORITHMS, nodeEngine)).ok).toBe(false)
  })
})

describe('what counts for a purpose', () => {
  it('is a part of what engines know, with ES256 first', () => {
    for (const allowed of Object.values(ALLOWED_ALGORITHMS)) {
      expect(allowed[0]).toBe('ES256')
      expect(SIGNATURE_ALGORITHMS).toEqual(expect.arrayContaining([...allowed]))
    }
  })

  const others = testKeys
    .filter((kind) => ['RS256', 'PS256', 'secp256k1'].includes(kind))
    .map((kind) => makeSigner(kind))

  it.each(['key_binding', 'key_proof', 'dpop', 'attestation'] as const)(
    'keeps RSA and secp256k1 out of a %s',
    async (purpose) => {
      for (const other of others) {
        const jws = decoded(await signJws({}, {}, other))
        const allowed = ALLOWED_ALGORITHMS[purpose]
        expect(await verifyJws(jws, other.publicJwk, allowed, nodeEngine)).toMatchObject({
          error: { code: 'alg_not_allowed' },
        })
      }
    },
  )
})
