import { ok, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { didFromKey, resolveDid } from '@countersign/did/did'
import { describe, expect, it } from 'vitest'
import type { KnownVerifier } from './client-id.ts'
import {
  anchor,
  attest,
  attesterAnchor,
  attesterSigner,
  LEAF,
  leafSigner,
  otherSigner,
  SELF_SIGNED,
} from './request.testing.ts'
import { signRequestObject } from './request-object.ts'
import { check, now, payloadFor, signed } from './verify-request.testing.ts'
import type { RequestVerification } from './verify-request.ts'

describe('who the client is', () => {
  const named = 'x509_san_dns:verifier.example'
  const asClient = (client: string, changes: object = {}, signer = leafSigner) =>
    signed(changes, signer, client)

  it('is a DNS name of the certificate, and the answer goes to that host', async () => {
    const how = { outerClientId: named }
    expect(await check(await asClient(named), how)).toMatchObject({ ok: true })
    const elsewhere = await asClient(named, { response_uri: 'https://elsewhere.example/answer' })
    expect(await check(elsewhere, how)).toEqual({ ok: false, error: { code: 'response_uri_not_allowed' } })
  })

  it('that names an address of somebody else beside a redirect URI tells nobody', async () => {
    const both = { redirect_uri: 'https://verifier.example/cb' }
    const how = { outerClientId: named }
    const code = 'redirect_uri_with_direct_post'
    expect(await check(await asClient(named, both), how)).toMatchObject({
      error: { code, answer: { answerMode: { responseUri: 'https://verifier.example/answer' } } },
    })
    const elsewhere = await asClient(named, { ...both, response_uri: 'https://elsewhere.example/answer' })
    expect(await check(elsewhere, how)).toEqual({ ok: false, error: { code } })
  })

  it.each(['x509_san_dns:other.example', 'x509_san_dns:a.wild.example', 'x509_san_dns:example'])(
    'is not %s, which the certificate does not name',
    async (client) => {
      const host = client.slice('x509_san_dns:'.length)
      const jwt = await asClient(client, { response_uri: `https://${host}/answer` })
      const error = { code: 'client_certificate_differs' }
      expect(await check(jwt, { outerClientId: client })).toEqual({ ok: false, error })
    },
  )

  it.each([
    ['redirect_uri:https://verifier.example/answer', 'client_cannot_sign'],
    ['shop', 'client_not_registered'],
    ['origin:https://verifier.example', 'client_id_prefix_unsupported'],
    ['verifier_attestation:verifier.example', 'client_attestation_refused'],
    ['openid_federation:https://verifier.example', 'client_id_prefix_unsupported'],
    ['x509_hash:short', 'client_id_malformed'],
  ])('is refused as %s: %s', async (client, code) => {
    expect(await check(await asClient(client), { outerClientId: client })).toMatchObject({ error: { code } })
  })

  it.each([
    ['a self-signed certificate', SELF_SIGNED, [anchor], now, 'leaf_self_signed'],
    ['a chain to nobody', LEAF, [], now, 'anchor_unknown'],
    ['a chain that expired', LEAF, [anchor], 2_000_000_001, 'certificate_expired'],
  ])(
    'stays unvouched for with %s, which is refused where trust is required',
    async (_, x5c, anchors, at, reason) => {
      const jwt = await asClient(named, { exp: undefined }, { ...leafSigner, x5c: [x5c] })
      const how = { outerClientId: named, anchors, now: at }
      expect(await check(jwt, how)).toEqual({ ok: false, error: { code: 'verifier_untrusted', reason } })
      expect(await check(jwt, { ...how, requireTrusted: false })).toMatchObject({
        ok: true,
        value: { trust: { trusted: false, reason } },
      })
    },
  )

  it('is a DID whose key signed, vouched for by nobody', async () => {
    const did = didFromKey('jwk', leafSigner.publicJwk)
    const document = resolveDid(did)
    const kid = document.ok ? (document.value.verificationMethod[0]?.id ?? '') : ''
    const client = `decentralized_identifier:${did}`
    const { x5c: _x5c, ...signer } = leafSigner
    const how = { outerClientId: client, requireTrusted: false }

    const jwt = await signed({}, { ...signer, keyId: kid }, client)
    const trust = { trusted: false, reason: 'did_unknown' }
    expect(await check(jwt, how)).toMatchObject({ ok: true, value: { trust } })
    expect(await check(jwt, { ...how, requireTrusted: true })).toMatchObject({
      error: { code: 'verifier_untrusted' },
    })

    const stranger = didFromKey('jwk', otherSigner.publicJwk)
    const foreign = await signed({}, { ...otherSigner, x5c: undefined, keyId: `${stranger}#0` }, client)
    expect(await check(foreign, how)).toEqual({
      ok: false,
      error: { code: 'client_key_unreadable', reason: 'kid_of_another_did' },
    })
    const lying = await signed({}, { ...otherSigner, x5c: undefined, keyId: kid }, client)
    expect(await check(lying, how)).toMatchObject({ error: { code: 'request_signature_refused' } })
  })

  it('is a DID of the web only where somebody looks it up, for authentication', async () => {
    const did = 'did:web:verifier.example'
    const kid = `${did}#key-1`
    const client = `decentralized_identifier:${did}`
    const { x5c: _x5c, ...signer } = leafSigner
    const how = { outerClientId: client, requireTrusted: false }
    const jwt = await signed({}, { ...signer, keyId: kid }, client)
    const method = 'web'
    expect(await check(jwt, how)).toEqual({
      ok: false,
      error: { code: 'client_key_unreadable', reason: 'did_method_unsupported' },
    })

    const asked: unknown[] = []
    const didKeys: RequestVerification['didKeys'] = async (url, relationship) => {
      asked.push([url, relationship])
      return url === kid ? ok(leafSigner.publicJwk) : refuse({ code: 'did_method_unsupported', method })
    }
    expect(await check(jwt, { ...how, didKeys })).toMatchObject({
      ok: true,
      value: { client: { original: did }, trust: { trusted: false, reason: 'did_unknown' } },
    })
    expect(asked).toEqual([[kid, 'authentication']])

    const lying = await signed({}, { ...otherSigner, x5c: undefined, keyId: kid }, client)
    expect(await check(lying, { ...how, didKeys })).toMatchObject({
      error: { code: 'request_signature_refused' },
    })
    const foreign = await signed({}, { ...signer, keyId: 'did:web:verifier.example.evil#key-1' }, client)
    expect(await check(foreign, { ...how, didKeys })).toEqual({
      ok: false,
      error: { code: 'client_key_unreadable', reason: 'kid_of_another_did' },
    })
    expect(asked).toHaveLength(2)
  })
})

describe('a verifier that was named to the wallet', () => {
  const vouching = 'wallet.example'
  const bare = { ...leafSigner, x5c: undefined }
  const did = didFromKey('jwk', leafSigner.publicJwk)
  const byDid = `decentralized_identifier:${did}`
  const known = (clientId: string, more: Partial<KnownVerifier> = {}) => ({
    outerClientId: clientId,
    known: new Map([[clientId, { name: 'Shop', anchor: vouching, keys: [], ...more }]]),
  })

  it('by its DID is trusted, and another DID is not', async () => {
    const jwt = await signed({}, { ...bare, keyId: `${did}#0` }, byDid)
    const trust = { trusted: true, verifier: 'Shop', anchor: vouching }
    expect(await check(jwt, known(byDid))).toMatchObject({ ok: true, value: { trust } })
    const { known: others } = known(`decentralized_identifier:${didFromKey('jwk', otherSigner.publicJwk)}`)
    expect(await check(jwt, { outerClientId: byDid, known: others })).toEqual({
      ok: false,
      error: { code: 'verifier_untrusted', reason: 'did_unknown' },
    })
  })

  it('by what it was registered as is trusted, with the key that was registered', async () => {
    const keys = [{ ...leafSigner.publicJwk, kid: 'a' }]
    const jwt = await signed({}, { ...bare, keyId: 'a' }, 'shop')
    const trust = { trusted: true, verifier: 'Shop', anchor: vouching }
    expect(await check(jwt, known('shop', { keys }))).toMatchObject({ ok: true, value: { trust } })
    // A name that is missing or wrong matters where there is a choice alone.
    const nameless = await signed({}, { ...bare, keyId: 'b' }, 'shop')
    expect(await check(nameless, known('shop', { keys }))).toMatchObject({ ok: true })
    const both = [...keys, { ...otherSigner.publicJwk, kid: 'c' }]
    expect(await check(jwt, known('shop', { keys: both }))).toMatchObject({ ok: true })
    expect(await check(nameless, known('shop', { keys: both }))).toEqual({
      ok: false,
      error: { code: 'client_key_unreadable', reason: 'kid_unknown' },
    })
    const lying = await signed({}, { ...bare, keyId: 'c' }, 'shop')
    expect(await check(lying, known('shop', { keys: both }))).toMatchObject({
      error: { code: 'request_signature_refused' },
    })
  })

  it.each([
    ['its DID', byDid, `${did}#0`, []],
    ['a registration', 'shop', 'a', [{ ...leafSigner.publicJwk, kid: 'a' }]],
  ] as const)(
    'by %s is answered where it was named for, and nowhere else',
    async (_, client, keyId, keys) => {
      const jwt = await signed({}, { ...bare, keyId }, client)
      const here = ['https://verifier.example/answer']
      expect(await check(jwt, known(client, { keys, responseUris: here }))).toMatchObject({ ok: true })
      const there = ['https://verifier.example/answer/more', 'https://verifier.example']
      expect(await check(jwt, known(client, { keys, responseUris: there }))).toEqual({
        ok: false,
        error: { code: 'response_uri_not_allowed' },
      })
    },
  )
})

describe('a verifier of whom somebody says who it is', () => {
  const client = 'verifier_attestation:shop.example'
  const how = { outerClientId: client, attesterAnchors: [attesterAnchor], anchors: [] }
  const request = async (jwt: unknown, signer: Signer = leafSigner) =>
    signRequestObject(payloadFor(client), JSON.parse(JSON.stringify({ jwt })), signer)
  const refused = (reason: string) => ({ ok: false, error: { code: 'client_attestation_refused', reason } })

  it('is trusted under that name, with who says it', async () => {
    const trust = { trusted: true, verifier: 'shop.example', anchor: 'CN=Attester' }
    expect(await check(await request(await attest()), how)).toMatchObject({ ok: true, value: { trust } })
  })

  it('is not trusted because somebody has the certificate of a verifier', async () => {
    const jwt = await request(await attest({}, otherSigner))
    const own = { ...how, anchors: [anchor] }
    const error = { code: 'verifier_untrusted', reason: 'anchor_unknown' }
    expect(await check(jwt, own)).toEqual({ ok: false, error })
    expect(await check(jwt, { ...own, attesterAnchors: undefined })).toEqual({ ok: false, error })
    const trust = { trusted: false, verifier: 'shop.example', reason: 'anchor_unknown' }
    expect(await check(jwt, { ...own, requireTrusted: false })).toMatchObject({ value: { trust } })
  })

  it.each([
    ['no attestation', undefined, 'attestation_malformed'],
    ['text that is none', 'a.b.c', 'attestation_malformed'],
    ['a number', 7, 'attestation_malformed'],
    ['one of 40 kB', 'a'.repeat(40_000), 'attestation_malformed'],
    ['a JWT of another kind', attest({}, attesterSigner, { typ: 'JWT' }), 'attestation_type_wrong'],
    ['another name', attest({ sub: 'other.example' }), 'attestation_of_another'],
    ['the same name in capitals', attest({ sub: 'Shop.example' }), 'attestation_of_another'],
    ['no name', attest({ sub: undefined }), 'attestation_malformed'],
    ['nobody who says it', attest({ iss: undefined }), 'attestation_malformed'],
    ['no end', attest({ exp: undefined }), 'attestation_malformed'],
    ['an end that is text', attest({ exp: '1900000000' }), 'attestation_malformed'],
    ['an end that is over', attest({ exp: now - 60 }), 'attestation_expired'],
    ['a beginning to come', attest({ nbf: now + 61 }), 'attestation_not_yet_valid'],
    ['a beginning that is text', attest({ nbf: 'now' }), 'attestation_malformed'],
    ['no key', attest({ cnf: undefined }), 'attestation_key_unusable'],
    [
      'a key that shows its secret',
      attest({ cnf: { jwk: { ...leafSigner.publicJwk, d: 'AA' } } }),
      'attestation_key_unusable',
    ],
    [
      'addresses that are a text',
      attest({ redirect_uris: 'https://verifier.example/answer' }),
      'attestation_malformed',
    ],
    ['addresses that are none', attest({ redirect_uris: [7] }), 'attestation_malformed'],
    [
      'the signature of somebody else',
      attest({}, { ...attesterSigner, sign: otherSigner.sign }),
      'attestation_signature_refused',
    ],
  ])('is refused with %s', async (_, attestation, reason) => {
    expect(await check(await request(await attestation), how)).toEqual(refused(reason))
  })

  it('is refused with no certificate of who says it', async () => {
    const jwt = await request(await attest({}, attesterSigner, { x5c: [] }))
    const error = { code: 'client_key_unreadable', reason: 'no_certificate' }
    expect(await check(jwt, how)).toEqual({ ok: false, error })
  })

  it('signs with the key that was attested, and with no other', async () => {
    expect(await check(await request(await attest(), otherSigner), how)).toMatchObject({
      error: { code: 'request_signature_refused' },
    })
  })

  it('is answered where the attestation says, and nowhere else', async () => {
    const here = await request(await attest({ redirect_uris: ['https://verifier.example/answer'] }))
    expect(await check(here, how)).toMatchObject({ ok: true })
    for (const redirect_uris of [[], ['https://verifier.example/other']])
      expect(await check(await request(await attest({ redirect_uris })), how)).toEqual({
        ok: false,
        error: { code: 'response_uri_not_allowed' },
      })
  })
})
