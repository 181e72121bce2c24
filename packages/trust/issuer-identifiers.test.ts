import { ok, refuse } from '@countersign/core/result'
import type {
  IssuerKeyReference,
  IssuerTrust,
  TrustRefusal,
} from '@countersign/credential/contract/trust-port'
import { didFromKey } from '@countersign/did/did'
import { didResolver } from '@countersign/did/did-resolver'
import { makeSigner } from '@countersign/testing/engines/node-engine'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { didIssuerTrust, type TrustedIssuer } from './did-trust.ts'
import { jwtVcIssuerMetadataUrl, parseJwkSet, parseJwtVcIssuerMetadata } from './jwt-vc-issuer-metadata.ts'
import { type FetchText, metadataIssuerTrust } from './metadata-trust.ts'
import { trustedByAny } from './trusted-by-any.ts'

const NOW = 1_780_000_000
const ISSUER = 'https://issuer.example/tenant'
const key = makeSigner('P-256').publicJwk
const otherKey = makeSigner('P-256').publicJwk
const named = { ...key, kid: 'k1' }

const reference = (changes: Partial<IssuerKeyReference>): IssuerKeyReference => ({
  purpose: 'issuer',
  format: 'dc+sd-jwt',
  signerProfile: 'jose',
  credentialType: 'urn:example',
  algorithm: 'ES256',
  ...changes,
})

describe('trust in an issuer that is a DID', () => {
  const did = didFromKey('jwk', key)
  const url = `${did}#0`
  const asked: string[] = []
  const trustIn = (...issuers: readonly TrustedIssuer[]) =>
    didIssuerTrust({
      issuers,
      resolveKey: didResolver({
        now: () => NOW,
        fetchDocument: async (location) => {
          asked.push(location)
          return refuse({ reason: 'unreachable' })
        },
      }),
    })

  it('comes from the list, with the key that the credential names', async () => {
    const trust = trustIn({ issuer: did, name: 'Ministry', source: 'dids.conf' })
    const value = { key, anchor: 'Ministry', source: 'dids.conf', issuer: did }
    expect(await trust(reference({ keyId: url, issuer: did }), NOW)).toEqual({ ok: true, value })
    expect(await trust(reference({ keyId: url }), NOW)).toEqual({ ok: true, value })
    expect(await trust(reference({ keyId: '#0', issuer: did }), NOW)).toEqual({ ok: true, value })
    expect(await trustIn({ issuer: did })(reference({ keyId: url }), NOW)).toMatchObject({
      value: { anchor: did },
    })
  })

  it('is refused to a DID that is not on it, which is never fetched', async () => {
    const trust = trustIn({ issuer: 'did:web:issuer.example' })
    expect(await trust(reference({ keyId: url }), NOW)).toEqual({
      ok: false,
      error: { code: 'untrusted', reason: 'issuer_not_trusted', key },
    })
    expect(await trust(reference({ keyId: 'did:web:evil.example#k' }), NOW)).toEqual({
      ok: false,
      error: { code: 'key_unreadable', reason: 'issuer_not_trusted' },
    })
    expect(asked).toEqual([])
    expect(await trust(reference({ keyId: 'did:web:issuer.example#k' }), NOW)).toEqual({
      ok: false,
      error: { code: 'key_unavailable', reason: 'did_not_found' },
    })
    expect(asked).toHaveLength(1)
  })

  it.each<[string, Partial<IssuerKeyReference>, TrustRefusal]>([
    [
      'for another type',
      { keyId: url, credentialType: 'urn:other' },
      { code: 'untrusted', reason: 'anchor_not_for_type', key, details: { anchor: did } },
    ],
    [
      'for the key of another issuer',
      { keyId: url, issuer: 'https://issuer.example' },
      { code: 'key_unreadable', reason: 'key_of_another_issuer' },
    ],
    ['without a key', { issuer: did }, { code: 'no_key_reference' }],
    ['with a key that is no DID URL', { keyId: 'k1', issuer: did }, { code: 'no_key_reference' }],
    ['with a DID alone', { keyId: did }, { code: 'no_key_reference' }],
    ['with a path in it', { keyId: `${did}/x#0` }, { code: 'no_key_reference' }],
    [
      'for a key it does not have',
      { keyId: `${did}#1` },
      { code: 'key_unreadable', reason: 'did_url_names_no_key' },
    ],
  ])('is refused %s', async (_what, changes, error) => {
    const trust = trustIn({ issuer: did, types: ['urn:example'] })
    expect(await trust(reference(changes), NOW)).toEqual({ ok: false, error })
  })
})

describe('JWT VC issuer metadata', () => {
  it.each([
    ['https://issuer.example', 'https://issuer.example/.well-known/jwt-vc-issuer'],
    ['https://issuer.example/', 'https://issuer.example/.well-known/jwt-vc-issuer'],
    ['https://issuer.example:8443/a/b/', 'https://issuer.example:8443/.well-known/jwt-vc-issuer/a/b'],
    [ISSUER, 'https://issuer.example/.well-known/jwt-vc-issuer/tenant'],
  ])('of %s lies at %s', (issuer, url) => {
    expect(jwtVcIssuerMetadataUrl(issuer)).toEqual({ ok: true, value: url })
  })

  it.each([
    'http://issuer.example',
    'https://',
    'https://user@issuer.example',
    'https://issuer.example?x',
    'https://issuer.example/#x',
    'https://issuer.example\\@evil.example',
    'did:web:issuer.example',
    'https://issuer .example',
  ])('has no place for %s', (issuer) => {
    expect(jwtVcIssuerMetadataUrl(issuer)).toEqual({ ok: false, error: { code: 'issuer_not_https' } })
  })

  it('has its keys by value or by reference', () => {
    const parse = (document: object) => parseJwtVcIssuerMetadata(JSON.stringify(document), ISSUER)
    expect(parse({ issuer: ISSUER, jwks: { keys: [named, { kty: 'oct', k: 'AA' }] } })).toMatchObject({
      ok: false,
    })
    expect(parse({ issuer: ISSUER, jwks: { keys: [named, { kty: 'other' }] }, more: 1 })).toEqual({
      ok: true,
      value: { jwks: [named] },
    })
    expect(parse({ issuer: ISSUER, jwks_uri: 'https://issuer.example/jwks' })).toEqual({
      ok: true,
      value: { jwksUri: 'https://issuer.example/jwks' },
    })
    expect(parseJwkSet(JSON.stringify({ keys: [named] }))).toEqual({ ok: true, value: [named] })
  })

  it.each<[string, string, string]>([
    ['no JSON', 'x', 'metadata_malformed'],
    ['another issuer', JSON.stringify({ issuer: `${ISSUER}/`, jwks: { keys: [] } }), 'issuer_differs'],
    ['no issuer', JSON.stringify({ jwks: { keys: [] } }), 'issuer_differs'],
    ['no keys', JSON.stringify({ issuer: ISSUER }), 'keys_ambiguous'],
    [
      'keys twice',
      JSON.stringify({ issuer: ISSUER, jwks: { keys: [] }, jwks_uri: 'https://issuer.example/jwks' }),
      'keys_ambiguous',
    ],
    [
      'keys over http',
      JSON.stringify({ issuer: ISSUER, jwks_uri: 'http://x.example' }),
      'jwks_uri_not_https',
    ],
    ['keys that are no set', JSON.stringify({ issuer: ISSUER, jwks: [] }), 'jwks_malformed'],
    [
      'a private key',
      JSON.stringify({ issuer: ISSUER, jwks: { keys: [{ ...key, d: 'AA' }] } }),
      'jwks_malformed',
    ],
    [
      'a hundred and one keys',
      JSON.stringify({ issuer: ISSUER, jwks: { keys: Array(101).fill({ kty: 'x' }) } }),
      'jwks_malformed',
    ],
  ])('is refused with %s', (_what, json, code) => {
    expect(parseJwtVcIssuerMetadata(json, ISSUER)).toEqual({ ok: false, error: { code } })
  })

  it('answers any text with a value or a refusal', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ issuer: fc.constant(ISSUER), jwks: fc.anything() })
        .map((value) => JSON.stringify(value) ?? ''),
    )
    fc.assert(
      fc.property(text, (any) => {
        expect(parseJwtVcIssuerMetadata(any, ISSUER)).toHaveProperty('ok')
        expect(parseJwkSet(any)).toHaveProperty('ok')
        expect(jwtVcIssuerMetadataUrl(any)).toHaveProperty('ok')
      }),
    )
  })
})

describe('trust in an issuer that is a URL', () => {
  const URL_OF_METADATA = 'https://issuer.example/.well-known/jwt-vc-issuer/tenant'
  const metadata = (changes: object) => JSON.stringify({ issuer: ISSUER, ...changes })

  function scene(pages: Record<string, string>, issuers: readonly TrustedIssuer[] = [{ issuer: ISSUER }]) {
    const asked: string[] = []
    const fetchText: FetchText = async (url) => {
      asked.push(url)
      const page = pages[url]
      return page === undefined ? refuse({ reason: 'http_404' }) : ok(page)
    }
    return { asked, pages, trust: metadataIssuerTrust({ issuers, fetchText }) }
  }

  it('takes the key that the credential names from its metadata, once in a while', async () => {
    const { trust, asked } = scene(
      { [URL_OF_METADATA]: metadata({ jwks: { keys: [named, { ...otherKey, kid: 'k2' }] } }) },
      [{ issuer: ISSUER, name: 'Ministry', source: 'issuers.conf' }],
    )
    const asks = reference({ issuer: ISSUER, keyId: 'k1' })
    const value = { key: named, anchor: 'Ministry', source: 'issuers.conf', issuer: ISSUER }
    expect(await trust(asks, NOW)).toEqual({ ok: true, value })
    expect(await trust(asks, NOW + 299)).toEqual({ ok: true, value })
    expect(asked).toHaveLength(1)
    await trust(asks, NOW + 300)
    expect(asked).toHaveLength(2)
  })

  it('serves a status list in the name of the issuer of its credential', async () => {
    const { trust } = scene({ [URL_OF_METADATA]: metadata({ jwks: { keys: [named] } }) })
    const list = { algorithm: 'ES256', keyId: 'k1', credentialIssuer: ISSUER } as const
    expect(await trust(list, NOW)).toMatchObject({ ok: true, value: { key: named } })
    expect((await trust({ ...list, issuer: 'https://other.example' }, NOW)).ok).toBe(false)
  })

  it('follows a reference to the keys', async () => {
    const { trust } = scene({
      [URL_OF_METADATA]: metadata({ jwks_uri: 'https://keys.example/jwks' }),
      'https://keys.example/jwks': JSON.stringify({ keys: [named] }),
    })
    expect(await trust(reference({ issuer: ISSUER, keyId: 'k1' }), NOW)).toMatchObject({ ok: true })
  })

  it('needs no key id where there is one key, and one where there are more', async () => {
    const one = scene({ [URL_OF_METADATA]: metadata({ jwks: { keys: [key] } }) })
    expect(await one.trust(reference({ issuer: ISSUER }), NOW)).toMatchObject({ ok: true })
    const two = scene({ [URL_OF_METADATA]: metadata({ jwks: { keys: [key, otherKey] } }) })
    expect(await two.trust(reference({ issuer: ISSUER }), NOW)).toMatchObject({
      error: { reason: 'key_not_in_metadata' },
    })
    const twins = scene({
      [URL_OF_METADATA]: metadata({ jwks: { keys: [named, { ...otherKey, kid: 'k1' }] } }),
    })
    expect((await twins.trust(reference({ issuer: ISSUER, keyId: 'k1' }), NOW)).ok).toBe(false)
  })

  it('asks again for a key that has come since, but not for every stranger', async () => {
    const { trust, pages, asked } = scene({ [URL_OF_METADATA]: metadata({ jwks: { keys: [named] } }) })
    const unknown = reference({ issuer: ISSUER, keyId: 'k2' })
    expect((await trust(unknown, NOW)).ok).toBe(false)
    expect((await trust(unknown, NOW + 29)).ok).toBe(false)
    expect(asked).toHaveLength(1)
    pages[URL_OF_METADATA] = metadata({ jwks: { keys: [named, { ...otherKey, kid: 'k2' }] } })
    expect((await trust(unknown, NOW + 30)).ok).toBe(true)
    expect(asked).toHaveLength(2)
  })

  it('asks once for many who wait', async () => {
    const { trust, asked } = scene({ [URL_OF_METADATA]: metadata({ jwks: { keys: [named] } }) })
    const asks = reference({ issuer: ISSUER, keyId: 'k1' })
    const answers = await Promise.all(Array.from({ length: 20 }, () => trust(asks, NOW)))
    expect(answers.every((answer) => answer.ok)).toBe(true)
    expect(asked).toHaveLength(1)
  })

  it('never asks an issuer that is not on the list, nor for a credential with a chain', async () => {
    const { trust, asked } = scene({})
    expect(await trust(reference({ issuer: 'https://evil.example', keyId: 'k1' }), NOW)).toEqual({
      ok: false,
      error: { code: 'key_unreadable', reason: 'issuer_not_trusted' },
    })
    for (const changes of [{ keyId: 'k1' }, { issuer: 'did:web:x' }, { issuer: ISSUER, x5c: ['AAAA'] }]) {
      expect(await trust(reference(changes), NOW)).toEqual({ ok: false, error: { code: 'no_key_reference' } })
    }
    expect(asked).toEqual([])
  })

  it.each<[string, Record<string, string>, string]>([
    ['there is none', {}, 'http_404'],
    ['it is malformed', { [URL_OF_METADATA]: '{}' }, 'issuer_differs'],
    [
      'its keys cannot be had',
      { [URL_OF_METADATA]: metadata({ jwks_uri: 'https://keys.example' }) },
      'http_404',
    ],
    [
      'its keys are malformed',
      { [URL_OF_METADATA]: metadata({ jwks_uri: 'https://keys.example' }), 'https://keys.example': '[]' },
      'jwks_malformed',
    ],
    [
      'its key is of another kind',
      { [URL_OF_METADATA]: metadata({ jwks: { keys: [makeSigner('P-384').publicJwk] } }) },
      'key_not_in_metadata',
    ],
  ])('is refused, and for a while not asked again, when %s', async (_what, pages, reason) => {
    const { trust, asked } = scene(pages)
    const code = reason === 'key_not_in_metadata' ? 'key_unreadable' : 'key_unavailable'
    const error = { code, reason }
    expect(await trust(reference({ issuer: ISSUER }), NOW)).toEqual({ ok: false, error })
    const before = asked.length
    expect(await trust(reference({ issuer: ISSUER }), NOW + 29)).toEqual({ ok: false, error })
    expect(asked).toHaveLength(before)
  })

  it('is refused for a type that the issuer may not issue', async () => {
    const pages = { [URL_OF_METADATA]: metadata({ jwks: { keys: [named] } }) }
    const { trust } = scene(pages, [{ issuer: ISSUER, types: ['urn:other'] }])
    expect(await trust(reference({ issuer: ISSUER, keyId: 'k1' }), NOW)).toMatchObject({
      error: { code: 'untrusted', reason: 'anchor_not_for_type', key: named },
    })
    const unlisted = scene({}, [{ issuer: 'https://user@issuer.example' }])
    expect(await unlisted.trust(reference({ issuer: 'https://user@issuer.example' }), NOW)).toMatchObject({
      error: { reason: 'issuer_not_https' },
    })
  })
})

describe('several ways to trust', () => {
  const answer =
    (result: Awaited<ReturnType<IssuerTrust>>): IssuerTrust =>
    () =>
      result
  const none = answer(refuse({ code: 'no_key_reference' }))
  const unreadable = answer(refuse({ code: 'key_unreadable', reason: 'x' }))
  const unavailable = answer(refuse({ code: 'key_unavailable', reason: 'x' }))
  const untrusted = answer(refuse({ code: 'untrusted', reason: 'y', key }))
  const trusted = answer(ok({ key, anchor: 'A' }))

  it('trust by the first that does', async () => {
    const later = answer(ok({ key, anchor: 'B' }))
    const trust = trustedByAny([none, untrusted, trusted, later])
    expect(await trust(reference({}), NOW)).toMatchObject({ value: { anchor: 'A' } })
  })

  it.each([
    [[], 'no_key_reference'],
    [[none, unreadable], 'key_unreadable'],
    [[untrusted, unreadable, none], 'untrusted'],
    [[unreadable, untrusted], 'untrusted'],
    [[unavailable, untrusted, unreadable], 'key_unavailable'],
  ])('refuse with what tells most: %#', async (trusts, code) => {
    expect(await trustedByAny(trusts)(reference({}), NOW)).toMatchObject({ ok: false, error: { code } })
  })
})
