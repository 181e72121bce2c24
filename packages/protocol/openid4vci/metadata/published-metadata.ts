/**
 * Metadata that we publish as issuer and authorization server (OpenID4VCI 1.0 §12.2.4, RFC 8414): both are one party
 * with one identifier, so `authorization_servers` is left out. Made from configurations alone and equal on every
 * instance. What wallets read of other people's metadata is in `read-metadata.ts`.
 */

import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import { PROOF_ALGORITHMS } from '../../oauth/errors.ts'
import { PRE_AUTHORIZED_GRANT } from '../offer.ts'
import { configurationFormat } from './configuration-format.ts'

/** One credential that an issuer issues, as one entry of `credential_configurations_supported`. */
export interface CredentialConfiguration {
  readonly id: string
  readonly format: FormatId
  /** `vct`, document type or the specific type of a W3C credential. */
  readonly type: string
  readonly scope: string
  /** One entry a locale. */
  readonly display: readonly CredentialDisplay[]
  readonly claims: readonly ClaimDescription[]
  /**
   * How a key proof may name the holder's key; every way when absent. Empty: the credential is bound to no key and no
   * proof is asked for.
   */
  readonly bindingMethods?: readonly BindingMethod[]
  /** What the credential is signed with; not told when absent. */
  readonly signingAlgorithms?: readonly SignatureAlgorithm[]
  /** What key proofs may be signed with; all that we know when absent. */
  readonly proofAlgorithms?: readonly SignatureAlgorithm[]
}

/** A plain key (which some formats call by another name), or the DID methods that a `kid` is resolved by. */
export const BINDING_METHODS = ['jwk', 'did:jwk', 'did:key'] as const

/** `did:web` is for issuers that ask the network for it, so it is never there by default. */
export type BindingMethod = (typeof BINDING_METHODS)[number] | 'did:web'

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
export const ISSUER_PATHS = { token: '/token', nonce: '/nonce', credential: '/credential' } as const

/** `batchSize`: how many credentials a request may ask for; 1 offers no batches. */
export function writeIssuerMetadata(input: {
  readonly issuer: string
  readonly configurations: readonly CredentialConfiguration[]
  readonly display?: readonly IssuerDisplay[]
  readonly batchSize?: number
}): JsonObject {
  const { batchSize = 1, configurations, display = [], issuer } = input
  const supported = configurations.map((configuration) => [
    configuration.id,
    writeConfiguration(configuration),
  ])
  return {
    credential_issuer: issuer,
    credential_endpoint: issuer + ISSUER_PATHS.credential,
    nonce_endpoint: issuer + ISSUER_PATHS.nonce,
    ...(batchSize > 1 && { batch_credential_issuance: { batch_size: batchSize } }),
    ...(display.length > 0 && { display: display.map(writeIssuerDisplay) }),
    credential_configurations_supported: Object.fromEntries(supported),
  }
}

/** Our authorization server: pre-authorized codes, clients without registration, DPoP or bearer tokens. */
export function writeAuthorizationServerMetadata({ issuer }: { readonly issuer: string }): JsonObject {
  return {
    issuer,
    token_endpoint: issuer + ISSUER_PATHS.token,
    // RFC 8414 §2 requires the member; there is no authorization endpoint, so there is nothing to name.
    response_types_supported: [],
    grant_types_supported: [PRE_AUTHORIZED_GRANT],
    token_endpoint_auth_methods_supported: ['none'],
    'pre-authorized_grant_anonymous_access_supported': true,
    dpop_signing_alg_values_supported: [...PROOF_ALGORITHMS],
  }
}

/** The display object of a configuration, as it is on the wire. */
export function writeCredentialDisplay(display: CredentialDisplay): JsonObject {
  const { backgroundColor, backgroundImageUri, description, textColor } = display
  return {
    ...writeIssuerDisplay(display),
    ...(description !== undefined && { description }),
    ...(backgroundColor !== undefined && { background_color: backgroundColor }),
    ...(backgroundImageUri !== undefined && { background_image: { uri: backgroundImageUri } }),
    ...(textColor !== undefined && { text_color: textColor }),
  }
}

function writeConfiguration(configuration: CredentialConfiguration): JsonObject {
  const { claims, display, format, scope, signingAlgorithms, type } = configuration
  const { writeAlgorithm, writeType } = configurationFormat(format)
  return {
    format,
    ...writeType(type),
    scope,
    ...(signingAlgorithms && {
      credential_signing_alg_values_supported: signingAlgorithms.map(writeAlgorithm),
    }),
    ...writeBinding(configuration),
    credential_metadata: {
      ...(display.length > 0 && { display: display.map(writeCredentialDisplay) }),
      ...(claims.length > 0 && { claims: claims.map(writeClaim) }),
    },
  }
}

/** §12.2.4: `proof_types_supported` is there if and only if binding methods are. */
function writeBinding(configuration: CredentialConfiguration): JsonObject {
  const { bindingMethods = BINDING_METHODS, proofAlgorithms = PROOF_ALGORITHMS } = configuration
  if (bindingMethods.length === 0) return {}
  const { keyBindingMethod } = configurationFormat(configuration.format)
  return {
    cryptographic_binding_methods_supported: bindingMethods.map((method) =>
      method === 'jwk' ? keyBindingMethod : method,
    ),
    proof_types_supported: { jwt: { proof_signing_alg_values_supported: [...proofAlgorithms] } },
  }
}

function writeIssuerDisplay({ locale, logo, name }: IssuerDisplay): JsonObject {
  return {
    name,
    ...(locale !== undefined && { locale }),
    ...(logo && { logo: { uri: logo.uri, ...(logo.altText !== undefined && { alt_text: logo.altText }) } }),
  }
}

function writeClaim({ display = [], mandatory, path }: ClaimDescription): JsonObject {
  return {
    path: [...path],
    ...(mandatory !== undefined && { mandatory }),
    ...(display.length > 0 && { display: display.map(writeIssuerDisplay) }),
  }
}
