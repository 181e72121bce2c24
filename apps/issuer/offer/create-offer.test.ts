import type { JsonObject } from '@countersign/core/json'
import { RECEIVED } from '@countersign/core/size-limits'
import { bareKey, type PublicJwk } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { generateSoftwareKey } from '@countersign/keys/signers/software-key'
import { describe, expect, it } from 'vitest'
import { claims, configurationId, testIssuer } from '../testing/issuer.testing.ts'
import { applyMapping, insertSubject, SUBJECT_DID } from '../types/mapping-functions.ts'
import { createOffer } from './create-offer.ts'
import { selectivePaths } from './selective-disclosure.ts'

async function refusalOf(
  order: Partial<Parameters<typeof createOffer>[1]['credentials'][number]>,
): Promise<unknown> {
  const created = await createOffer(testIssuer().issuer, {
    credentials: [{ configurationId, claims, ...order }],
    byValue: false,
  })
  return created.ok ? undefined : created.error
}

describe('an issue call', () => {
  it('finds a configuration under its older name', async () => {
    expect(await refusalOf({ configurationId: 'identity_credential_vc+sd-jwt' })).toBeUndefined()
  })

  it('names what is wrong with its claims, and never their values', async () => {
    const refusal = await refusalOf({ claims: { given_name: 'Planted', birthdate: 'no date' } })
    expect(refusal).toMatchObject({ code: 'claims_invalid' })
    expect(JSON.stringify(refusal)).toContain('family_name')
    expect(JSON.stringify(refusal)).toContain('/birthdate')
    expect(JSON.stringify(refusal)).not.toContain('Planted')
  })

  it.each([
    ['an unknown configuration', { configurationId: 'nothing' }, 'configuration_unknown'],
    ['a key that cannot sign', { issuerKey: { kty: 'EC' } }, 'issuer_key_unusable'],
    ['an unknown function', { mapping: { a: '<webhook:https://example.org>' } }, 'mapping_function_unknown'],
    ['a function with a bad argument', { mapping: { a: '<timestamp-in:soon>' } }, 'mapping_argument'],
    [
      'a disclosure map beside the claims',
      { disclosureMap: { fields: { nothing: { sd: true } } } },
      'selective_disclosure',
    ],
    ['a claim under a name of the format', { claims: { ...claims, _sd: ['x'] } }, 'member_issuer_written'],
    [
      'a claim under such a name further in',
      { claims: { ...claims, a: { _sd: ['x'] } } },
      'claims_unissuable',
    ],
    [
      'more than a credential can hold',
      { claims: { ...claims, note: 'a'.repeat(RECEIVED.credential) } },
      'claims_unissuable',
    ],
  ])('is refused for %s', async (_name, order, code) => {
    expect(await refusalOf(order as JsonObject)).toMatchObject({ code })
  })

  it('takes a key of the caller', async () => {
    const issuerKey = { ...generateSoftwareKey('ES256') }
    const did = (key: PublicJwk) => didFromKey('jwk', bareKey(key))
    expect(await refusalOf({ issuerKey, issuerDid: did(issuerKey) })).toBeUndefined()
    expect(await refusalOf({ issuerKey, issuerDid: 'did:web:issuer.example' })).toBeUndefined()
    for (const [issuerDid, reason] of [
      [did(generateSoftwareKey('ES256')), 'issuer_key_wrong'],
      ['did:jwk:x', 'issuer_malformed'],
    ] as const)
      expect(await refusalOf({ issuerKey, issuerDid })).toMatchObject({ code: 'claims_unissuable', reason })
  })

  it('refuses one configuration twice in an offer', async () => {
    const twice = [
      { configurationId, claims },
      { configurationId, claims },
    ]
    expect(await createOffer(testIssuer().issuer, { credentials: twice, byValue: true })).toMatchObject({
      error: { code: 'configuration_repeated' },
    })
  })

  it('makes transaction codes of the length and alphabet asked for', async () => {
    const txCode = { inputMode: 'numeric', length: 8 } as const
    const created = await createOffer(testIssuer().issuer, {
      credentials: [{ configurationId, claims }],
      byValue: true,
      txCode,
    })
    expect(created.ok && created.value.txCodeValue).toMatch(/^\d{8}$/)
  })
})

const context = { now: 1_800_000_000, randomUuid: () => 'u', issuer: 'did:example:i', display: [] }

describe('a mapping', () => {
  it('merges objects, appends to lists and replaces the rest', () => {
    const merged = applyMapping(
      { a: { b: 1, c: 2 }, list: [1], x: 1 },
      { a: { c: 3 }, list: [2], x: 2 },
      context,
    )
    expect(merged).toEqual({ ok: true, value: { a: { b: 1, c: 3 }, list: [1, 2], x: 2 } })
  })

  it.each([
    ['<uuid>', 'urn:uuid:u'],
    ['<issuerDid>', 'did:example:i'],
    ['<timestamp>', '2027-01-15T08:00:00Z'],
    ['<timestamp-seconds>', 1_800_000_000],
    ['<timestamp-in-seconds:365d>', 1_800_000_000 + 365 * 86_400],
    ['<timestamp-before-seconds:1h 30m>', 1_800_000_000 - 5400],
    ['<timestamp-ebsi-in:1d>', '2027-01-16T08:00:00Z'],
    ['no function', 'no function'],
  ])('%s is %s', (text, value) => {
    expect(applyMapping({}, { a: text }, context)).toEqual({ ok: true, value: { a: value } })
  })

  it('inserts the holder where it is named, at any depth', () => {
    expect(insertSubject({ a: [{ id: SUBJECT_DID }] }, 'did:jwk:h')).toEqual({ a: [{ id: 'did:jwk:h' }] })
  })

  it('cannot reach the prototype of an object', () => {
    const mapping = JSON.parse('{"__proto__": {"polluted": true}}') as JsonObject
    applyMapping({}, mapping, context)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('a selective disclosure map', () => {
  it('becomes the paths that may be withheld', () => {
    const map = { fields: { a: { sd: true, children: { fields: { b: { sd: true } } } }, c: { sd: false } } }
    expect(selectivePaths(map, { a: { b: 1 }, c: 2 })).toEqual({ ok: true, value: [['a'], ['a', 'b']] })
  })
})
