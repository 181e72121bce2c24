import { decodeBase64 } from '@countersign/core/base64url'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientOf, PROVABLE_PREFIX_NAMES, parseClientId } from './client-id.ts'
import { attest, LEAF, leafSigner, otherSigner, testCrypto } from './request.testing.ts'
import { now } from './verify-request.testing.ts'

const means = { signer: leafSigner, crypto: testCrypto, host: 'verifier.example', now: () => now }

const ANSWERS = 'https://verifier.example/answer/1'

/** What a verifier is, for answers to that address. */
async function shownBy(...[name, given]: Parameters<typeof clientOf>) {
  const client = await clientOf(name, given)
  if (!client.ok) return client
  const { clientIdFor, header } = client.value
  return { ok: true, value: { clientId: clientIdFor(ANSWERS), header } } as const
}

const HASH = 'Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk'

describe('a client identifier', () => {
  it.each([
    ['example-client', 'pre-registered', 'example-client'],
    ['redirect_uri:https://client.example/cb', 'redirect_uri', 'https://client.example/cb'],
    ['x509_san_dns:client.example', 'x509_san_dns', 'client.example'],
    ['verifier_attestation:client.example', 'verifier_attestation', 'client.example'],
    [`x509_hash:${HASH}`, 'x509_hash', HASH],
    [
      'decentralized_identifier:did:web:client.example%3A8443:a',
      'decentralized_identifier',
      'did:web:client.example%3A8443:a',
    ],
  ])('%s is read', (full, prefix, original) => {
    const client = parseClientId(full)
    expect(client.ok && [client.value.full, client.value.prefix.name, client.value.original]).toEqual([
      full,
      prefix,
      original,
    ])
  })

  it.each([
    ['origin:https://client.example', 'origin'],
    ['openid_federation:https://client.example', 'openid_federation'],
    ['https://client.example', 'https'],
    ['did:key:z6Mk', 'did'],
    ['X509_HASH:abc', 'X509_HASH'],
    [':x', ''],
    ['pre-registered:shop', 'pre-registered'],
  ])('%s has a prefix that is not proven here', (full, prefix) => {
    const error = { code: 'client_id_prefix_unsupported', prefix }
    expect(parseClientId(full)).toEqual({ ok: false, error })
  })

  it.each([
    '',
    'two words',
    'new\nline',
    'ümlaut',
    'x'.repeat(2049),
    'redirect_uri:not a uri',
    'redirect_uri:',
    'x509_san_dns:',
    'x509_san_dns:*.client.example',
    'x509_san_dns:client.example:443',
    'x509_san_dns:-a.example',
    'verifier_attestation:',
    'x509_hash:',
    `x509_hash:${HASH}=`,
    `x509_hash:${HASH.slice(1)}`,
    'decentralized_identifier:client.example',
    'decentralized_identifier:did:web:a#key',
  ])('%j is malformed', (full) => {
    expect(parseClientId(full)).toEqual({ ok: false, error: { code: 'client_id_malformed' } })
  })

  it('of a verifier with a certificate is the hash of its DER', async () => {
    const hash = await testCrypto.digestBase64url('sha-256', decodeBase64(LEAF) ?? '')
    const value = { clientId: `x509_hash:${hash}`, header: { x5c: [LEAF] } }
    expect(await shownBy('x509_hash', means)).toEqual({ ok: true, value })
    const broken = { ...means, signer: { ...leafSigner, x5c: ['no base64!'] } }
    await expect(shownBy('x509_hash', broken)).rejects.toThrow('base64')
  })

  it.each([
    ['x509_hash', 'certificate_missing'],
    ['x509_san_dns', 'certificate_missing'],
    ['pre-registered', 'registration_missing'],
    ['verifier_attestation', 'attestation_missing'],
  ] as const)('is not to be had with nothing to show: %s', async (name, code) => {
    const bare = { ...means, signer: { ...leafSigner, x5c: undefined } }
    expect(await shownBy(name, bare)).toEqual({ ok: false, error: { code } })
  })

  it('of a verifier whose certificate names its host is that name, in whatever case', async () => {
    const value = { clientId: 'x509_san_dns:verifier.example', header: { x5c: [LEAF] } }
    for (const host of ['verifier.example', 'Verifier.Example'])
      expect(await shownBy('x509_san_dns', { ...means, host })).toEqual({ ok: true, value })
  })

  it.each(['other.example', 'a.wild.example', 'example', '127.0.0.1'])(
    'is never the name of %s, which the certificate does not have',
    async (host) => {
      const error = { code: 'certificate_without_host', host }
      expect(await shownBy('x509_san_dns', { ...means, host })).toEqual({ ok: false, error })
    },
  )

  it('of whoever has a key is its did:jwk, however the key is called', async () => {
    const did = didFromKey('jwk', bareKey(leafSigner.publicJwk))
    const value = { clientId: `decentralized_identifier:${did}`, header: { kid: `${did}#0` } }
    expect(await shownBy('decentralized_identifier', means)).toEqual({ ok: true, value })
    const publicJwk = { ...leafSigner.publicJwk, kid: 'k', use: 'sig', alg: 'ES256' }
    const named = { ...means, signer: { ...leafSigner, publicJwk } }
    expect(await shownBy('decentralized_identifier', named)).toEqual({ ok: true, value })
  })

  it('of whoever publishes a document is its DID, whatever the key is', async () => {
    const did = { did: 'did:web:shop.example', keyId: 'did:web:shop.example#k' }
    const value = { clientId: 'decentralized_identifier:did:web:shop.example', header: { kid: did.keyId } }
    expect(await shownBy('decentralized_identifier', { ...means, did })).toEqual({ ok: true, value })
  })

  it('of a registered verifier is what it was registered as, and nothing before it', async () => {
    const value = { clientId: 'shop', header: { kid: leafSigner.keyId } }
    expect(await shownBy('pre-registered', { ...means, registeredId: 'shop' })).toEqual({ ok: true, value })
  })

  it('of a verifier that signs nothing is where its answers go', async () => {
    const value = { clientId: `redirect_uri:${ANSWERS}`, header: undefined }
    expect(await shownBy('redirect_uri', means)).toEqual({ ok: true, value })
  })

  it('of an attested verifier is the name that was attested, for its own key alone', async () => {
    const attestation = await attest()
    const value = { clientId: 'verifier_attestation:shop.example', header: { jwt: attestation } }
    expect(await shownBy('verifier_attestation', { ...means, attestation })).toEqual({ ok: true, value })
    const ofOther = await attest({ cnf: { jwk: otherSigner.publicJwk } })
    expect(await shownBy('verifier_attestation', { ...means, attestation: ofOther })).toEqual({
      ok: false,
      error: { code: 'attestation_unusable', reason: 'attestation_of_another' },
    })
    const over = await attest({ exp: now - 61 })
    expect(await shownBy('verifier_attestation', { ...means, attestation: over })).toEqual({
      ok: false,
      error: { code: 'attestation_unusable', reason: 'attestation_expired' },
    })
  })

  it.each(PROVABLE_PREFIX_NAMES)(
    'of a verifier of ours is one that wallets of ours read: %s',
    async (name) => {
      const own = await shownBy(name, { ...means, registeredId: 'shop', attestation: await attest() })
      expect(own.ok && parseClientId(own.value.clientId)).toMatchObject({
        ok: true,
        value: { prefix: { name } },
      })
    },
  )

  it('is read or refused, whatever it is', () => {
    const prefix = fc.constantFrom(
      '',
      'x509_hash:',
      'x509_san_dns:',
      'redirect_uri:',
      'decentralized_identifier:',
    )
    fc.assert(
      fc.property(prefix, fc.string(), (start, rest) => typeof parseClientId(start + rest).ok === 'boolean'),
    )
  })
})
