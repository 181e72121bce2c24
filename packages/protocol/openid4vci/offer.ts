/**
 * Credential Offers (OpenID4VCI 1.0 §4.1): written by the issuer, read by the wallet from a link or a QR code. All of
 * an offer is untrusted (§13.5): parsing says that it is well-formed, not that its issuer is anybody in particular.
 * Fetching an offer by reference is the wallet's business.
 */
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonObject,
  presentMembers,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { parameter, queryParameters } from '../oauth/form-parameters.ts'
import { type OfferedGrants, parseOfferedGrants, writeOfferedGrants } from '../oauth/grants/grants.ts'
import { endpointUrl, type HttpPolicy, usableTexts } from '../oauth/message-values.ts'
import { isIssuerIdentifier } from './issuer-identifier.ts'

/** An offer: what its issuer writes and the wallet reads. */
export interface CredentialOffer {
  readonly issuer: string
  /** Non-empty, without repetition. */
  readonly configurationIds: readonly string[]
  /** By grant type; empty where the wallet has to ask the authorization server. */
  readonly grants: OfferedGrants
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
const MAX_URL_LENGTH = FETCHED.offer
const CONFIGURATION_ID_LIMITS = { maxItems: 100, maxLength: 256 }

export function writeCredentialOffer({ configurationIds, issuer, grants }: CredentialOffer): JsonObject {
  return {
    credential_issuer: issuer,
    credential_configuration_ids: [...configurationIds],
    grants: writeOfferedGrants(grants),
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
  const form = queryParameters(query, ['credential_offer', 'credential_offer_uri'])
  if (!form.ok) return refuse({ code: 'offer_ambiguous' })
  const value = parameter(form.value, 'credential_offer')
  const reference = parameter(form.value, 'credential_offer_uri')
  if (value !== undefined && reference !== undefined) return refuse({ code: 'offer_ambiguous' })
  if (reference !== undefined) return parseReference(reference, policy)
  return value === undefined ? refuse({ code: 'offer_missing' }) : parseValue(value, policy)
}

/** §4.1.1: unknown members and grants are ignored, and what cannot be used of a list is passed over. */
export function parseCredentialOffer(
  json: JsonObject,
  policy: HttpPolicy = 'https_only',
): Result<CredentialOffer, OfferRefusal> {
  const {
    credential_issuer: issuer,
    credential_configuration_ids: ids,
    grants: offeredGrants,
  } = presentMembers(json)
  if (typeof issuer !== 'string' || !isIssuerIdentifier(issuer, policy)) return malformed('credential_issuer')
  const configurationIds = usableTexts(ids, CONFIGURATION_ID_LIMITS)
  if (configurationIds === undefined) return malformed('credential_configuration_ids')
  const grants = parseGrants(offeredGrants, policy)
  return grants.ok ? ok({ issuer, configurationIds, grants: grants.value }) : grants
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

function parseGrants(grants: JsonValue | undefined, policy: HttpPolicy): Result<OfferedGrants, OfferRefusal> {
  if (grants === undefined) return ok({})
  if (!isJsonObject(grants)) return malformed('grants')
  const isServer = (value: JsonValue): value is string =>
    typeof value === 'string' && isIssuerIdentifier(value, policy)
  const parsed = parseOfferedGrants(grants, isServer)
  return parsed.ok ? parsed : malformed(parsed.error.at)
}

function malformed(at: string): Result<never, OfferRefusal> {
  return refuse({ code: 'offer_malformed', at })
}
