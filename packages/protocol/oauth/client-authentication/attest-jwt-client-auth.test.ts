import { ok, refuse } from '@countersign/core/result'
import { signJws } from '@countersign/crypto/jose/jws'
import { jwkThumbprint } from '@countersign/crypto/jwk-thumbprint'
import { describe, expect, it } from 'vitest'
import { testEngine, testSigner, unsignedJws } from '../proof-keys.testing.ts'
import { type AttestedClientCheck, verifyAttestedClient } from './attest-jwt-client-auth.ts'
import { createAttestationPop, createClientAttestation } from './client-proofs.ts'

const NOW = 1_800_000_000
const AUDIENCE = 'https://issuer.example'
const CLIENT = 'https://wallet.example'
const attester = testSigner()
const instance = testSigner()
const stranger = testSigner()

const header = { typ: 'oauth-client-attestation+jwt', kid: 'attester' }
const claims = {
  iss: 'https://attester.example',
  sub: CLIENT,
  iat: NOW - 100,
  exp: NOW + 3600,
  cnf: { jwk: { ...instance.publicJwk } },
}
const popHeader = { typ: 'oauth-client-attestation-pop+jwt' }
const popClaims = { iss: CLIENT, aud: AUDIENCE, jti: 'jti-0123456789abcdef', iat: NOW }

const attestationOf = (change: object = {}, headerChange: object = {}, signer = attester) =>
  signJws({ ...header, ...headerChange }, { ...claims, ...change }, signer)
const popOf = (change: object = {}, headerChange: object = {}, signer = instance) =>
  signJws({ ...popHeader, ...headerChange }, { ...popClaims, ...change }, signer)

interface Shown {
  readonly attestation?: string
  readonly pop?: string
  readonly clientId?: string | undefined
}

async function judge({ attestation, clientId, pop }: Shown = {}, change: Partial<AttestedClientCheck> = {}) {
  const attesterKeys = () => ok([attester.publicJwk])
  const window = { now: NOW, maxAgeSeconds: 300, skewSeconds: 60 }
  return verifyAttestedClient(
    {
      method: 'attest_jwt_client_auth',
      clientId,
      attestation: attestation ?? (await attestationOf()),
      pop: pop ?? (await popOf()),
    },
    { audience: AUDIENCE, attesterKeys, ...window, ...change },
    testEngine,
  )
}

async function codeOf(shown: Shown = {}, change: Partial<AttestedClientCheck> = {}): Promise<string> {
  const judged = await judge(shown, change)
  return judged.ok ? 'accepted' : judged.error.code
}

describe('a client that is attested', () => {
  it('is the one that its attestation names, and its key is the one that it proved', async () => {
    const thumbprint = await jwkThumbprint(instance.publicJwk, testEngine)
    expect(await judge({ clientId: CLIENT })).toMatchObject({
      ok: true,
      value: { clientId: CLIENT, thumbprint, challenge: undefined, replayTtlSeconds: 361 },
    })
  })

  it.each(['ES256', 'ES384', 'ES512', 'EdDSA'] as const)(
    'may sign with %s, both of them',
    async (algorithm) => {
      const by = testSigner(algorithm)
      const its = testSigner(algorithm)
      const attestation = await createClientAttestation({
        signer: by,
        issuer: 'https://attester.example',
        clientId: CLIENT,
        instanceKey: its.publicJwk,
        now: NOW,
        lifetimeSeconds: 60,
      })
      const made = { signer: its, clientId: CLIENT, audience: AUDIENCE, now: NOW, jti: 'j', challenge: 'c' }
      const pop = await createAttestationPop(made)
      const attesterKeys = () => ok([by.publicJwk])
      expect(await judge({ attestation, pop }, { attesterKeys })).toMatchObject({
        value: { clientId: CLIENT, challenge: 'c' },
      })
    },
  )

  it.each<[string, Shown | Promise<Shown>]>([
    ['does not name an issuer, as after draft -07', both({ iss: undefined }, { iss: undefined })],
    ['may write typ in full', shown({}, { typ: 'application/oauth-client-attestation+jwt' })],
    ['need not say when it was attested', shown({ iat: undefined })],
    ['may be heard from a fast clock', proven({ iat: NOW + 60 })],
    ['may prove its key a while later', proven({ iat: NOW - 300 })],
    ['may write its one audience as a list', proven({ aud: [AUDIENCE] })],
    ['may be attested by a slow clock', shown({ exp: NOW - 59 })],
    ['may say more than is needed', both({ wallet_name: 'W', status: {} }, { nonce: 'n' })],
  ])('%s', async (_name, what) => {
    expect(await codeOf(await what)).toBe('accepted')
  })

  it('is known by any key of its attesters', async () => {
    const attesterKeys = () => ok([stranger.publicJwk, attester.publicJwk])
    expect(await codeOf({}, { attesterKeys })).toBe('accepted')
  })
})

describe('a client attestation is refused', () => {
  it.each<[string, object, object, string]>([
    ['with another typ', {}, { typ: 'JWT' }, 'attestation_wrong_typ'],
    ['with the typ of its proof', {}, popHeader, 'attestation_wrong_typ'],
    ['without typ', {}, { typ: undefined }, 'attestation_wrong_typ'],
    ['with a critical header', {}, { crit: ['x'], x: 1 }, 'attestation_malformed'],
    ['that names no client', { sub: undefined }, {}, 'attestation_claim_unusable'],
    ['with a client that is no text', { sub: 7 }, {}, 'attestation_claim_unusable'],
    ['with a huge client', { sub: 'x'.repeat(1025) }, {}, 'attestation_claim_unusable'],
    ['without an end', { exp: undefined }, {}, 'attestation_claim_unusable'],
    ['with an end that is text', { exp: String(NOW + 60) }, {}, 'attestation_claim_unusable'],
    ['when its time is over', { exp: NOW - 60 }, {}, 'attestation_not_fresh'],
    ['that was made in time to come', { iat: NOW + 61 }, {}, 'attestation_claim_unusable'],
    ['with a time that is text', { iat: 'now' }, {}, 'attestation_claim_unusable'],
    ['before it is good', { nbf: NOW + 61 }, {}, 'attestation_claim_unusable'],
    ['without a key', { cnf: undefined }, {}, 'attestation_claim_unusable'],
    ['with the name of a key', { cnf: { kid: 'k' } }, {}, 'attestation_claim_unusable'],
    ['with a null for a key', { cnf: null }, {}, 'attestation_claim_unusable'],
    [
      'with a private key',
      { cnf: { jwk: { ...instance.publicJwk, d: 'AAAA' } } },
      {},
      'attestation_claim_unusable',
    ],
    ['with a symmetric key', { cnf: { jwk: { kty: 'oct', k: 'AAAA' } } }, {}, 'attestation_claim_unusable'],
  ])('%s', async (_name, change, headerChange, code) => {
    expect(await codeOf({ attestation: await attestationOf(change, headerChange) })).toBe(code)
  })

  it.each<[string, string, string]>([
    ['that is no JWT', 'x', 'attestation_malformed'],
    [
      'that nobody signed',
      unsignedJws({ ...header, alg: 'none' }, claims, ''),
      'attestation_signature_invalid',
    ],
    ['with a MAC', unsignedJws({ ...header, alg: 'HS256' }, claims), 'attestation_signature_invalid'],
    [
      'with a wrong signature',
      unsignedJws({ ...header, alg: 'ES256' }, claims),
      'attestation_signature_invalid',
    ],
  ])('%s', async (_name, attestation, code) => {
    expect(await codeOf({ attestation })).toBe(code)
  })

  it('by somebody else, and by the instance itself', async () => {
    for (const signer of [stranger, instance])
      expect(await codeOf({ attestation: await attestationOf({}, {}, signer) })).toBe(
        'attestation_signature_invalid',
      )
  })

  it('of an attester whom nobody believes', async () => {
    expect(await codeOf({}, { attesterKeys: () => refuse({ reason: 'no_path' }) })).toBe('attester_untrusted')
  })

  it('for another client than asks', async () => {
    expect(await codeOf({ clientId: 'https://other.example' })).toBe('attestation_of_another')
  })

  it('that is older than is taken, or does not say how old it is', async () => {
    const rules = { maxAttestationAgeSeconds: 100 }
    expect(await codeOf({}, rules)).toBe('accepted')
    for (const iat of [NOW - 101, undefined])
      expect(await codeOf({ attestation: await attestationOf({ iat }) }, rules)).toBe('attestation_not_fresh')
  })
})

describe('the proof of an attested key is refused', () => {
  it.each<[string, object, object, string]>([
    ['with another typ', {}, { typ: 'JWT' }, 'attestation_pop_wrong_typ'],
    ['with the typ of an attestation', {}, header, 'attestation_pop_wrong_typ'],
    ['for another server', { aud: 'https://other.example' }, {}, 'attestation_pop_wrong_audience'],
    ['for an endpoint', { aud: `${AUDIENCE}/token` }, {}, 'attestation_pop_wrong_audience'],
    ['with a slash too many', { aud: `${AUDIENCE}/` }, {}, 'attestation_pop_wrong_audience'],
    ['for others as well', { aud: [AUDIENCE, 'https://b.example'] }, {}, 'attestation_pop_wrong_audience'],
    ['for nobody', { aud: undefined }, {}, 'attestation_pop_wrong_audience'],
    ['of another client', { iss: 'https://other.example' }, {}, 'attestation_pop_of_another'],
    ['without jti', { jti: undefined }, {}, 'attestation_pop_jti_missing'],
    ['with an empty jti', { jti: '' }, {}, 'attestation_pop_jti_missing'],
    ['with a huge jti', { jti: 'x'.repeat(257) }, {}, 'attestation_pop_jti_missing'],
    ['without time', { iat: undefined }, {}, 'attestation_pop_outside_window'],
    ['made too long ago', { iat: NOW - 301 }, {}, 'attestation_pop_outside_window'],
    ['made too far ahead', { iat: NOW + 61 }, {}, 'attestation_pop_outside_window'],
    ['past its end', { exp: NOW - 60 }, {}, 'attestation_pop_outside_validity'],
    ['with an end that is text', { exp: 'never' }, {}, 'attestation_pop_outside_validity'],
    ['before it is good', { nbf: NOW + 61 }, {}, 'attestation_pop_outside_validity'],
    ['with a challenge that is no text', { challenge: 7 }, {}, 'attestation_pop_challenge_malformed'],
    ['with a huge challenge', { challenge: 'x'.repeat(513) }, {}, 'attestation_pop_challenge_malformed'],
  ])('%s', async (_name, change, headerChange, code) => {
    expect(await codeOf({ pop: await popOf(change, headerChange) })).toBe(code)
  })

  it('by another key than the attested one, also when the proof brings it along', async () => {
    expect(await codeOf({ pop: await popOf({}, {}, stranger) })).toBe('attestation_pop_signature_invalid')
    const brought = await popOf({}, { jwk: { ...stranger.publicJwk } }, stranger)
    expect(await codeOf({ pop: brought })).toBe('attestation_pop_signature_invalid')
  })

  it('with a MAC, or with nothing', async () => {
    for (const alg of ['HS256', 'none'])
      expect(await codeOf({ pop: unsignedJws({ ...popHeader, alg }, popClaims) })).toBe(
        'attestation_pop_signature_invalid',
      )
  })

  it('when it is no JWT', async () => {
    expect(await codeOf({ pop: 'x' })).toBe('attestation_pop_malformed')
  })
})

it('a jti is used up for its key alone', async () => {
  const keyOf = async (signer = instance) => {
    const attestation = await attestationOf({ cnf: { jwk: { ...signer.publicJwk } } })
    const judged = await judge({ attestation, pop: await popOf({}, {}, signer) })
    return judged.ok ? judged.value.replayKey : judged.error.code
  }
  expect(await keyOf()).toBe(await keyOf())
  expect(await keyOf()).not.toBe(await keyOf(stranger))
  expect(await keyOf()).toMatch(/^[\w-]{43}$/)
})

async function shown(change: object, headerChange: object = {}): Promise<Shown> {
  return { attestation: await attestationOf(change, headerChange) }
}

async function proven(change: object): Promise<Shown> {
  return { pop: await popOf(change) }
}

async function both(change: object, popChange: object): Promise<Shown> {
  return { ...(await shown(change)), ...(await proven(popChange)) }
}
