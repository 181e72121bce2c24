/**
 * Other people's issuer and authorization server metadata, as a wallet reads it (OpenID4VCI 1.0 §12.2.4, RFC 8414 §3.3).
 * The identity in the document must be the one that its URL was built from, character for character; otherwise
 * anybody could speak as anybody. Unknown members are ignored, and so are a configuration and an entry of a list that
 * cannot be read: the wallet may not want them. Unsigned JSON only; nothing is fetched.
 */

import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  presentMembers,
  presentParameters,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { RECEIVED } from '@countersign/core/size-limits'
import type { ClaimPath } from '@countersign/credential/contract/format'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import { boundedText, endpointUrl, type HttpPolicy, usableTexts } from '../../oauth/message-values.ts'
import { isIssuerIdentifier } from '../issuer-identifier.ts'
import { readConfigurationType } from './configuration-format.ts'
import type { ClaimDescription, CredentialDisplay } from './published-metadata.ts'
import { type AnnouncedEncryption, readEncryption } from './read-encryption.ts'

export interface IssuerMetadata {
  readonly issuer: string
  readonly credentialEndpoint: string
  /** Where it is absent, proofs carry no nonce. */
  readonly nonceEndpoint?: string | undefined
  readonly deferredCredentialEndpoint?: string | undefined
  readonly notificationEndpoint?: string | undefined
  /** The issuer itself where the document names none. */
  readonly authorizationServers: readonly string[]
  /** What is asked for in a browser names this issuer then, since its servers may serve others (§5.1.1). */
  readonly namesAuthorizationServers: boolean
  /** How many credentials one request may ask for. */
  readonly batchSize: number
  /** Absent where the document does not speak of it. */
  readonly encryption?: AnnouncedEncryption | undefined
  readonly configurations: ReadonlyMap<string, OfferedConfiguration>
  readonly display: readonly CredentialDisplay[]
}

/** A configuration as the wallet sees it; `format` may be one that the wallet does not know. */
export interface OfferedConfiguration {
  readonly id: string
  readonly format: string
  /** `vct`, document type or the specific type of a W3C credential, where one is named. */
  readonly type?: string | undefined
  readonly scope?: string | undefined
  readonly bindingMethods: readonly string[]
  /** Algorithms of `jwt` proofs. Where they are absent, no such proof is taken. */
  readonly proofAlgorithms?: readonly string[] | undefined
  /** Whether any proof is asked for, of whichever type. */
  readonly proofRequired: boolean
  readonly keyAttestationRequired: boolean
  readonly display: readonly CredentialDisplay[]
  readonly claims: readonly ClaimDescription[]
}

export interface AuthorizationServerMetadata {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly grantTypes: readonly string[]
  readonly anonymousPreAuthorized: boolean
  /** Empty where the metadata does not speak of DPoP. */
  readonly dpopAlgorithms: readonly string[]
  /** Absent where the document does not say: the default of RFC 8414 §2 is not what such servers mean. */
  readonly tokenEndpointAuthMethods?: readonly string[] | undefined
  /** How somebody authorizes in a browser; absent where there is no way that can be used. */
  readonly authorization?: AuthorizationEndpoints | undefined
}

export interface AuthorizationEndpoints {
  readonly authorizationEndpoint: string
  /** RFC 9126; absent: the browser carries the request. */
  readonly pushedRequestEndpoint?: string | undefined
  /** Absent where the document does not say; then S256 is tried. */
  readonly codeChallengeMethods?: readonly string[] | undefined
  /** Every answer names its issuer (RFC 9207 §3): one that does not is somebody else's. */
  readonly namesIssuer: boolean
}

export type MetadataRefusal =
  | { readonly code: 'metadata_identity'; readonly expected: string }
  /** `at` is the member that is missing, malformed or no acceptable URL. */
  | { readonly code: 'metadata_malformed'; readonly at: string }

const NAME_LIST = { maxItems: 100, maxLength: 256 }
const MAX_CONFIGURATIONS = 1000
const MAX_DISPLAYS = 100
const MAX_CLAIMS = 500
const MAX_PATH_LENGTH = 20
const MAX_TEXT = 1000

/** `formats`: those whose types are read; a configuration of another one has no type here. */
export function parseIssuerMetadata(
  document: JsonObject,
  expectedIssuer: string,
  formats: FormatRegistry,
  policy: HttpPolicy = 'https_only',
): Result<IssuerMetadata, MetadataRefusal> {
  const json = presentMembers(document)
  if (json['credential_issuer'] !== expectedIssuer) return wrongIdentity(expectedIssuer)
  const endpoints = parseIssuerEndpoints(json, policy)
  if (!endpoints.ok) return endpoints
  const authorizationServers = parseAuthorizationServers(json, expectedIssuer, policy)
  if (authorizationServers === undefined) return malformed('authorization_servers')
  const configurations = parseConfigurations(json['credential_configurations_supported'], formats)
  if (configurations === undefined) return malformed('credential_configurations_supported')
  return ok({
    issuer: expectedIssuer,
    ...endpoints.value,
    authorizationServers,
    namesAuthorizationServers: namesServers(json),
    batchSize: readBatchSize(json['batch_credential_issuance']),
    encryption: readEncryption(json),
    configurations,
    display: readDisplays(json['display']),
  })
}

export function parseAuthorizationServerMetadata(
  document: JsonObject,
  expectedIssuer: string,
  policy: HttpPolicy = 'https_only',
): Result<AuthorizationServerMetadata, MetadataRefusal> {
  const json = presentMembers(document)
  if (json['issuer'] !== expectedIssuer) return wrongIdentity(expectedIssuer)
  const tokenEndpoint = endpointUrl(json['token_endpoint'], policy)
  if (tokenEndpoint === undefined) return malformed('token_endpoint')
  return ok({
    issuer: expectedIssuer,
    tokenEndpoint,
    // RFC 8414 §2: the defaults of what is left out.
    grantTypes: usableTexts(json['grant_types_supported'], NAME_LIST) ?? ['authorization_code', 'implicit'],
    anonymousPreAuthorized: json['pre-authorized_grant_anonymous_access_supported'] === true,
    dpopAlgorithms: usableTexts(json['dpop_signing_alg_values_supported'], NAME_LIST) ?? [],
    tokenEndpointAuthMethods: readList(json['token_endpoint_auth_methods_supported']),
    authorization: readAuthorization(json, policy),
  })
}

/** Whoever has no use for it may still use the rest of the document, so that nothing here refuses it. */
function readAuthorization(json: JsonObject, policy: HttpPolicy): AuthorizationEndpoints | undefined {
  const { authorization_endpoint: endpoint, pushed_authorization_request_endpoint: push } = json
  const authorizationEndpoint = endpointUrl(endpoint, policy)
  if (authorizationEndpoint === undefined) return undefined
  const pushedRequestEndpoint = endpointUrl(push, policy)
  // A request that can be laid down is not sent through a browser instead because an address is wrong.
  const isPushed = push !== undefined || json['require_pushed_authorization_requests'] === true
  if (isPushed && pushedRequestEndpoint === undefined) return undefined
  return {
    authorizationEndpoint,
    pushedRequestEndpoint,
    codeChallengeMethods: readList(json['code_challenge_methods_supported']),
    namesIssuer: json['authorization_response_iss_parameter_supported'] === true,
  }
}

/** One with nothing in it that can be used says that there is nothing. */
function readList(value: JsonValue | undefined): readonly string[] | undefined {
  return value === undefined ? undefined : (usableTexts(value, NAME_LIST) ?? [])
}

type IssuerEndpoints = Pick<
  IssuerMetadata,
  'credentialEndpoint' | 'nonceEndpoint' | 'deferredCredentialEndpoint' | 'notificationEndpoint'
>

/**
 * Issuers that have a nonce endpoint take no proof without its nonce, so that one which cannot be called is a reason to stop
 * before the code is spent. The others are convenience.
 */
const OPTIONAL_ENDPOINTS = [
  { member: 'nonce_endpoint', name: 'nonceEndpoint', isNeeded: true },
  { member: 'deferred_credential_endpoint', name: 'deferredCredentialEndpoint', isNeeded: false },
  { member: 'notification_endpoint', name: 'notificationEndpoint', isNeeded: false },
] as const

function parseIssuerEndpoints(
  json: JsonObject,
  policy: HttpPolicy,
): Result<IssuerEndpoints, MetadataRefusal> {
  const credentialEndpoint = endpointUrl(json['credential_endpoint'], policy)
  if (credentialEndpoint === undefined) return malformed('credential_endpoint')
  const optional: Partial<Record<(typeof OPTIONAL_ENDPOINTS)[number]['name'], string>> = {}
  const present = presentParameters(json)
  for (const { isNeeded, member, name } of OPTIONAL_ENDPOINTS) {
    if (present[member] === undefined) continue
    const url = endpointUrl(present[member], policy)
    if (url !== undefined) optional[name] = url
    else if (isNeeded) return malformed(member)
  }
  return ok({ credentialEndpoint, ...optional })
}

function parseAuthorizationServers(
  json: JsonObject,
  issuer: string,
  policy: HttpPolicy,
): readonly string[] | undefined {
  const { authorization_servers: named } = json
  if (named === undefined || (isJsonArray(named) && named.length === 0)) return [issuer]
  const servers = usableTexts(named, { maxItems: 20, maxLength: 2048 }) ?? []
  const usable = servers.filter((server) => isIssuerIdentifier(server, policy))
  return usable.length > 0 ? usable : undefined
}

function namesServers({ authorization_servers: named }: JsonObject): boolean {
  return named !== undefined && isJsonArray(named) && named.length > 0
}

/** §12.2.4: a batch is two or more; anything else is none. */
function readBatchSize(value: JsonValue | undefined): number {
  const size = value !== undefined && isJsonObject(value) ? value['batch_size'] : undefined
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 2 ? size : 1
}

function parseConfigurations(
  value: JsonValue | undefined,
  formats: FormatRegistry,
): ReadonlyMap<string, OfferedConfiguration> | undefined {
  if (!isJsonObject(value)) return undefined
  const entries = Object.entries(value)
  if (entries.length > MAX_CONFIGURATIONS) return undefined
  const configurations = new Map<string, OfferedConfiguration>()
  for (const [id, entry] of entries) {
    const configuration = readConfiguration(id, entry, formats)
    if (configuration !== undefined) configurations.set(id, configuration)
  }
  return configurations
}

function readConfiguration(
  id: string,
  value: JsonValue,
  formats: FormatRegistry,
): OfferedConfiguration | undefined {
  const entry = isJsonObject(value) ? presentMembers(value) : {}
  const format = boundedText(entry['format'], NAME_LIST.maxLength)
  if (format === undefined || id.length > NAME_LIST.maxLength) return undefined
  const spoken = formats.get(format)
  const type = spoken && readConfigurationType(spoken, entry)
  const scope = boundedText(entry['scope'], MAX_TEXT)
  const metadata = isJsonObject(entry['credential_metadata']) ? entry['credential_metadata'] : {}
  return {
    id,
    format,
    type,
    scope,
    bindingMethods: usableTexts(entry['cryptographic_binding_methods_supported'], NAME_LIST) ?? [],
    ...readProofTypes(entry['proof_types_supported']),
    display: readDisplays(metadata['display']),
    claims: readClaims(metadata['claims']),
  }
}

type ProofDemands = Pick<OfferedConfiguration, 'proofAlgorithms' | 'proofRequired' | 'keyAttestationRequired'>

/** No proof is asked for where none is named; one of a kind that nobody knows is asked for all the same. */
function readProofTypes(value: JsonValue | undefined): ProofDemands {
  const types = isJsonObject(value) ? presentMembers(value) : {}
  const { jwt: named } = types
  if (!isJsonObject(named)) {
    const isNothing = isJsonObject(value) && Object.keys(types).length === 0
    return { proofRequired: value !== undefined && !isNothing, keyAttestationRequired: false }
  }
  const jwt = presentMembers(named)
  return {
    proofAlgorithms: usableTexts(jwt['proof_signing_alg_values_supported'], NAME_LIST),
    proofRequired: true,
    keyAttestationRequired: jwt['key_attestations_required'] !== undefined,
  }
}

/** Display data is decoration: what cannot be read is left out. */
function readDisplays(value: JsonValue | undefined): readonly CredentialDisplay[] {
  if (value === undefined || !isJsonArray(value)) return []
  return value.slice(0, MAX_DISPLAYS).flatMap((entry) => (isJsonObject(entry) ? readDisplay(entry) : []))
}

function readDisplay(entry: JsonObject): readonly CredentialDisplay[] {
  const name = boundedText(entry['name'], MAX_TEXT)
  if (name === undefined) return []
  return [
    {
      name,
      locale: boundedText(entry['locale'], MAX_TEXT),
      description: boundedText(entry['description'], MAX_TEXT),
      logo: readImage(entry['logo']),
      backgroundColor: boundedText(entry['background_color'], MAX_TEXT),
      backgroundImageUri: readImage(entry['background_image'])?.uri,
      textColor: boundedText(entry['text_color'], MAX_TEXT),
    },
  ]
}

/** Only https and image data: the uri ends up in an `img` element. */
function readImage(value: JsonValue | undefined): CredentialDisplay['logo'] {
  const uri = isJsonObject(value) ? boundedText(value['uri'], RECEIVED.pictureUri) : undefined
  if (!isJsonObject(value) || uri === undefined || !/^(https:\/\/|data:image\/)/i.test(uri)) return undefined
  return { uri, altText: boundedText(value['alt_text'], MAX_TEXT) }
}

function readClaims(value: JsonValue | undefined): readonly ClaimDescription[] {
  if (value === undefined || !isJsonArray(value)) return []
  return value.slice(0, MAX_CLAIMS).flatMap((entry) => (isJsonObject(entry) ? readClaim(entry) : []))
}

function readClaim(entry: JsonObject): readonly ClaimDescription[] {
  const { mandatory, path } = entry
  if (path === undefined || !isClaimPath(path)) return []
  const display = readDisplays(entry['display'])
  return [
    {
      path,
      mandatory: typeof mandatory === 'boolean' ? mandatory : undefined,
      display: display.length > 0 ? display : undefined,
    },
  ]
}

function isClaimPath(value: JsonValue): value is ClaimPath {
  return (
    isJsonArray(value) &&
    value.length > 0 &&
    value.length <= MAX_PATH_LENGTH &&
    value.every((step) => step === null || typeof step === 'string' || isArrayIndex(step))
  )
}

function isArrayIndex(step: JsonValue): step is number {
  return typeof step === 'number' && Number.isSafeInteger(step) && step >= 0
}

function wrongIdentity(expected: string): Result<never, MetadataRefusal> {
  return refuse({ code: 'metadata_identity', expected })
}

function malformed(at: string): Result<never, MetadataRefusal> {
  return refuse({ code: 'metadata_malformed', at })
}
