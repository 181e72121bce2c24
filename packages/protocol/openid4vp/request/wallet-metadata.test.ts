import { describe, expect, it } from 'vitest'
import { notTakenBy, parseWalletMetadata } from './wallet-metadata.ts'

const malformed = (reason: string) => ({ ok: false, error: { code: 'wallet_metadata_malformed', reason } })

describe('what a wallet says of itself', () => {
  it('is read where it changes the request, and passed over elsewhere', () => {
    const metadata = {
      client_id_prefixes_supported: ['x509_hash', 'a-new-one'],
      issuer: 'https://wallet.example',
      vp_formats_supported: { 'dc+sd-jwt': {} },
      authorization_endpoint: 7,
    }
    expect(parseWalletMetadata(JSON.stringify(metadata))).toEqual({
      ok: true,
      value: { clientIdPrefixes: ['x509_hash', 'a-new-one'], issuer: 'https://wallet.example' },
    })
    for (const nothing of ['{}', '{"issuer":null,"client_id_prefixes_supported":null}'])
      expect(parseWalletMetadata(nothing)).toEqual({ ok: true, value: {} })
  })

  it.each([
    ['', 'json_invalid'],
    ['no json', 'json_invalid'],
    ['[]', 'json_not_object'],
    ['{"issuer":"https://a.example","issuer":"https://b.example"}', 'json_duplicate_member'],
    [`{"a":"${'x'.repeat(20_000)}"}`, 'json_too_large'],
    [`{"a":${'['.repeat(20)}${']'.repeat(20)}}`, 'json_too_deep'],
    ['{"client_id_prefixes_supported":"x509_hash"}', 'wrong_type'],
    ['{"client_id_prefixes_supported":[7]}', 'wrong_type'],
    ['{"issuer":7}', 'wrong_type'],
    ['{"issuer":"wallet"}', 'wrong_type'],
    ['{"issuer":"javascript:alert(1)"}', 'wrong_type'],
    ['{"issuer":["https://wallet.example"]}', 'wrong_type'],
  ])('is malformed: %.60s', (text, reason) => {
    expect(parseWalletMetadata(text)).toEqual(malformed(reason))
  })

  it.each([
    [undefined, 'x509_hash:h', undefined],
    [['x509_hash'], `x509_hash:${'A'.repeat(43)}`, undefined],
    [['x509_san_dns'], `x509_hash:${'A'.repeat(43)}`, 'x509_hash'],
    [[], `x509_hash:${'A'.repeat(43)}`, 'x509_hash'],
    [['pre-registered'], 'shop', undefined],
    [['x509_hash'], 'shop', 'pre-registered'],
  ])('with the prefixes %j, %s', (clientIdPrefixes, clientId, prefix) => {
    const refusal = prefix === undefined ? undefined : { code: 'client_id_prefix_not_taken', prefix }
    expect(notTakenBy({ clientIdPrefixes }, clientId)).toEqual(refusal)
  })
})
