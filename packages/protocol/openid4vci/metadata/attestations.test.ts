/** What metadata of others say of attestations, of keys and of clients. */
import type { JsonObject, JsonValue } from '@countersign/core/json'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { describe, expect, it } from 'vitest'
import { writeAuthorizationServerMetadata, writeIssuerMetadata } from './published-metadata.ts'
import { parseAuthorizationServerMetadata, parseIssuerMetadata } from './read-metadata.ts'

const ISSUER = 'https://issuer.example'
const formats = formatRegistry([sdJwtVc])
const algorithms = { proof_signing_alg_values_supported: ['ES256'] }

function read(types: JsonValue) {
  const parsed = parseIssuerMetadata(
    {
      ...writeIssuerMetadata({ issuer: ISSUER, configurations: [], formats }),
      credential_configurations_supported: { a: { format: 'dc+sd-jwt', proof_types_supported: types } },
    },
    ISSUER,
    formats,
  )
  return parsed.ok ? parsed.value.configurations.get('a') : undefined
}

describe('key attestations', () => {
  it.each<[string, JsonValue, object]>([
    ['are not asked for', { jwt: algorithms }, { keyAttestationRequired: false }],
    [
      'are asked for, of whatever level',
      { jwt: { ...algorithms, key_attestations_required: {} } },
      { keyAttestationRequired: true, keyAttestation: {} },
    ],
    [
      'are asked for, of a level of each kind',
      {
        jwt: {
          ...algorithms,
          key_attestations_required: { key_storage: ['a', 'b'], user_authentication: ['c'] },
        },
      },
      { keyAttestation: { keyStorage: ['a', 'b'], userAuthentication: ['c'] } },
    ],
    [
      'are asked for in words that say nothing',
      { jwt: { ...algorithms, key_attestations_required: true } },
      { keyAttestationRequired: true, keyAttestation: {} },
    ],
    [
      'are asked for of levels that cannot be read, which nobody has then',
      { jwt: { ...algorithms, key_attestations_required: { key_storage: [], user_authentication: 7 } } },
      { keyAttestation: { keyStorage: [], userAuthentication: [] } },
    ],
    [
      'are a proof by themselves',
      { attestation: algorithms },
      { proofRequired: true, attestationProof: { algorithms: ['ES256'] } },
    ],
    [
      'are a proof by themselves, of a level',
      { attestation: { ...algorithms, key_attestations_required: { key_storage: ['a'] } } },
      { attestationProof: { algorithms: ['ES256'], demand: { keyStorage: ['a'] } } },
    ],
    [
      'are a proof beside the others',
      { jwt: algorithms, attestation: algorithms },
      { proofAlgorithms: ['ES256'], attestationProof: { algorithms: ['ES256'] } },
    ],
    ['are no proof without an algorithm', { attestation: {} }, { attestationProof: undefined }],
  ])('%s', (_name, types, expected) => {
    expect(read(types)).toMatchObject(expected)
  })
})

describe('client attestations', () => {
  const server = (members: JsonObject = {}) => {
    const clients = { methods: ['attest_jwt_client_auth'], anonymous: false } as const
    const written = writeAuthorizationServerMetadata({
      issuer: ISSUER,
      clients,
      requirePushedRequests: false,
    })
    const parsed = parseAuthorizationServerMetadata({ ...written, ...members }, ISSUER)
    return parsed.ok ? parsed.value.clientAttestation : undefined
  }

  it('are read as they are written', () => {
    expect(server()).toEqual({
      challengeEndpoint: `${ISSUER}/challenge`,
      signingAlgorithms: ['ES256', 'ES384', 'ES512', 'EdDSA'],
      popAlgorithms: ['ES256', 'ES384', 'ES512', 'EdDSA'],
    })
  })

  it.each(['http://issuer.example/challenge', 'https://u:p@issuer.example/c', 7, null])(
    'have no challenges at an address that cannot be used: %s',
    (endpoint) => {
      expect(server({ challenge_endpoint: endpoint })?.challengeEndpoint).toBeUndefined()
    },
  )
})
