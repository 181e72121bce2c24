/**
 * Metadata that we publish as issuer and authorization server (OpenID4VCI 1.0 §12.2.4, RFC 8414): both are one party
 * with one identifier, so `authorization_servers` is left out. Made from configurations alone and equal on every
 * instance. What wallets read of other people's metadata is in `read-metadata.ts`.
 */

import { defined, type JsonObject } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'
import type { BindingMethod, FormatFacts } from '@countersign/credential/contract/format-facts'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import { encryptionJwk } from '@countersign/crypto/encryption-key'
import {
  CONTENT_ENCRYPTIONS,
  type EncryptionKey,
  KEY_AGREEMENT,
  PACKING,
} from '@countersign/crypto/jwe-engine'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { type ClientMethod, writeClientMetadata } from '../../oauth/client-authentication/methods.ts'
import { PROOF_ALGORITHMS } from '../../oauth/errors.ts'
import { writeGrantMetadata } from '../../oauth/grants/grants.ts'
import type { KeyAttestationDemand } from '../proof/key-attestation.ts'
import { writeProofTypes } from '../proof/proof-types.ts'
import { writeConfigurationAlgorithm, writeConfigurationType } from './configuration-format.ts'

/** One credential that an issuer issues, as one entry of `credential_configurations_supported`. */
export interface CredentialConfiguration {
  readonly id: string
  readonly format: FormatId
  /** `vct`, document type or the specific type of a W3C credential. */
  readonly type: string
  readonly scope: string
  /** Each entry is for one locale. */
  readonly display: readonly CredentialDisplay[]
  readonly claims: readonly ClaimDescription[]
  /**
   * How a key proof may name the holder's key; every way of the format when absent, but for `did:web`, which is for issuers
   * that ask the network. An empty list binds the credential to no key, and no proof is asked for.
   */
  readonly bindingMethods?: readonly (BindingMethod | 'did:web')[] | undefined
  /** What the credential is signed with; where it is absent, the metadata does not say. */
  readonly signingAlgorithms?: readonly SignatureAlgorithm[] | undefined
  /** What key proofs may be signed with; all that we know when absent. */
  readonly proofAlgorithms?: readonly SignatureAlgorithm[] | undefined
  /** Which key attestations are asked for; absent: a wallet may do without. */
  readonly keyAttestation?: KeyAttestationDemand | undefined
}

export interface CredentialDisplay {
  readonly name: string
  readonly locale?: string | undefined
  readonly description?: string | undefined
  readonly logo?: { readonly uri: string; readonly altText?: string | undefined } | undefined
  readonly backgroundColor?: string | undefined
  readonly backgroundImageUri?: string | undefined
  readonly textColor?: string | undefined
}

export interface ClaimDescription {
  readonly path: ClaimPath
  readonly mandatory?: boolean | undefined
  readonly display?: readonly { readonly name: string; readonly locale?: string | undefined }[] | undefined
}

export interface IssuerDisplay {
  readonly name: string
  readonly locale?: string | undefined
  readonly logo?: { readonly uri: string; readonly altText?: string | undefined } | undefined
}

/** Where the endpoints are, below the issuer identifier. */
export const ISSUER_PATHS = {
  pushedRequest: '/par',
  authorization: '/authorize',
  token: '/token',
  revocation: '/revoke',
  introspection: '/introspect',
  nonce: '/nonce',
  challenge: '/challenge',
  credential: '/credential',
  notification: '/notification',
} as const

/** What of requests and answers may be encrypted, and what has to be (§10). */
export interface MessageEncryption {
  readonly requestKey: { readonly key: EncryptionKey; readonly keyId: string }
  readonly requestRequired: boolean
  readonly responseRequired: boolean
}

/** `batchSize`: how many credentials a request may ask for; 1 offers no batches. */
export function writeIssuerMetadata(input: {
  readonly issuer: string
  readonly configurations: readonly CredentialConfiguration[]
  /** Has the formats of all configurations. */
  readonly formats: FormatRegistry
  readonly display?: readonly IssuerDisplay[] | undefined
  readonly batchSize?: number
  /** Whether somebody is believed who attests keys. */
  readonly attested?: boolean
  /** Absent: nothing is encrypted. */
  readonly encryption?: MessageEncryption | undefined
}): JsonObject {
  const { attested = false, batchSize = 1, configurations, display = [], encryption, formats, issuer } = input
  const supported = configurations.map((configuration) => [
    configuration.id,
    writeConfiguration(configuration, formats.spoken(configuration.format), attested),
  ])
  return defined({
    credential_issuer: issuer,
    credential_endpoint: issuer + ISSUER_PATHS.credential,
    nonce_endpoint: issuer + ISSUER_PATHS.nonce,
    notification_endpoint: issuer + ISSUER_PATHS.notification,
    ...(encryption && writeEncryption(encryption)),
    batch_credential_issuance: batchSize > 1 ? { batch_size: batchSize } : undefined,
    display: listed(display, writeIssuerDisplay),
    credential_configurations_supported: Object.fromEntries(supported),
  })
}

export interface AuthorizationServerFacts {
  readonly issuer: string
  readonly requirePushedRequests: boolean
  /** Which clients are taken. */
  readonly clients: { readonly methods: readonly ClientMethod[]; readonly anonymous: boolean }
}

/** Our authorization server: what grants and ways of client authentication say of themselves, and DPoP. */
export function writeAuthorizationServerMetadata({
  clients,
  issuer,
  requirePushedRequests,
}: AuthorizationServerFacts): JsonObject {
  const takesAttestations = clients.methods.includes('attest_jwt_client_auth')
  return defined({
    issuer,
    authorization_endpoint: issuer + ISSUER_PATHS.authorization,
    pushed_authorization_request_endpoint: issuer + ISSUER_PATHS.pushedRequest,
    require_pushed_authorization_requests: requirePushedRequests,
    token_endpoint: issuer + ISSUER_PATHS.token,
    challenge_endpoint: takesAttestations ? issuer + ISSUER_PATHS.challenge : undefined,
    revocation_endpoint: issuer + ISSUER_PATHS.revocation,
    introspection_endpoint: issuer + ISSUER_PATHS.introspection,
    ...writeGrantMetadata(),
    // §12.3: whether a client need not say who it is.
    'pre-authorized_grant_anonymous_access_supported': clients.anonymous,
    ...writeClientMetadata(clients.methods),
    dpop_signing_alg_values_supported: [...PROOF_ALGORITHMS],
  })
}

/** An answer is encrypted for those alone who encrypt their request, so where the one is required so is the other. */
function writeEncryption({ requestKey, requestRequired, responseRequired }: MessageEncryption): JsonObject {
  const values = { enc_values_supported: [...CONTENT_ENCRYPTIONS], zip_values_supported: [PACKING] }
  return {
    credential_request_encryption: {
      jwks: { keys: [encryptionJwk(requestKey.key, requestKey.keyId)] },
      ...values,
      encryption_required: requestRequired || responseRequired,
    },
    credential_response_encryption: {
      alg_values_supported: [KEY_AGREEMENT],
      ...values,
      encryption_required: responseRequired,
    },
  }
}

/** The display object of a configuration, as it is on the wire. */
export function writeCredentialDisplay(display: CredentialDisplay): JsonObject {
  const { backgroundColor, backgroundImageUri, description, textColor } = display
  return defined({
    ...writeIssuerDisplay(display),
    description,
    background_color: backgroundColor,
    background_image: backgroundImageUri === undefined ? undefined : { uri: backgroundImageUri },
    text_color: textColor,
  })
}

function writeConfiguration(
  configuration: CredentialConfiguration,
  format: FormatFacts,
  attested: boolean,
): JsonObject {
  const { claims, display, scope, signingAlgorithms, type } = configuration
  return defined({
    format: format.id,
    ...writeConfigurationType(format, type),
    scope,
    credential_signing_alg_values_supported: signingAlgorithms?.map((algorithm) =>
      writeConfigurationAlgorithm(format, algorithm),
    ),
    ...writeBinding(configuration, format, attested),
    credential_metadata: defined({
      display: listed(display, writeCredentialDisplay),
      claims: listed(claims, writeClaim),
    }),
  })
}

/** §12.2.4: `proof_types_supported` is there if and only if binding methods are. */
function writeBinding(
  configuration: CredentialConfiguration,
  format: FormatFacts,
  attested: boolean,
): JsonObject {
  const { bindingMethods = format.bindingMethods, keyAttestation: demand } = configuration
  const { proofAlgorithms: algorithms = PROOF_ALGORITHMS } = configuration
  if (bindingMethods.length === 0) return {}
  return {
    cryptographic_binding_methods_supported: [...bindingMethods],
    proof_types_supported: writeProofTypes({ algorithms, attested, demand }),
  }
}

function writeIssuerDisplay({ locale, logo, name }: IssuerDisplay): JsonObject {
  return defined({
    name,
    locale,
    logo: logo && defined({ uri: logo.uri, alt_text: logo.altText }),
  })
}

function writeClaim({ display = [], mandatory, path }: ClaimDescription): JsonObject {
  return defined({ path: [...path], mandatory, display: listed(display, writeIssuerDisplay) })
}

/** An empty list says nothing, so it is left out (§12.2.4: arrays of these members are non-empty). */
function listed<T>(items: readonly T[], write: (item: T) => JsonObject): readonly JsonObject[] | undefined {
  return items.length === 0 ? undefined : items.map(write)
}
