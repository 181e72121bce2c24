import { decodeBase64 } from '@countersign/core/base64url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseClientId, x509HashClientId } from './client-id.ts'
import { LEAF, testCrypto } from './request.testing.ts'

const HASH = 'Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk'

describe('a client identifier', () => {
  it.each([
    ['example-client', { prefix: 'pre_registered' }],
    ['redirect_uri:https://client.example/cb', { prefix: 'redirect_uri', uri: 'https://client.example/cb' }],
    ['x509_san_dns:client.example', { prefix: 'x509_san_dns', dnsName: 'client.example' }],
    [`x509_hash:${HASH}`, { prefix: 'x509_hash', hash: HASH }],
    [
      'decentralized_identifier:did:web:client.example%3A8443:a',
      { prefix: 'decentralized_identifier', did: 'did:web:client.example%3A8443:a' },
    ],
  ])('%s is read', (full, expected) => {
    expect(parseClientId(full)).toEqual({ ok: true, value: { full, ...expected } })
  })

  it.each([
    ['origin:https://client.example', 'origin'],
    ['verifier_attestation:client.example', 'verifier_attestation'],
    ['openid_federation:https://client.example', 'openid_federation'],
    ['https://client.example', 'https'],
    ['did:key:z6Mk', 'did'],
    ['X509_HASH:abc', 'X509_HASH'],
    [':x', ''],
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

  it('of a certificate is the hash of its DER', async () => {
    const hash = await testCrypto.digestBase64url('sha-256', decodeBase64(LEAF) ?? '')
    expect(await x509HashClientId(LEAF, testCrypto)).toBe(`x509_hash:${hash}`)
    await expect(x509HashClientId('no base64!', testCrypto)).rejects.toThrow('base64')
  })

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
