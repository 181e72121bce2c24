/** What the issuer publishes about itself: metadata of OpenID4VCI 1.0 §12.2, RFC 8414 and SD-JWT VC §4. */
import { z } from 'zod'

const display = z.looseObject({ name: z.string(), locale: z.string().optional() })

const configuration = z.looseObject({
  format: z.string(),
  scope: z.string(),
  credential_signing_alg_values_supported: z.array(z.union([z.string(), z.int()])).optional(),
  cryptographic_binding_methods_supported: z.array(z.string()).optional(),
  proof_types_supported: z
    .record(z.string(), z.looseObject({ proof_signing_alg_values_supported: z.array(z.string()) }))
    .optional(),
  credential_metadata: z.looseObject({}),
})

/** Endpoints and configurations (OpenID4VCI 1.0 §12.2.4); other members are those of the formats. */
export const issuerMetadata = z
  .looseObject({
    credential_issuer: z.string(),
    credential_endpoint: z.string(),
    nonce_endpoint: z.string(),
    notification_endpoint: z.string().optional(),
    display: z.array(display).optional(),
    credential_configurations_supported: z.record(z.string(), configuration),
  })
  .meta({
    examples: [
      {
        credential_issuer: 'https://issuer.example',
        credential_endpoint: 'https://issuer.example/credential',
        nonce_endpoint: 'https://issuer.example/nonce',
        notification_endpoint: 'https://issuer.example/notification',
        display: [{ name: 'Countersign issuer', locale: 'en' }],
        credential_configurations_supported: {
          'identity_credential_dc+sd-jwt': {
            format: 'dc+sd-jwt',
            vct: 'urn:countersign:identity-credential:1',
            scope: 'identity_credential',
            credential_signing_alg_values_supported: ['ES256'],
            cryptographic_binding_methods_supported: ['jwk'],
            proof_types_supported: {
              jwt: { proof_signing_alg_values_supported: ['ES256', 'ES384', 'ES512', 'EdDSA'] },
            },
            credential_metadata: {
              display: [
                {
                  name: 'Identity Credential',
                  locale: 'en',
                  description: 'Name, address and birth date of a person, confirmed by an authority.',
                  background_color: '#1f3a5f',
                  text_color: '#ffffff',
                },
              ],
            },
          },
        },
      },
    ],
  })

/** The authorization server, which is the issuer itself (RFC 8414 §2). */
export const authorizationServerMetadata = z
  .looseObject({
    issuer: z.string(),
    authorization_endpoint: z.string(),
    pushed_authorization_request_endpoint: z.string(),
    require_pushed_authorization_requests: z.boolean(),
    token_endpoint: z.string(),
    revocation_endpoint: z.string(),
    introspection_endpoint: z.string(),
    response_types_supported: z.array(z.string()),
    grant_types_supported: z.array(z.string()),
    token_endpoint_auth_methods_supported: z.array(z.string()),
    'pre-authorized_grant_anonymous_access_supported': z.boolean(),
    dpop_signing_alg_values_supported: z.array(z.string()),
    challenge_endpoint: z.string().optional(),
    client_attestation_signing_alg_values_supported: z.array(z.string()).optional(),
    client_attestation_pop_signing_alg_values_supported: z.array(z.string()).optional(),
    token_endpoint_auth_signing_alg_values_supported: z.array(z.string()).optional(),
  })
  .meta({
    examples: [
      {
        issuer: 'https://issuer.example',
        authorization_endpoint: 'https://issuer.example/authorize',
        pushed_authorization_request_endpoint: 'https://issuer.example/par',
        require_pushed_authorization_requests: false,
        token_endpoint: 'https://issuer.example/token',
        revocation_endpoint: 'https://issuer.example/revoke',
        introspection_endpoint: 'https://issuer.example/introspect',
        response_types_supported: ['code'],
        grant_types_supported: [
          'urn:ietf:params:oauth:grant-type:pre-authorized_code',
          'authorization_code',
          'refresh_token',
        ],
        response_modes_supported: ['query'],
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        authorization_details_types_supported: ['openid_credential'],
        token_endpoint_auth_methods_supported: ['none'],
        'pre-authorized_grant_anonymous_access_supported': true,
        dpop_signing_alg_values_supported: ['ES256', 'ES384', 'ES512', 'EdDSA'],
      },
    ],
  })

/** SD-JWT VC §4: the keys that verifiers find by the issuer's URL. */
export const jwtVcIssuerMetadata = z
  .object({ issuer: z.string(), jwks: z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }) })
  .meta({
    examples: [
      {
        issuer: 'https://issuer.example',
        jwks: {
          keys: [
            {
              kty: 'EC',
              crv: 'P-256',
              x: 'kiRdb7nzkBIJcn-0_zDWGcBcRJ01SyaqeM3jBO2PjJ0',
              y: 'dzEFL4BRFMDV0y8OPSVaOIzDV4NhC0j7lEYXsIQHZ20',
              kid: 'issuer-key-1',
              use: 'sig',
              alg: 'ES256',
            },
          ],
        },
      },
    ],
  })
