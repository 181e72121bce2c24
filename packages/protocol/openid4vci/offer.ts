/**
 * Credential Offers (OpenID4VCI 1.0 §4.1): written by the issuer, read by the wallet from a link or a QR code. All of
 * an offer is untrusted (§13.5): parsing says that it is well-formed, not that its issuer is anybody in particular.
 * Fetching an offer by reference is the wallet's business.
 */
import { isJsonObject, type JsonObject, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { boundedText, boundedTexts, endpointUrl, type HttpPolicy } from '../oauth/message-values.ts'
import { isIssuerIdentifier } from './issuer-identifier.ts'
import type { TransactionCode } from './session/session.ts'

export const PRE_AUTHORIZED_GRANT = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'

export interface OfferInput {
  readonly issuer: string
  /** Non-empty, without repetition. */
  readonly configurationIds: readonly string[]
  readonly preAuthorizedCode: string
  /** Absent: no transaction code is asked for. */
  readonly txCode?: Pick<TransactionCode, 'inputMode' | 'length' | 'description'>
}

/** An offer as the wallet knows it. */
export interface CredentialOffer {
  readonly issuer: string
  readonly configurationIds: readonly string[]
  readonly preAuthorized?: PreAuthorizedGrant
  readonly authorizationCode?: AuthorizationCodeGrant
}

export interface PreAuthorizedGrant {
  readonly code: string
  /** Present: the user has to give a code, even where nothing more is said about it. */
  readonly txCode?: OfferedTxCode
  readonly authorizationServer?: string
}

export interface OfferedTxCode {
  readonly inputMode: 'numeric' | 'text'
  readonly length?: number
  /** At most 300 characters of foreign text. */
  readonly description?: string
}

export interface AuthorizationCodeGrant {
  readonly issuerState?: string
  readonly authorizationServer?: string
}

/** `at` is the member that is wrong, as a dotted path. */
export type OfferRefusal = { readonly code: 'offer_malformed'; readonly at: string }

export type OfferUrlRefusal =
  | { readonly code: 'offer_url_malformed' }
  | { readonly code: 'offer_url_too_long' }
  | { readonly code: 'offer_missing' }
  /** More than one of `credential_offer` and `credential_offer_uri` (§4.1: exactly one). */
  | { readonly code: 'offer_ambiguous' }
  | { readonly code: 'offer_uri_unacceptable' }
  | { readonly code: 'offer_not_json'; readonly reason: string }
  | OfferRefusal

export type OfferUrl =
  | { readonly kind: 'value'; readonly offer: CredentialOffer }
  | { readonly kind: 'reference'; readonly uri: string }

const OFFER_SCHEME = 'openid-credential-offer://'
const MAX_URL_LENGTH = 65_536
const CONFIGURATION_ID_LIMITS = { maxItems: 100, maxLength: 256 }
const MAX_CODE_LENGTH = 4096
const MAX_TX_CODE_DESCRIPTION = 300

export function writeCredentialOffer(input: OfferInput): JsonObject {
  const { configurationIds, issuer, preAuthorizedCode, txCode } = input
  const grant = {
    'pre-authorized_code': preAuthorizedCode,
    ...(txCode && { tx_code: writeTxCode(txCode) }),
  }
  return {
    credential_issuer: issuer,
    credential_configuration_ids: [...configurationIds],
    grants: { [PRE_AUTHORIZED_GRANT]: grant },
  }
}

/** `scheme` may also be a wallet's https address, with a query or without. */
export function offerUrlByReference(uri: string, scheme: string = OFFER_SCHEME): string {
  return withParameter(scheme, 'credential_offer_uri', uri)
}

export function offerUrlByValue(offer: JsonObject, scheme: string = OFFER_SCHEME): string {
  return withParameter(scheme, 'credential_offer', JSON.stringify(offer))
}

/** Any scheme and host: wallets are called by custom schemes and by https links alike. */
export function parseOfferUrl(
  text: string,
  policy: HttpPolicy = 'https_only',
): Result<OfferUrl, OfferUrlRefusal> {
  if (text.length > MAX_URL_LENGTH) return refuse({ code: 'offer_url_too_long' })
  const query = URL.parse(text.trim())?.searchParams
  if (query === undefined) return refuse({ code: 'offer_url_malformed' })
  const [value, ...values] = query.getAll('credential_offer')
  const [reference, ...references] = query.getAll('credential_offer_uri')
  if (values.length > 0 || references.length > 0 || (value !== undefined && reference !== undefined)) {
    return refuse({ code: 'offer_ambiguous' })
  }
  if (reference !== undefined) return parseReference(reference, policy)
  return value === undefined ? refuse({ code: 'offer_missing' }) : parseValue(value, policy)
}

/** §4.1.1: unknown members and grants are ignored. */
export function parseCredentialOffer(
  json: JsonObject,
  policy: HttpPolicy = 'https_only',
): Result<CredentialOffer, OfferRefusal> {
  const issuer = json['credential_issuer']
  if (typeof issuer !== 'string' || !isIssuerIdentifier(issuer, policy)) return malformed('credential_issuer')
  const configurationIds = boundedTexts(json['credential_configuration_ids'], CONFIGURATION_ID_LIMITS)
  if (configurationIds === undefined || new Set(configurationIds).size !== configurationIds.length) {
    return malformed('credential_configuration_ids')
  }
  const grants = parseGrants(json['grants'], policy)
  return grants.ok ? ok({ issuer, configurationIds, ...grants.value }) : grants
}

function writeTxCode(txCode: NonNullable<OfferInput['txCode']>): JsonObject {
  const { description, inputMode, length } = txCode
  return { input_mode: inputMode, length, ...(description !== undefined && { description }) }
}

function withParameter(address: string, name: string, value: string): string {
  const separator = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&'
  return `${address}${separator}${name}=${encodeURIComponent(value)}`
}

/** §4.1.3: the reference is an https URL. */
function parseReference(reference: string, policy: HttpPolicy): Result<OfferUrl, OfferUrlRefusal> {
  const uri = endpointUrl(reference, policy)
  return uri === undefined ? refuse({ code: 'offer_uri_unacceptable' }) : ok({ kind: 'reference', uri })
}

function parseValue(value: string, policy: HttpPolicy): Result<OfferUrl, OfferUrlRefusal> {
  const json = parseJsonObject(value, { maxBytes: MAX_URL_LENGTH, maxDepth: 8 })
  if (!json.ok) return refuse({ code: 'offer_not_json', reason: json.error.code })
  const offer = parseCredentialOffer(json.value, policy)
  return offer.ok ? ok({ kind: 'value', offer: offer.value }) : offer
}

type Grants = Pick<CredentialOffer, 'preAuthorized' | 'authorizationCode'>

function parseGrants(grants: unknown, policy: HttpPolicy): Result<Grants, OfferRefusal> {
  if (grants === undefined) return ok({})
  if (!isJsonObject(grants)) return malformed('grants')
  const preAuthorized = optional(grants[PRE_AUTHORIZED_GRANT], (grant) => parsePreAuthorized(grant, policy))
  if (!preAuthorized.ok) return preAuthorized
  const authorizationCode = optional(grants['authorization_code'], (grant) =>
    parseAuthorizationCode(grant, policy),
  )
  if (!authorizationCode.ok) return authorizationCode
  return ok({
    ...(preAuthorized.value && { preAuthorized: preAuthorized.value }),
    ...(authorizationCode.value && { authorizationCode: authorizationCode.value }),
  })
}

function parsePreAuthorized(grant: unknown, policy: HttpPolicy): Result<PreAuthorizedGrant, OfferRefusal> {
  if (!isJsonObject(grant)) return malformed('grants.pre-authorized_code')
  const code = boundedText(grant['pre-authorized_code'], MAX_CODE_LENGTH)
  if (code === undefined) return malformed('grants.pre-authorized_code.pre-authorized_code')
  const txCode = optional(grant['tx_code'], parseTxCode)
  if (!txCode.ok) return txCode
  const server = optional(grant['authorization_server'], (value) => parseServer(value, policy))
  if (!server.ok) return server
  return ok({
    code,
    ...(txCode.value && { txCode: txCode.value }),
    ...(server.value !== undefined && { authorizationServer: server.value }),
  })
}

function parseAuthorizationCode(
  grant: unknown,
  policy: HttpPolicy,
): Result<AuthorizationCodeGrant, OfferRefusal> {
  if (!isJsonObject(grant)) return malformed('grants.authorization_code')
  const issuerState = boundedText(grant['issuer_state'], MAX_CODE_LENGTH)
  if (issuerState === undefined && grant['issuer_state'] !== undefined) {
    return malformed('grants.authorization_code.issuer_state')
  }
  const server = optional(grant['authorization_server'], (value) => parseServer(value, policy))
  if (!server.ok) return server
  return ok({
    ...(issuerState !== undefined && { issuerState }),
    ...(server.value !== undefined && { authorizationServer: server.value }),
  })
}

function parseServer(value: unknown, policy: HttpPolicy): Result<string, OfferRefusal> {
  const acceptable = typeof value === 'string' && isIssuerIdentifier(value, policy)
  return acceptable ? ok(value) : malformed('grants.authorization_server')
}

/** An empty object asks for a code, of digits (§4.1.1). */
function parseTxCode(value: unknown): Result<OfferedTxCode, OfferRefusal> {
  if (!isJsonObject(value)) return malformed('tx_code')
  const { input_mode: inputMode = 'numeric', length, description } = value
  if (inputMode !== 'numeric' && inputMode !== 'text') return malformed('tx_code.input_mode')
  if (length !== undefined && !isCodeLength(length)) return malformed('tx_code.length')
  if (description !== undefined && !isShortDescription(description)) return malformed('tx_code.description')
  return ok({ inputMode, ...(length !== undefined && { length }), ...(description && { description }) })
}

function isCodeLength(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 128
}

/** Counted in code points: the limit is about what a person reads. */
function isShortDescription(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= 1200 && Array.from(value).length <= MAX_TX_CODE_DESCRIPTION
  )
}

function optional<T, E>(value: unknown, parse: (value: unknown) => Result<T, E>): Result<T | undefined, E> {
  return value === undefined ? ok(undefined) : parse(value)
}

function malformed(at: string): Result<never, OfferRefusal> {
  return refuse({ code: 'offer_malformed', at })
}
