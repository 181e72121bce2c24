import { signJws } from '@countersign/crypto/jose/jws'
import { describe, expect, it } from 'vitest'
import { testEngine, testSigner, unsignedJws } from '../proof-keys.testing.ts'
import { createClientAssertion } from './client-proofs.ts'
import { type AssertionCheck, readClientAssertion, verifyClientAssertion } from './private-key-jwt.ts'

const NOW = 1_800_000_000
const ISSUER = 'https://issuer.example'
const client = testSigner()
const other = testSigner()
const header = { typ: 'JWT' }
const claims = { iss: 'shop', sub: 'shop', aud: ISSUER, jti: 'jti-1', iat: NOW, exp: NOW + 60 }

const assertionOf = (change: object = {}, headerChange: object = {}, signer = client) =>
  signJws({ ...header, ...headerChange }, { ...claims, ...change }, signer)

async function judge(assertion: string, clientId?: string, change: Partial<AssertionCheck> = {}) {
  const read = readClientAssertion({ method: 'private_key_jwt', clientId, assertion })
  if (!read.ok) return read
  const check = {
    audiences: [ISSUER, `${ISSUER}/token`],
    keys: [client.publicJwk],
    now: NOW,
    skewSeconds: 60,
    maxLifetimeSeconds: 600,
  }
  return verifyClientAssertion(read.value, { ...check, ...change }, testEngine)
}

async function codeOf(assertion: string, clientId?: string, change: Partial<AssertionCheck> = {}) {
  const judged = await judge(assertion, clientId, change)
  return judged.ok ? 'accepted' : judged.error.code
}

describe('an assertion of a client', () => {
  it.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'PS384', 'PS512'] as const)(
    'shows who it is, signed with %s',
    async (algorithm) => {
      const signer = testSigner(algorithm)
      const made = { signer, clientId: 'shop', audience: ISSUER, now: NOW, lifetimeSeconds: 60, jti: 'j' }
      const assertion = await createClientAssertion(made)
      const { alg: _alg, ...key } = signer.publicJwk
      expect(await judge(assertion, 'shop', { keys: [key] })).toMatchObject({
        value: { clientId: 'shop', replayTtlSeconds: 121 },
      })
    },
  )

  it.each<[string, object, object]>([
    ['is for the token endpoint', { aud: `${ISSUER}/token` }, {}],
    ['has its one audience in a list', { aud: [ISSUER] }, {}],
    ['has no typ', {}, { typ: undefined }],
    ['has the typ that RFC 7523 is to have', {}, { typ: 'client-authentication+jwt' }],
    ['does not say when it was made', { iat: undefined }, {}],
    ['comes from a fast clock', { iat: NOW + 60, nbf: NOW + 60 }, {}],
    ['comes from a slow clock', { exp: NOW - 59 }, {}],
    ['ends as late as it may', { exp: NOW + 660 }, {}],
    ['names a key that the client does not have', {}, { kid: 'new' }],
  ])('is taken when it %s', async (_name, change, headerChange) => {
    expect(await codeOf(await assertionOf(change, headerChange))).toBe('accepted')
  })

  it.each<[string, object, object, string]>([
    ['is another kind of JWT', {}, { typ: 'dpop+jwt' }, 'assertion_wrong_typ'],
    ['is a request', {}, { typ: 'oauth-authz-req+jwt' }, 'assertion_wrong_typ'],
    ['has a typ that is no text', {}, { typ: 7 }, 'assertion_wrong_typ'],
    ['is by another than it is about', { iss: 'other' }, {}, 'assertion_of_another'],
    ['is by nobody', { iss: undefined }, {}, 'assertion_of_another'],
    ['is about nobody', { iss: undefined, sub: undefined }, {}, 'assertion_of_another'],
    ['is for another server', { aud: 'https://other.example' }, {}, 'assertion_wrong_audience'],
    ['is for others as well', { aud: [ISSUER, 'https://b.example'] }, {}, 'assertion_wrong_audience'],
    ['is for nobody', { aud: undefined }, {}, 'assertion_wrong_audience'],
    ['is for an empty list', { aud: [] }, {}, 'assertion_wrong_audience'],
    ['has no jti', { jti: undefined }, {}, 'assertion_jti_missing'],
    ['has a huge jti', { jti: 'x'.repeat(257) }, {}, 'assertion_jti_missing'],
    ['has no end', { exp: undefined }, {}, 'assertion_outside_validity'],
    ['has an end that is text', { exp: String(NOW + 60) }, {}, 'assertion_outside_validity'],
    ['is over', { exp: NOW - 60 }, {}, 'assertion_outside_validity'],
    ['ends too late', { exp: NOW + 661 }, {}, 'assertion_outside_validity'],
    ['is made in time to come', { iat: NOW + 61 }, {}, 'assertion_outside_validity'],
    ['is not good yet', { nbf: NOW + 61 }, {}, 'assertion_outside_validity'],
    ['has a critical header', {}, { crit: ['x'], x: 1 }, 'assertion_malformed'],
  ])('is refused when it %s', async (_name, change, headerChange, code) => {
    expect(await codeOf(await assertionOf(change, headerChange))).toBe(code)
  })

  it('is refused for another client than asks', async () => {
    expect(await codeOf(await assertionOf(), 'other')).toBe('assertion_of_another')
  })

  it('is refused with the key of another, with a MAC and with nothing', async () => {
    const forged = [
      await assertionOf({}, {}, other),
      await assertionOf({}, { jwk: { ...other.publicJwk } }, other),
      unsignedJws({ ...header, alg: 'none' }, claims, ''),
      unsignedJws({ ...header, alg: 'HS256' }, claims),
    ]
    for (const assertion of forged) expect(await codeOf(assertion)).toBe('assertion_signature_invalid')
    expect(await codeOf('x')).toBe('assertion_malformed')
  })

  it('is refused with RSASSA-PKCS1-v1_5 (FAPI 2.0 §5.4)', async () => {
    const signer = testSigner('RS256')
    const { alg: _alg, ...key } = signer.publicJwk
    expect(await codeOf(await assertionOf({}, {}, signer), 'shop', { keys: [key] })).toBe(
      'assertion_signature_invalid',
    )
  })

  it('is judged by the key that it names, and not by another of the same client', async () => {
    const keys = [
      { ...client.publicJwk, kid: 'a' },
      { ...other.publicJwk, kid: 'b' },
    ]
    expect(await codeOf(await assertionOf({}, { kid: 'a' }), 'shop', { keys })).toBe('accepted')
    expect(await codeOf(await assertionOf({}, { kid: 'b' }), 'shop', { keys })).toBe(
      'assertion_signature_invalid',
    )
  })

  it('uses its jti up for its client alone', async () => {
    const keyOf = async (name: string) => {
      const judged = await judge(await assertionOf({ iss: name, sub: name }))
      return judged.ok ? judged.value.replayKey : judged.error.code
    }
    expect(await keyOf('shop')).toBe(await keyOf('shop'))
    expect(await keyOf('shop')).not.toBe(await keyOf('bank'))
  })
})
