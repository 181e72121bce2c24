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
      deferred_credential_endpoint: `${ISSUER}/deferred_credential`,
      nonce_endpoint: `${ISSUER}/nonce`,
      notification_endpoint: `${ISSUER}/notification`,
      display: [{ name: 'Town hall', locale: 'en' }],
      credential_configurations_supported: {
        'pid_dc+sd-jwt': {
          format: 'dc+sd-jwt',
          vct: 'urn:eudi:pid:1',
          scope: 'pid',
          credential_signing_alg_values_supported: ['ES256'],
          cryptographic_binding_methods_supported: ['jwk'],
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

  it('asks for key attestations only where they are required, and names their type only where somebody is believed', () => {
    const typesOf = (keyAttestation: CredentialConfiguration['keyAttestation'], attested = true) => {
      const metadata = writeIssuerMetadata({
        issuer: ISSUER,
        configurations: [{ ...configuration, id: 'pid', proofAlgorithms: ['ES256'], keyAttestation }],
        formats,
        attested,
      })
      const { pid } = metadata['credential_configurations_supported'] as { pid: JsonObject }
      return pid['proof_types_supported']
    }
    const algorithms = { proof_signing_alg_values_supported: ['ES256'] }
    expect(typesOf(undefined, false)).toEqual({ jwt: algorithms })
    expect(typesOf(undefined)).toEqual({ jwt: algorithms, attestation: algorithms })
    const any = { ...algorithms, key_attestations_required: {} }
    expect(typesOf({})).toEqual({ jwt: any, attestation: any })
    const high = {
      ...algorithms,
      key_attestations_required: {
        key_storage: ['iso_18045_high', 'iso_18045_moderate'],
        user_authentication: ['iso_18045_high'],
      },
    }
    const demand = {
      keyStorage: ['iso_18045_high', 'iso_18045_moderate'],
      userAuthentication: ['iso_18045_high'],
    }
    expect(typesOf(demand)).toEqual({ jwt: high, attestation: high })
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
      deferredCredentialEndpoint: `${ISSUER}/deferred_credential`,
      nonceEndpoint: `${ISSUER}/nonce`,
      notificationEndpoint: `${ISSUER}/notification`,
      authorizationServers: [ISSUER],
      namesAuthorizationServers: false,
      batchSize: 1,
      display: [{ name: 'Town hall', locale: 'en' }],
    })
    const { signingAlgorithms: _signingAlgorithms, ...expected } = configuration
    expect(configurations.get('pid_dc+sd-jwt')).toEqual({
      ...expected,
      bindingMethods: ['jwk'],
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
    ['nonce_endpoint', { nonce_endpoint: 'http://issuer.example/nonce' }],
    ['authorization_servers', { authorization_servers: ['http://as.example', 7] }],
    ['authorization_servers', { authorization_servers: 'https://as.example' }],
    ['credential_configurations_supported', { credential_configurations_supported: [] }],
    ['credential_configurations_supported', { credential_configurations_supported: null }],
  ])('is refused for a bad %s', (at, change) => {
    const error = { code: 'metadata_malformed', at }
    expect(parseIssuerMetadata({ ...written, ...change }, ISSUER, formats)).toEqual({ ok: false, error })
  })

  it.each<[string, JsonObject]>([
    ['nonce_endpoint', { nonce_endpoint: null }],
    ['nonce_endpoint', { nonce_endpoint: '' }],
    ['deferred_credential_endpoint', { deferred_credential_endpoint: 7 }],
    ['notification_endpoint', { notification_endpoint: 'http://localhost/' }],
    ['authorization_servers', { authorization_servers: null }],
    ['authorization_servers', { authorization_servers: [] }],
    ['batch_credential_issuance', { batch_credential_issuance: null }],
    ['batch_credential_issuance', { batch_credential_issuance: { batch_size: 1 } }],
    ['batch_credential_issuance', { batch_credential_issuance: { batch_size: null } }],
    ['batch_credential_issuance', { batch_credential_issuance: 5 }],
    ['display', { display: null }],
    ['display', { display: [null, 7, {}] }],
    ['credential_response_encryption', { credential_response_encryption: null }],
    ['credential_request_encryption', { credential_request_encryption: { encryption_required: null } }],
  ])('is the same with a %s that says nothing and without: %j', (member, change) => {
    const { [member]: _own, ...bare } = written
    const without = parseIssuerMetadata(bare, ISSUER, formats)
    expect(without).toMatchObject({ ok: true })
    expect(parseIssuerMetadata({ ...bare, ...change }, ISSUER, formats)).toEqual(without)
  })

  it.each<[string, JsonObject, JsonObject]>([
    ['proof types that are null', { proof_types_supported: null }, {}],
    ['no proof types', { proof_types_supported: {} }, {}],
    ['a proof type that is null', { proof_types_supported: { jwt: null } }, {}],
    [
      'attestations that are null',
      {
        proof_types_supported: {
          jwt: { proof_signing_alg_values_supported: ['ES256'], key_attestations_required: null },
        },
      },
      { proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } } },
    ],
    [
      'algorithms of which some are none',
      {
        proof_types_supported: { jwt: { proof_signing_alg_values_supported: [-7, null, 'ES256', 'ES256'] } },
      },
      { proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } } },
    ],
    [
      'binding methods of which some are none',
      { cryptographic_binding_methods_supported: ['jwk', null, 7, ''] },
      { cryptographic_binding_methods_supported: ['jwk'] },
    ],
    ['a scope that is null', { scope: null, vct: null, credential_metadata: null }, {}],
  ])('has configurations with %s, which are read as if that was not there', (_name, members, meant) => {
    const read = (configuration: JsonObject) =>
      parseIssuerMetadata(
        { ...written, credential_configurations_supported: { a: { format: 'dc+sd-jwt', ...configuration } } },
        ISSUER,
        formats,
      )
    expect(read(meant)).toMatchObject({ ok: true })
    expect(read(members)).toEqual(read(meant))
  })

  it('names the authorization servers that can be used', () => {
    const authorization_servers = ['http://as.example', 7, 'https://as.example', 'HTTPS://AS2.example']
    expect(parseIssuerMetadata({ ...written, authorization_servers }, ISSUER, formats)).toMatchObject({
      value: { authorizationServers: ['https://as.example', 'HTTPS://AS2.example'] },
    })
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
      value: { encryption: { requestRequired: false, responseRequired: true, response: undefined } },
    })
  })
})

describe('authorization server metadata', () => {
  const clients = { methods: ['none'], anonymous: true } as const
  const server = writeAuthorizationServerMetadata({ issuer: ISSUER, clients, requirePushedRequests: false })

  it('is read as it was written', () => {
    expect(parseAuthorizationServerMetadata(server, ISSUER)).toEqual({
      ok: true,
      value: {
        issuer: ISSUER,
        tokenEndpoint: `${ISSUER}/token`,
        grantTypes: [PRE_AUTHORIZED_CODE, 'authorization_code', 'refresh_token'],
        anonymousPreAuthorized: true,
        dpopAlgorithms: ['ES256', 'ES384', 'ES512', 'EdDSA'],
        tokenEndpointAuthMethods: ['none'],
        authorization: {
          authorizationEndpoint: `${ISSUER}/authorize`,
          pushedRequestEndpoint: `${ISSUER}/par`,
          codeChallengeMethods: ['S256'],
          namesIssuer: true,
        },
      },
    })
  })

  it.each<[string, JsonObject]>([
    ['left out', {}],
    [
      'null',
      {
        grant_types_supported: null,
        'pre-authorized_grant_anonymous_access_supported': null,
        dpop_signing_alg_values_supported: null,
        token_endpoint_auth_methods_supported: null,
        code_challenge_methods_supported: null,
        authorization_endpoint: null,
      },
    ],
    ['empty lists', { grant_types_supported: [], dpop_signing_alg_values_supported: [] }],
    ['lists of nothing that can be used', { grant_types_supported: [null, 7] }],
  ])('has the defaults of RFC 8414 where members are %s', (_name, members) => {
    const bare = { issuer: ISSUER, token_endpoint: 'https://issuer.example/t', ...members }
    expect(parseAuthorizationServerMetadata(bare, ISSUER)).toMatchObject({
      value: {
        grantTypes: ['authorization_code', 'implicit'],
        anonymousPreAuthorized: false,
        dpopAlgorithms: [],
        tokenEndpointAuthMethods: undefined,
        authorization: undefined,
      },
    })
  })

  const push = 'pushed_authorization_request_endpoint'

  it.each<[string, JsonObject, object | undefined]>([
    ['everything', {}, { codeChallengeMethods: ['S256'], namesIssuer: true }],
    [
      'no word of challenges',
      { code_challenge_methods_supported: null },
      { codeChallengeMethods: undefined },
    ],
    ['an empty list of them', { code_challenge_methods_supported: [] }, { codeChallengeMethods: [] }],
    ['a text in its place', { code_challenge_methods_supported: 'S256' }, { codeChallengeMethods: [] }],
    ['no iss', { authorization_response_iss_parameter_supported: 'true' }, { namesIssuer: false }],
    ['no pushed requests', { [push]: null }, { pushedRequestEndpoint: undefined }],
    [
      'pushed requests alone, and nowhere to push',
      { [push]: null, require_pushed_authorization_requests: true },
      undefined,
    ],
    ['an endpoint for them without TLS', { [push]: 'http://issuer.example/par' }, undefined],
    ['a page without TLS', { authorization_endpoint: 'http://issuer.example/authorize' }, undefined],
    ['a page with a fragment', { authorization_endpoint: 'https://issuer.example/authorize#a' }, undefined],
    ['a script for a page', { authorization_endpoint: 'javascript:alert(1)' }, undefined],
    ['no page', { authorization_endpoint: null }, undefined],
  ])('with %s says how it is authorized in a browser', (_name, members, expected) => {
    const read = parseAuthorizationServerMetadata({ ...server, ...members }, ISSUER)
    if (!read.ok) throw new Error(read.error.code)
    const { authorization } = read.value
    if (expected === undefined) expect(authorization).toBeUndefined()
    else expect(authorization).toMatchObject(expected)
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
