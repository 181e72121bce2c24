import type { JsonObject } from '@countersign/core/json'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PRE_AUTHORIZED_CODE } from '../../oauth/grants/pre-authorized-code.ts'
import {
  type CredentialConfiguration,
  writeAuthorizationServerMetadata,
  writeIssuerMetadata,
} from './published-metadata.ts'
import { parseAuthorizationServerMetadata, parseIssuerMetadata } from './read-metadata.ts'

const formats = formatRegistry([sdJwtVc])
const ISSUER = 'https://issuer.example/tenant'
const configuration: CredentialConfiguration = {
  id: 'pid_dc+sd-jwt',
  format: 'dc+sd-jwt',
  type: 'urn:eudi:pid:1',
  scope: 'pid',
  display: [
    {
      name: 'PID',
      locale: 'en',
      description: 'Who somebody is',
      logo: { uri: 'https://issuer.example/logo.svg', altText: 'A stamp' },
      backgroundColor: '#003399',
      backgroundImageUri: 'data:image/png;base64,AAAA',
      textColor: '#ffcc00',
    },
  ],
  claims: [{ path: ['address', 'locality'], mandatory: true, display: [{ name: 'Town', locale: 'en' }] }],
  signingAlgorithms: ['ES256'],
}
const unbound: CredentialConfiguration = {
  ...configuration,
  id: 'ticket',
  bindingMethods: [],
  display: [],
  claims: [],
}
const written = writeIssuerMetadata({
  issuer: ISSUER,
  configurations: [configuration, unbound],
  formats,
  display: [{ name: 'Town hall', locale: 'en' }],
})

describe('issuer metadata', () => {
  it('is written as the specification asks', () => {
    expect(written).toEqual({
      credential_issuer: ISSUER,
      credential_endpoint: `${ISSUER}/credential`,
      nonce_endpoint: `${ISSUER}/nonce`,
      display: [{ name: 'Town hall', locale: 'en' }],
      credential_configurations_supported: {
        'pid_dc+sd-jwt': {
          format: 'dc+sd-jwt',
          vct: 'urn:eudi:pid:1',
          scope: 'pid',
          credential_signing_alg_values_supported: ['ES256'],
          cryptographic_binding_methods_supported: ['jwk', 'did:jwk', 'did:key'],
          proof_types_supported: {
            jwt: { proof_signing_alg_values_supported: ['ES256', 'ES384', 'ES512', 'EdDSA'] },
          },
          credential_metadata: {
            display: [
              {
                name: 'PID',
                locale: 'en',
                description: 'Who somebody is',
                logo: { uri: 'https://issuer.example/logo.svg', alt_text: 'A stamp' },
                background_color: '#003399',
                background_image: { uri: 'data:image/png;base64,AAAA' },
                text_color: '#ffcc00',
              },
            ],
            claims: [
              { path: ['address', 'locality'], mandatory: true, display: [{ name: 'Town', locale: 'en' }] },
            ],
          },
        },
        ticket: {
          format: 'dc+sd-jwt',
          vct: 'urn:eudi:pid:1',
          scope: 'pid',
          credential_signing_alg_values_supported: ['ES256'],
          credential_metadata: {},
        },
      },
    })
  })

  it('offers batches only of two and more', () => {
    const batch = (batchSize: number) =>
      writeIssuerMetadata({ issuer: ISSUER, configurations: [], formats, batchSize })
    expect(batch(1)).not.toHaveProperty('batch_credential_issuance')
    expect(batch(5)).toHaveProperty('batch_credential_issuance', { batch_size: 5 })
  })

  it('is read as it was written', () => {
    const read = parseIssuerMetadata(written, ISSUER, formats)
    if (!read.ok) throw new Error(read.error.code)
    const { configurations, ...rest } = read.value
    expect(rest).toEqual({
      issuer: ISSUER,
      credentialEndpoint: `${ISSUER}/credential`,
      nonceEndpoint: `${ISSUER}/nonce`,
      authorizationServers: [ISSUER],
      batchSize: 1,
      encryptionRequired: false,
      display: [{ name: 'Town hall', locale: 'en' }],
    })
    const { signingAlgorithms: _signingAlgorithms, ...expected } = configuration
    expect(configurations.get('pid_dc+sd-jwt')).toEqual({
      ...expected,
      bindingMethods: ['jwk', 'did:jwk', 'did:key'],
      proofAlgorithms: ['ES256', 'ES384', 'ES512', 'EdDSA'],
      proofRequired: true,
      keyAttestationRequired: false,
    })
    expect(configurations.get('ticket')).toMatchObject({ proofRequired: false, bindingMethods: [] })
  })

  it.each(['https://issuer.example/tenant/', 'https://ISSUER.example/tenant', 'https://issuer.example'])(
    'that says to be of %s is not of its issuer',
    (issuer) => {
      const error = { code: 'metadata_identity', expected: ISSUER }
      expect(parseIssuerMetadata({ ...written, credential_issuer: issuer }, ISSUER, formats)).toEqual({
        ok: false,
        error,
      })
    },
  )

  it.each<[string, JsonObject]>([
    ['credential_endpoint', { credential_endpoint: null }],
    ['credential_endpoint', { credential_endpoint: 'http://issuer.example/credential' }],
    ['credential_endpoint', { credential_endpoint: 'https://u:p@issuer.example/credential' }],
    ['nonce_endpoint', { nonce_endpoint: 'javascript:1' }],
    ['deferred_credential_endpoint', { deferred_credential_endpoint: 7 }],
    ['notification_endpoint', { notification_endpoint: 'http://localhost/' }],
    ['authorization_servers', { authorization_servers: [] }],
    ['authorization_servers', { authorization_servers: ['http://as.example'] }],
    ['authorization_servers', { authorization_servers: 'https://as.example' }],
    ['batch_credential_issuance', { batch_credential_issuance: { batch_size: 1 } }],
    ['batch_credential_issuance', { batch_credential_issuance: 5 }],
    ['credential_configurations_supported', { credential_configurations_supported: [] }],
    ['credential_configurations_supported', { credential_configurations_supported: null }],
  ])('is refused for a bad %s', (at, change) => {
    const error = { code: 'metadata_malformed', at }
    expect(parseIssuerMetadata({ ...written, ...change }, ISSUER, formats)).toEqual({ ok: false, error })
  })

  it('leaves out what cannot be read and keeps the rest', () => {
    const configurations: JsonObject = {
      good: { format: 'mso_mdoc', doctype: 'org.iso.18013.5.1.mDL' },
      attested: { format: 'x', proof_types_supported: { jwt: { key_attestations_required: {} } } },
      other: { format: 'x', proof_types_supported: { attestation: {} } },
      broken: 'text',
      formatless: { vct: 'x' },
      decorated: {
        format: 'x',
        credential_metadata: {
          display: ['x', { name: 5 }, { name: 'ok', logo: { uri: 'javascript:alert(1)' } }],
          claims: [{ path: [] }, { path: [-1] }, { path: ['a', null, 0] }, { path: [{}] }, 'x'],
        },
      },
    }
    const read = parseIssuerMetadata(
      { ...written, credential_configurations_supported: configurations },
      ISSUER,
      formats,
    )
    if (!read.ok) throw new Error(read.error.code)
    const found = read.value.configurations
    expect([...found.keys()]).toEqual(['good', 'attested', 'other', 'decorated'])
    expect(found.get('attested')).toMatchObject({ proofRequired: true, keyAttestationRequired: true })
    expect(found.get('other')).not.toHaveProperty('proofAlgorithms')
    expect(found.get('other')).toMatchObject({ proofRequired: true })
    expect(found.get('decorated')).toMatchObject({
      display: [{ name: 'ok', logo: undefined }],
      claims: [{ path: ['a', null, 0] }],
    })
  })

  it('says when plain messages are refused', () => {
    const encryption = { credential_response_encryption: { encryption_required: true } }
    expect(parseIssuerMetadata({ ...written, ...encryption }, ISSUER, formats)).toMatchObject({
      value: { encryptionRequired: true },
    })
  })
})

describe('authorization server metadata', () => {
  const server = writeAuthorizationServerMetadata({ issuer: ISSUER })

  it('is read as it was written', () => {
    expect(parseAuthorizationServerMetadata(server, ISSUER)).toEqual({
      ok: true,
      value: {
        issuer: ISSUER,
        tokenEndpoint: `${ISSUER}/token`,
        grantTypes: [PRE_AUTHORIZED_CODE],
        anonymousPreAuthorized: true,
        dpopAlgorithms: ['ES256', 'ES384', 'ES512', 'EdDSA'],
        tokenEndpointAuthMethods: ['none'],
      },
    })
  })

  it('has the defaults of RFC 8414 where members are left out', () => {
    const bare = { issuer: ISSUER, token_endpoint: 'https://issuer.example/t' }
    expect(parseAuthorizationServerMetadata(bare, ISSUER)).toMatchObject({
      value: {
        grantTypes: ['authorization_code', 'implicit'],
        anonymousPreAuthorized: false,
        dpopAlgorithms: [],
        tokenEndpointAuthMethods: ['client_secret_basic'],
      },
    })
  })

  it('of another issuer or without a safe token endpoint is refused', () => {
    expect(parseAuthorizationServerMetadata(server, `${ISSUER}/`)).toMatchObject({
      error: { code: 'metadata_identity' },
    })
    for (const token_endpoint of [null, '', 'http://issuer.example/token', 5]) {
      expect(parseAuthorizationServerMetadata({ ...server, token_endpoint }, ISSUER)).toMatchObject({
        error: { code: 'metadata_malformed', at: 'token_endpoint' },
      })
    }
  })
})

it('any document is answered with a value or a refusal', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (object, value) => {
      const json = object as JsonObject
      const configurations = {
        credential_configurations_supported: { x: { format: 'f', ...json, credential_metadata: json } },
      }
      const display = { display: value as JsonObject }
      expect(parseIssuerMetadata({ ...written, ...configurations, ...display }, ISSUER, formats).ok).toBe(
        true,
      )
      expect(
        parseIssuerMetadata({ ...written, ...json, credential_issuer: ISSUER }, ISSUER, formats),
      ).toHaveProperty('ok')
      expect(parseAuthorizationServerMetadata({ ...json, issuer: ISSUER }, ISSUER)).toHaveProperty('ok')
    }),
  )
})
