import { encodeBase64url, encodeUtf8 } from '@countersign/core/base64url'
import { ok, refuse } from '@countersign/core/result'
import { decodeJws, signJws } from '@countersign/crypto/jose/jws'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testEngine, testSigner, unsignedJws } from '../../oauth/proof-keys.testing.ts'
import { createKeyProof, verifyKeyProof } from './jwt-proof.ts'
import type { ProofCheckInput } from './proof-type.ts'

const NOW = 1_700_000_000
const ISSUER = 'https://issuer.example/tenant'
const signer = testSigner()
const jwk = { ...signer.publicJwk }
const didJwk = didFromKey('jwk', signer.publicJwk)
const didKey = didFromKey('key', signer.publicJwk)
const goodHeader = { typ: 'openid4vci-proof+jwt', jwk }
const goodClaims = { aud: ISSUER, iat: NOW, nonce: 'n' }

function check(jwt: string, change: Partial<ProofCheckInput> = {}) {
  const window = { now: NOW, maxAgeSeconds: 300, skewSeconds: 30 }
  return verifyKeyProof(jwt, { issuer: ISSUER, ...window, ...change }, testEngine)
}

async function codeOf(jwt: string, change: Partial<ProofCheckInput> = {}): Promise<string> {
  const result = await check(jwt, change)
  return result.ok ? 'accepted' : result.error.code
}

it.each(['openid4vci-proof+jwt', 'OpenID4VCI-Proof+JWT', 'application/openid4vci-proof+jwt'])(
  'a key proof may write its typ as %s (RFC 7515 §4.1.9)',
  async (typ) => {
    expect(await codeOf(await signJws({ ...goodHeader, typ }, goodClaims, signer))).toBe('accepted')
  },
)

describe('a key proof made here', () => {
  it.each(['ES256', 'ES384', 'ES512', 'EdDSA'] as const)('is accepted with %s', async (algorithm) => {
    const holder = testSigner(algorithm)
    const jwt = await createKeyProof({
      signer: holder,
      issuer: ISSUER,
      nonce: 'n',
      now: NOW,
      keyReference: 'jwk',
    })
    expect(await check(jwt)).toMatchObject({ ok: true, value: { holderKey: holder.publicJwk, nonce: 'n' } })
  })

  it('leads to the same key by value, by did:jwk and by did:key', async () => {
    const fragment = didKey.slice('did:key:'.length)
    const references = ['jwk', { kid: `${didJwk}#0` }, { kid: `${didKey}#${fragment}` }] as const
    const results = await Promise.all(
      references.map(async (keyReference) => {
        const result = await check(await createKeyProof({ signer, issuer: ISSUER, now: NOW, keyReference }))
        if (!result.ok) throw new Error(result.error.code)
        return result.value
      }),
    )
    expect(results.map(({ holderDid }) => holderDid)).toEqual([undefined, didJwk, didKey])
    expect(new Set(results.map(({ thumbprint }) => thumbprint)).size).toBe(1)
    expect(
      results.every(({ holderKey }) => JSON.stringify(holderKey) === JSON.stringify(results[0]?.holderKey)),
    ).toBe(true)
  })

  it('says its client only when there is one, and no nonce when there is none', async () => {
    const anonymous = await createKeyProof({ signer, issuer: ISSUER, now: NOW, keyReference: 'jwk' })
    expect(await check(anonymous)).toMatchObject({
      ok: true,
      value: { nonce: undefined, clientId: undefined },
    })
    const decoded = decodeJws(anonymous)
    expect(decoded.ok && Object.keys(decoded.value.payload)).toEqual(['aud', 'iat'])
    const input = { signer, issuer: ISSUER, now: NOW, keyReference: 'jwk', clientId: 'wallet' } as const
    expect(await check(await createKeyProof(input))).toMatchObject({ value: { clientId: 'wallet' } })
  })
})

describe('a key proof is refused', () => {
  const did = (key: object) => `did:jwk:${encodeBase64url(encodeUtf8(JSON.stringify(key)))}#0`

  it.each<[string, object, object, string]>([
    ['with the typ JWT', { typ: 'JWT' }, {}, 'proof_wrong_typ'],
    ['with the typ of another proof', { typ: 'dpop+jwt' }, {}, 'proof_wrong_typ'],
    ['without typ', { typ: undefined }, {}, 'proof_wrong_typ'],
    ['without a key', { jwk: undefined }, {}, 'proof_key_ambiguous'],
    ['with jwk and kid', { kid: `${didJwk}#0` }, {}, 'proof_key_ambiguous'],
    ['with jwk and x5c', { x5c: ['AAAA'] }, {}, 'proof_key_ambiguous'],
    ['with a certificate chain', { jwk: undefined, x5c: ['AAAA'] }, {}, 'proof_key_unsupported'],
    ['with a private key', { jwk: { ...jwk, d: 'AA' } }, {}, 'proof_key_unacceptable'],
    ['with a symmetric key', { jwk: { kty: 'oct', k: 'AAAA' } }, {}, 'proof_key_unacceptable'],
    ['with an unknown curve', { jwk: { ...jwk, crv: 'P-192' } }, {}, 'proof_key_unacceptable'],
    ['with a key of another curve', { jwk: { ...jwk, crv: 'secp256k1' } }, {}, 'proof_signature_invalid'],
    ['with a kid that is no DID', { jwk: undefined, kid: 'key-1' }, {}, 'proof_key_unacceptable'],
    ['with a DID without fragment', { jwk: undefined, kid: didJwk }, {}, 'proof_key_unacceptable'],
    ['with a fragment of no key', { jwk: undefined, kid: `${didJwk}#1` }, {}, 'proof_key_unacceptable'],
    [
      'with a DID of a private key',
      { jwk: undefined, kid: did({ ...jwk, d: 'AA' }) },
      {},
      'proof_key_unacceptable',
    ],
    [
      'with a DID of a key for encryption',
      { jwk: undefined, kid: did({ ...jwk, use: 'enc' }) },
      {},
      'proof_key_unacceptable',
    ],
    ['with a DID of the web', { jwk: undefined, kid: 'did:web:a.example#0' }, {}, 'proof_key_unacceptable'],
    [
      'with a huge kid',
      { jwk: undefined, kid: `did:jwk:${'A'.repeat(3000)}#0` },
      {},
      'proof_key_unacceptable',
    ],
    ['with the key of somebody else', { jwk: testSigner().publicJwk }, {}, 'proof_signature_invalid'],
    ['with a critical extension', { crit: ['b64'], b64: false }, {}, 'proof_malformed'],
    ['for another issuer', {}, { aud: 'https://issuer.example' }, 'proof_wrong_audience'],
    ['for an issuer with a slash more', {}, { aud: `${ISSUER}/` }, 'proof_wrong_audience'],
    ['for two audiences', {}, { aud: [ISSUER, 'https://b.example'] }, 'proof_wrong_audience'],
    ['for an empty list', {}, { aud: [] }, 'proof_wrong_audience'],
    ['without audience', {}, { aud: undefined }, 'proof_wrong_audience'],
    ['without iat', {}, { iat: undefined }, 'proof_outside_window'],
    ['when it is 301 seconds old', {}, { iat: NOW - 301 }, 'proof_outside_window'],
    ['when it is 31 seconds ahead', {}, { iat: NOW + 31 }, 'proof_outside_window'],
    ['after its own end', {}, { exp: NOW - 30 }, 'proof_outside_validity'],
    ['before its own beginning', {}, { nbf: NOW + 31 }, 'proof_outside_validity'],
    ['with an end that is no time', {}, { exp: 'never' }, 'proof_outside_validity'],
    ['with a nonce that is no text', {}, { nonce: 5 }, 'proof_nonce_malformed'],
    ['with an empty nonce', {}, { nonce: '' }, 'proof_nonce_malformed'],
    ['with a huge nonce', {}, { nonce: 'n'.repeat(513) }, 'proof_nonce_malformed'],
    ['with a client that is no text', {}, { iss: {} }, 'proof_client_malformed'],
  ])('%s', async (_name, header, claims, code) => {
    const jwt = await signJws({ ...goodHeader, ...header }, { ...goodClaims, ...claims }, signer)
    expect(await codeOf(jwt)).toBe(code)
  })

  it.each(['none', 'HS256', 'RS256', 'ES384'])('with alg %s in the header', async (alg) => {
    expect(await codeOf(unsignedJws({ ...goodHeader, alg }, goodClaims))).toBe('proof_signature_invalid')
  })

  it('with an algorithm that the configuration does not take', async () => {
    const jwt = await signJws(goodHeader, goodClaims, signer)
    expect(await codeOf(jwt, { algorithms: ['ES384'] })).toBe('proof_signature_invalid')
    expect(await codeOf(jwt, { algorithms: ['ES256'] })).toBe('accepted')
  })

  it('with a changed payload or an empty signature', async () => {
    const [header, payload, signature] = (await signJws(goodHeader, goodClaims, signer)).split('.')
    const [, other] = unsignedJws({}, { ...goodClaims, nonce: 'm' }).split('.')
    expect(await codeOf(`${header}.${other}.${signature}`)).toBe('proof_signature_invalid')
    expect(await codeOf(`${header}.${payload}.`)).toBe('proof_signature_invalid')
  })

  it('when it is longer than 64 kB', async () => {
    const jwt = await signJws({ ...goodHeader, padding: 'x'.repeat(49_152) }, goodClaims, signer)
    expect(await codeOf(jwt)).toBe('proof_malformed')
  })
})

describe('a key proof of a DID whose key lies elsewhere', () => {
  const kid = 'did:web:holder.example#one'
  const header = { typ: goodHeader.typ, kid }
  const found: ProofCheckInput['didKeys'] = async (url, relationship) =>
    url === kid && relationship === 'authentication'
      ? ok(signer.publicJwk)
      : refuse({ code: 'did_url_names_no_key' })

  it('is accepted with the key that was looked up, under the name of the DID', async () => {
    const result = await check(await signJws(header, goodClaims, signer), { didKeys: found })
    expect(result).toMatchObject({
      ok: true,
      value: { holderKey: bareKey(signer.publicJwk), holderDid: 'did:web:holder.example' },
    })
  })

  it('is refused when another key signed, and when the document has no such key', async () => {
    const lying = await signJws(header, goodClaims, testSigner())
    expect(await codeOf(lying, { didKeys: found })).toBe('proof_signature_invalid')
    const lost = await signJws({ ...header, kid: 'did:web:holder.example#two' }, goodClaims, signer)
    expect(await codeOf(lost, { didKeys: found })).toBe('proof_key_unacceptable')
  })

  it.each<[string, object, object]>([
    ['is meant for another issuer', {}, { aud: 'https://other.example' }],
    ['is too old', {}, { iat: NOW - 301 }],
    ['names two keys', { jwk }, {}],
    ['has another type', { typ: 'JWT' }, {}],
  ])('makes nobody be asked when it %s', async (_name, more, claims) => {
    let asked = 0
    const counting: ProofCheckInput['didKeys'] = (...args) => {
      asked += 1
      return found(...args)
    }
    const jwt = await signJws({ ...header, ...more }, { ...goodClaims, ...claims }, signer)
    expect(await codeOf(jwt, { didKeys: counting })).not.toBe('accepted')
    expect(asked).toBe(0)
  })
})

describe('a key proof is tolerated', () => {
  it.each<[string, object, object]>([
    ['with its audience as a list of one', {}, { aud: [ISSUER] }],
    ['at the old end of the window', {}, { iat: NOW - 300 }],
    ['at the new end of the window', {}, { iat: NOW + 30 }],
    ['with an end and a beginning that hold', {}, { exp: NOW + 1, nbf: NOW - 1 }],
    ['with labels on its key', { jwk: { ...jwk, kid: 'k', use: 'sig', alg: 'ES256' } }, {}],
    ['with unknown members', { zip: 1 }, { jti: 'x' }],
  ])('%s', async (_name, header, claims) => {
    const jwt = await signJws({ ...goodHeader, ...header }, { ...goodClaims, ...claims }, signer)
    const result = await check(jwt)
    expect(result).toMatchObject({ ok: true })
    expect(result.ok && result.value.holderKey).toEqual(jwk)
  })
})

it('any text is answered with a value or a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.object(), fc.object(), async (text, header, claims) => {
      expect(await codeOf(text)).not.toBe('accepted')
      const typed = { ...header, alg: 'ES256', typ: goodHeader.typ }
      expect(await codeOf(unsignedJws(typed, goodClaims))).not.toBe('accepted')
      expect(await codeOf(unsignedJws({ ...typed, kid: text }, goodClaims))).not.toBe('accepted')
      expect(await codeOf(unsignedJws({ ...goodHeader, alg: 'ES256' }, claims))).not.toBe('accepted')
    }),
  )
})
