/** What is published is what is spoken: each list is asked for its entries in both places. */
import { isJsonObject } from '@countersign/core/json'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { describe, expect, it } from 'vitest'
import {
  CLIENT_METHODS,
  type PresentedClient,
  parseClient,
  writeClient,
} from '../../oauth/client-authentication/methods.ts'
import { parseGrantRequest } from '../../oauth/grants/grants.ts'
import { parseCredentialRequest } from '../credential/credential-request.ts'
import { writeAuthorizationServerMetadata, writeIssuerMetadata } from './published-metadata.ts'

const issuer = 'https://issuer.example'
const clients = { methods: CLIENT_METHODS, anonymous: true }
const server = writeAuthorizationServerMetadata({ issuer, clients, requirePushedRequests: false })

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []
}

describe('authorization server metadata', () => {
  it('names the grant types that the token endpoint understands, and no other', () => {
    const named = texts(server['grant_types_supported'])
    expect(named).toEqual([
      'urn:ietf:params:oauth:grant-type:pre-authorized_code',
      'authorization_code',
      'refresh_token',
    ])
    const codeOf = (grant_type: string) => {
      const parsed = parseGrantRequest({ grant_type })
      return parsed.ok ? 'parsed' : parsed.error.code
    }
    for (const type of named) expect(codeOf(type)).toBe('invalid_request')
    for (const type of ['client_credentials', 'password', 'implicit']) {
      expect(named).not.toContain(type)
      expect(codeOf(type)).toBe('unsupported_grant_type')
    }
  })

  it('names the client authentication that is taken, and that a request is read by', () => {
    expect(server['token_endpoint_auth_methods_supported']).toEqual([
      'attest_jwt_client_auth',
      'private_key_jwt',
      'none',
    ])
    const jwt = 'e30.e30.e30'
    const presented: readonly PresentedClient[] = [
      { method: 'attest_jwt_client_auth', clientId: 'wallet', attestation: jwt, pop: jwt },
      { method: 'private_key_jwt', clientId: 'wallet', assertion: jwt },
      { method: 'none', clientId: 'wallet' },
    ]
    expect(presented.map(({ method }) => method)).toEqual(CLIENT_METHODS)
    for (const client of presented)
      expect(parseClient(writeClient(client))).toEqual({ ok: true, value: client })
  })

  it('says of each method what it needs, and nothing of one that is not taken', () => {
    const asymmetric = ['ES256', 'ES384', 'ES512', 'EdDSA']
    const ofAttestations = {
      challenge_endpoint: 'https://issuer.example/challenge',
      client_attestation_signing_alg_values_supported: asymmetric,
      client_attestation_pop_signing_alg_values_supported: asymmetric,
    }
    const ofAssertions = {
      token_endpoint_auth_signing_alg_values_supported: [...asymmetric, 'PS256', 'PS384', 'PS512'],
    }
    expect(server).toMatchObject({ ...ofAttestations, ...ofAssertions })
    const none = { methods: ['none'], anonymous: true } as const
    const bare = Object.keys(
      writeAuthorizationServerMetadata({ issuer, clients: none, requirePushedRequests: false }),
    )
    for (const member of Object.keys({ ...ofAttestations, ...ofAssertions }))
      expect(bare).not.toContain(member)
  })

  it('says whether a pre-authorized code needs a client', () => {
    const known = { methods: ['private_key_jwt'], anonymous: false } as const
    expect(
      writeAuthorizationServerMetadata({ issuer, clients: known, requirePushedRequests: false }),
    ).toMatchObject({
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      'pre-authorized_grant_anonymous_access_supported': false,
    })
  })

  it('says what each grant adds: anonymous use of pre-authorized codes, and how a browser comes for a code', () => {
    expect(server).toMatchObject({
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      authorization_details_types_supported: ['openid_credential'],
      'pre-authorized_grant_anonymous_access_supported': true,
    })
  })
})

it('issuer metadata names the proof types that a credential request is read by', () => {
  const configuration = {
    id: 'pid',
    format: 'dc+sd-jwt',
    type: 'urn:pid',
    scope: 'pid',
    display: [],
    claims: [],
  } as const
  const metadata = writeIssuerMetadata({
    issuer: 'https://issuer.example',
    configurations: [configuration],
    formats: formatRegistry([sdJwtVc]),
    attested: true,
  })
  const published = metadata['credential_configurations_supported']
  const pid = isJsonObject(published) ? published['pid'] : undefined
  const supported = isJsonObject(pid) ? pid['proof_types_supported'] : undefined
  const types = isJsonObject(supported) ? Object.keys(supported) : []
  expect(types).toEqual(['jwt', 'attestation'])
  for (const type of types) {
    const request = { credential_configuration_id: 'pid', proofs: { [type]: ['a.b.c'] } }
    expect(parseCredentialRequest(request)).toMatchObject({ value: { proofs: { type, values: ['a.b.c'] } } })
  }
})
