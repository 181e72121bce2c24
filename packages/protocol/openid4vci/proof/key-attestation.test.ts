import type { JsonObject } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { decodeJws, signJws } from '@countersign/crypto/jose/jws'
import { bareKey, type PublicJwk } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { describe, expect, it } from 'vitest'
import type { AttesterKeys } from '../../oauth/attester.ts'
import { testEngine, testSigner } from '../../oauth/proof-keys.testing.ts'
import { attestationProof } from './attestation-proof.ts'
import { createKeyProof, jwtProof } from './jwt-proof.ts'
import { createKeyAttestation, type KeyAttestationDemand, verifyKeyAttestation } from './key-attestation.ts'
import type { ProofCheckInput } from './proof-type.ts'

const NOW = 1_700_000_000
const ISSUER = 'https://issuer.example'
const attester = testSigner()
const [first, second, third] = [testSigner(), testSigner('ES384'), testSigner('EdDSA')]
const attested = [first, second, third].map(({ publicJwk }) => bareKey(publicJwk))

const attesters: AttesterKeys = ({ kid }) =>
  kid === attester.keyId ? ok([attester.publicJwk]) : refuse({ reason: 'kid_unknown' })

type Made = Partial<Parameters<typeof createKeyAttestation>[0]>

const made = (change: Made = {}) =>
  createKeyAttestation({
    signer: attester,
    keys: attested,
    now: NOW,
    expiresAt: NOW + 600,
    nonce: 'n',
    ...change,
  })

/** With members of header and payload as they are given; undefined: not there. */
async function written(header: object, payload: object, signer: Signer = attester): Promise<string> {
  const decoded = decodeJws(await made({ signer }))
  if (!decoded.ok) throw new Error(decoded.error.code)
  const merge = (one: JsonObject, other: object): JsonObject =>
    JSON.parse(JSON.stringify({ ...one, ...other }))
  return signJws(merge(decoded.value.header, header), merge(decoded.value.payload, payload), signer)
}

async function judged(
  jwt: string,
  { demand, mustExpire = true }: { demand?: KeyAttestationDemand; mustExpire?: boolean } = {},
): Promise<string> {
  const check = { attesters, demand, mustExpire, now: NOW, skewSeconds: 60 }
  const result = await verifyKeyAttestation(jwt, check, testEngine)
  if (result.ok) return 'accepted'
  const { code, ...facts } = result.error
  return [code, ...Object.values(facts)].flat().join(' ')
}

describe('a key attestation', () => {
  it('made here is accepted, with its keys and its nonce', async () => {
    const check = { attesters, mustExpire: true, now: NOW, skewSeconds: 60 }
    expect(await verifyKeyAttestation(await made(), check, testEngine)).toEqual({
      ok: true,
      value: { keys: attested, nonce: 'n' },
    })
  })

  it('names its signer by certificates, or else by the id of the key', async () => {
    const headerOf = async (signer: Signer) => {
      const decoded = decodeJws(await made({ signer }))
      return decoded.ok ? decoded.value.header : decoded.error
    }
    expect(await headerOf(attester)).toEqual({
      typ: 'key-attestation+jwt',
      alg: 'ES256',
      kid: attester.keyId,
    })
    const certified = await headerOf({ ...attester, x5c: ['MII'] })
    expect(certified).toMatchObject({ x5c: ['MII'] })
    expect(certified).not.toHaveProperty('kid')
  })

  const jwk = attested[0]
  it.each<[string, object, object, string]>([
    ['with another typ', { typ: 'JWT' }, {}, 'key_attestation_wrong_typ'],
    ['with the typ of a key proof', { typ: 'openid4vci-proof+jwt' }, {}, 'key_attestation_wrong_typ'],
    ['without typ', { typ: undefined }, {}, 'key_attestation_wrong_typ'],
    ['without iat', {}, { iat: undefined }, 'key_attestation_time iat_missing'],
    ['with iat as text', {}, { iat: `${NOW}` }, 'key_attestation_time iat_missing'],
    ['from the future', {}, { iat: NOW + 61 }, 'key_attestation_time from_future'],
    ['without exp', {}, { exp: undefined }, 'key_attestation_time exp_missing'],
    ['with exp as text', {}, { exp: `${NOW}` }, 'key_attestation_time exp_missing'],
    ['that is over', {}, { exp: NOW - 60 }, 'key_attestation_time expired'],
    ['without keys', {}, { attested_keys: undefined }, 'key_attestation_keys missing'],
    ['with no key', {}, { attested_keys: [] }, 'key_attestation_keys missing'],
    ['with keys that are no list', {}, { attested_keys: jwk }, 'key_attestation_keys missing'],
    ['with a private key', {}, { attested_keys: [{ ...jwk, d: 'A' }] }, 'key_attestation_keys jwk_private'],
    ['with a key of a MAC', {}, { attested_keys: [{ kty: 'oct' }] }, 'key_attestation_keys jwk_unsupported'],
    ['with a key twice', {}, { attested_keys: [jwk, jwk] }, 'key_attestation_keys repeated'],
    [
      'with keys without end',
      {},
      { attested_keys: Array(201).fill({ kty: 'EC' }) },
      'key_attestation_keys too_many',
    ],
    [
      'with a key on a curve that no holder uses',
      {},
      { attested_keys: [{ ...jwk, crv: 'secp256k1' }] },
      'key_attestation_keys jwk_unsupported',
    ],
    ['with a nonce that is no text', {}, { nonce: 7 }, 'key_attestation_nonce_malformed'],
    ['with levels that are no list', {}, { key_storage: 'high' }, 'key_attestation_level key_storage'],
    ['with no level', {}, { user_authentication: [] }, 'key_attestation_level user_authentication'],
    ['of an unknown key', { kid: 'other' }, {}, 'key_attestation_untrusted kid_unknown'],
    ['without a reference', { kid: undefined }, {}, 'key_attestation_untrusted kid_unknown'],
  ])('%s is refused', async (_name, header, payload, expected) => {
    expect(await judged(await written(header, payload))).toBe(expected)
  })

  it('of somebody who only names the key is refused, and so is one that was changed or is none', async () => {
    const thief = { ...testSigner(), keyId: attester.keyId }
    const wrong = 'key_attestation_signature_invalid signature_invalid'
    expect(await judged(await made({ signer: thief }))).toBe(wrong)
    const [header, , signature] = (await made()).split('.')
    const [, other] = (await made({ nonce: 'm' })).split('.')
    expect(await judged(`${header}.${other}.${signature}`)).toBe(wrong)
    expect(await judged('a.b')).toBe('key_attestation_malformed jws_malformed')
  })

  it('needs no exp where it is a proof of its own, but one that is there holds', async () => {
    const [without, over] = [await made({ expiresAt: undefined }), await made({ expiresAt: NOW - 61 })]
    expect(await judged(without, { mustExpire: false })).toBe('accepted')
    expect(await judged(over, { mustExpire: false })).toBe('key_attestation_time expired')
  })

  it.each<[string, KeyAttestationDemand, Made, string]>([
    ['any', {}, {}, 'accepted'],
    ['a level', { keyStorage: ['high'] }, { keyStorage: ['high'] }, 'accepted'],
    ['one of two', { keyStorage: ['high', 'moderate'] }, { keyStorage: ['moderate', 'x'] }, 'accepted'],
    ['a level that is not told', { keyStorage: ['high'] }, {}, 'key_attestation_level key_storage high'],
    [
      'another level',
      { keyStorage: ['high'] },
      { keyStorage: ['High', 'basic'] },
      'key_attestation_level key_storage high',
    ],
    [
      'a level of the other kind',
      { userAuthentication: ['high'] },
      { keyStorage: ['high'] },
      'key_attestation_level user_authentication high',
    ],
    [
      'both, of which one is met',
      { keyStorage: ['high'], userAuthentication: ['high', 'moderate'] },
      { keyStorage: ['high'], userAuthentication: ['basic'] },
      'key_attestation_level user_authentication high moderate',
    ],
  ])('where %s is asked for: %j, %j: %s', async (_name, demand, told, expected) => {
    expect(await judged(await made(told), { demand })).toBe(expected)
  })
})

const input: ProofCheckInput = {
  issuer: ISSUER,
  now: NOW,
  maxAgeSeconds: 300,
  skewSeconds: 60,
  attestation: { attesters },
}

const proofOf = async (
  signer: Signer,
  keyAttestation: string | undefined,
  keyReference: 'jwk' | { kid: string } = 'jwk',
) => createKeyProof({ signer, issuer: ISSUER, nonce: 'p', now: NOW, keyReference, keyAttestation })

async function keysOf(proof: string, change: Partial<ProofCheckInput> = {}) {
  const result = await jwtProof.verify(proof, { ...input, ...change }, testEngine)
  return result.ok ? result.value.keys.map(({ holderKey }) => holderKey) : result.error.code
}

describe('a jwt proof with a key attestation', () => {
  it('gives every attested key, that of its signer first, and the nonces of both', async () => {
    const result = await jwtProof.verify(await proofOf(second, await made()), input, testEngine)
    expect(result).toMatchObject({ value: { nonce: 'p', attestationNonces: ['n'] } })
    expect(await keysOf(await proofOf(second, await made()))).toEqual([
      bareKey(second.publicJwk),
      bareKey(first.publicJwk),
      bareKey(third.publicJwk),
    ])
  })

  it.each<[string, { kid: string }, readonly PublicJwk[]]>([
    ['its place', { kid: '1' }, attested],
    ['its kid', { kid: 'mine' }, attested.with(1, { ...bareKey(second.publicJwk), kid: 'mine' })],
    // What a key calls itself comes before the place of another one.
    [
      'its kid, which is a number',
      { kid: '0' },
      attested.with(1, { ...bareKey(second.publicJwk), kid: '0' }),
    ],
    ['a DID', { kid: `${didFromKey('jwk', second.publicJwk)}#0` }, attested],
  ])('may name its key by %s', async (_name, reference, keys) => {
    const proof = await proofOf(second, await made({ keys }), reference)
    expect(await keysOf(proof)).toContainEqual(bareKey(second.publicJwk))
    expect((await keysOf(proof))[0]).toEqual(bareKey(second.publicJwk))
  })

  it.each(['3', '01', '-1', '1.0', 'other', ''])(
    'whose kid %j names no attested key is refused',
    async (kid) => {
      expect(await keysOf(await proofOf(second, await made(), { kid }))).toBe('proof_key_unacceptable')
    },
  )

  it('by a key that is not attested, or by another one than it names, is refused', async () => {
    expect(await keysOf(await proofOf(testSigner(), await made()))).toBe('proof_key_not_attested')
    const stranger = testSigner()
    const kid = `${didFromKey('jwk', stranger.publicJwk)}#0`
    expect(await keysOf(await proofOf(stranger, await made(), { kid }))).toBe('proof_key_not_attested')
    expect(await keysOf(await proofOf(first, await made(), { kid: '1' }))).toBe('proof_signature_invalid')
  })

  it('that is bad is refused as bad', async () => {
    expect(await keysOf(await proofOf(first, await made({ expiresAt: undefined })))).toBe(
      'key_attestation_time',
    )
    expect(await keysOf(await proofOf(first, await made({ signer: testSigner() })))).toBe(
      'key_attestation_signature_invalid',
    )
    const proof = await signJws(
      { typ: 'openid4vci-proof+jwt', jwk: { ...first.publicJwk }, key_attestation: 7 },
      { aud: ISSUER, iat: NOW, nonce: 'p' },
      first,
    )
    expect(await keysOf(proof)).toBe('key_attestation_malformed')
  })

  it('is needed where one is asked for, and only there', async () => {
    const bare = await proofOf(first, undefined)
    expect(await keysOf(bare)).toEqual([bareKey(first.publicJwk)])
    expect(await keysOf(bare, { attestation: { attesters, demand: {} } })).toBe('key_attestation_missing')
    const demand = { keyStorage: ['high'] }
    expect(await keysOf(await proofOf(first, await made()), { attestation: { attesters, demand } })).toBe(
      'key_attestation_level',
    )
  })

  it('is a proof of one key where nobody is believed, whatever stands in the attestation', async () => {
    for (const attestation of [await made(), 'nothing'])
      expect(await keysOf(await proofOf(first, attestation), { attestation: undefined })).toEqual([
        bareKey(first.publicJwk),
      ])
    expect(await keysOf(await proofOf(first, await made(), { kid: '0' }), { attestation: undefined })).toBe(
      'proof_key_unacceptable',
    )
  })
})

describe('a proof of the type attestation', () => {
  it('gives every attested key and the nonce of the attestation', async () => {
    const result = await attestationProof.verify(await made({ expiresAt: undefined }), input, testEngine)
    expect(result).toMatchObject({ ok: true, value: { nonce: 'n' } })
    expect(result.ok && result.value.keys.map(({ holderKey }) => holderKey)).toEqual(attested)
  })

  it('is refused where nobody is believed, and where the attestation is bad or a key proof', async () => {
    const codeOf = async (jwt: string, change: Partial<ProofCheckInput> = {}) => {
      const result = await attestationProof.verify(jwt, { ...input, ...change }, testEngine)
      return result.ok ? 'accepted' : result.error.code
    }
    expect(await codeOf(await made(), { attestation: undefined })).toBe('attesters_unknown')
    expect(await codeOf(await proofOf(first, undefined))).toBe('key_attestation_wrong_typ')
    const demand = { userAuthentication: ['high'] }
    expect(await codeOf(await made(), { attestation: { attesters, demand } })).toBe('key_attestation_level')
    expect(
      await codeOf(await made({ userAuthentication: ['high'] }), { attestation: { attesters, demand } }),
    ).toBe('accepted')
  })
})
