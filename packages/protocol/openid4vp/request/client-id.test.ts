import { decodeBase64 } from '@countersign/core/base64url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientIdOf, PROVABLE_PREFIX_NAMES, parseClientId } from './client-id.ts'
import { LEAF, leafSigner, testCrypto } from './request.testing.ts'

const place = { crypto: testCrypto, host: 'verifier.example' }

const HASH = 'Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk'

describe('a client identifier', () => {
  it.each([
    ['example-client', 'pre_registered', 'example-client'],
    ['redirect_uri:https://client.example/cb', 'redirect_uri', 'https://client.example/cb'],
    ['x509_san_dns:client.example', 'x509_san_dns', 'client.example'],
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
    ['verifier_attestation:client.example', 'verifier_attestation'],
    ['openid_federation:https://client.example', 'openid_federation'],
    ['https://client.example', 'https'],
    ['did:key:z6Mk', 'did'],
    ['X509_HASH:abc', 'X509_HASH'],
    [':x', ''],
    ['pre_registered:shop', 'pre_registered'],
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
    const value = `x509_hash:${hash}`
    expect(await clientIdOf('x509_hash', leafSigner, place)).toEqual({ ok: true, value })
    await expect(clientIdOf('x509_hash', { x5c: ['no base64!'] }, place)).rejects.toThrow('base64')
  })

  it.each(PROVABLE_PREFIX_NAMES)('is not to be had without a certificate: %s', async (name) => {
    const error = { code: 'certificate_missing' }
    expect(await clientIdOf(name, { x5c: undefined }, place)).toEqual({ ok: false, error })
  })

  it('of a verifier whose certificate names its host is that name, in whatever case', async () => {
    for (const host of ['verifier.example', 'Verifier.Example'])
      expect(await clientIdOf('x509_san_dns', leafSigner, { ...place, host })).toEqual({
        ok: true,
        value: 'x509_san_dns:verifier.example',
      })
  })

  it.each(['other.example', 'a.wild.example', 'example', '127.0.0.1'])(
    'is never the name of %s, which the certificate does not have',
    async (host) => {
      const error = { code: 'certificate_without_host', host }
      expect(await clientIdOf('x509_san_dns', leafSigner, { ...place, host })).toEqual({ ok: false, error })
    },
  )

  it.each(PROVABLE_PREFIX_NAMES)(
    'of a verifier of ours is one that wallets of ours read: %s',
    async (name) => {
      const own = await clientIdOf(name, leafSigner, place)
      expect(own.ok && parseClientId(own.value)).toMatchObject({ ok: true, value: { prefix: { name } } })
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
