import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jweEngine as jwe } from '@countersign/testing/engines/jwe-engine'
import { nodeEngine as crypto } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { makeRequestKey } from './request-encryption.ts'
import { notTakenBy, parseWalletMetadata, writeWalletMetadata } from './wallet-metadata.ts'

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
    ['{"jwks":"https://wallet.example/keys"}', 'wrong_type'],
    ['{"jwks":{"keys":[]},"request_object_encryption_alg_values_supported":"ECDH-ES"}', 'wrong_type'],
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

describe('what a wallet of ours says of itself', () => {
  const x509 = `x509_hash:${'A'.repeat(43)}`

  it('is the same for each request but for the key, and has all that verifiers of the field look for', async () => {
    const requestKey = await makeRequestKey({ crypto, jwe })
    const { jwks, ...said } = writeWalletMetadata(x509, [sdJwtVc], requestKey)
    const holders = ['ES256', 'ES384', 'ES512', 'EdDSA']
    const all = [...holders, 'ES256K', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']
    expect(said).toEqual({
      response_types_supported: ['vp_token'],
      // Those in which it answers requests that it fetched.
      response_modes_supported: ['direct_post', 'direct_post.jwt'],
      vp_formats_supported: { 'dc+sd-jwt': { 'sd-jwt_alg_values': all, 'kb-jwt_alg_values': holders } },
      client_id_prefixes_supported: [
        'x509_hash',
        'x509_san_dns',
        'decentralized_identifier',
        'verifier_attestation',
        'redirect_uri',
        'pre-registered',
      ],
      request_object_signing_alg_values_supported: all,
      request_object_encryption_alg_values_supported: ['ECDH-ES'],
      request_object_encryption_enc_values_supported: ['A128GCM', 'A256GCM'],
      authorization_encryption_alg_values_supported: ['ECDH-ES'],
      authorization_encryption_enc_values_supported: ['A128GCM', 'A256GCM'],
    })
    expect(jwks).toMatchObject({ keys: [{ x: requestKey.key.x, kid: requestKey.keyId }] })
    expect(JSON.stringify(jwks)).not.toContain(requestKey.key.d)
  })

  it('is understood by a verifier of ours', async () => {
    const requestKey = await makeRequestKey({ crypto, jwe })
    const read = parseWalletMetadata(JSON.stringify(writeWalletMetadata(x509, [sdJwtVc], requestKey)))
    expect(read).toMatchObject({ ok: true, value: { encryption: { content: 'A256GCM' } } })
    expect(read.ok && notTakenBy(read.value, x509)).toBeUndefined()
  })

  it('names no signatures to a verifier that cannot sign', async () => {
    const requestKey = await makeRequestKey({ crypto, jwe })
    const said = writeWalletMetadata('redirect_uri:https://shop.example/answer', [sdJwtVc], requestKey)
    expect(said).not.toHaveProperty('request_object_signing_alg_values_supported')
  })
})
