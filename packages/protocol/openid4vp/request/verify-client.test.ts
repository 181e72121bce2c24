import { ok, refuse } from '@countersign/core/result'
import { didFromKey, resolveDid } from '@countersign/did/did'
import { describe, expect, it } from 'vitest'
import { anchor, LEAF, leafSigner, otherSigner, SELF_SIGNED } from './request.testing.ts'
import { check, now, signed } from './verify-request.testing.ts'
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
    ['verifier_attestation:verifier.example', 'client_id_prefix_unsupported'],
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
    const trust = { trusted: false, reason: 'no_certificate' }
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
      value: { client: { original: did }, trust: { trusted: false, reason: 'no_certificate' } },
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
