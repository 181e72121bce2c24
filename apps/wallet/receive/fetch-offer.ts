/**
 * What stands before the first step of an issuance: the offer, by value, by reference or as JSON, and the metadata of
 * its issuer and authorization server. All of it is untrusted and bounded; the identities in the metadata must be those
 * that were asked for, to the letter.
 */

import { type JsonObject, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import { PRE_AUTHORIZED_CODE } from '@countersign/protocol/oauth/grants/pre-authorized-code'
import {
  authorizationServerMetadataUrl,
  isIssuerIdentifier,
  issuerMetadataUrl,
} from '@countersign/protocol/openid4vci/issuer-identifier'
import {
  type AuthorizationServerMetadata,
  type IssuerMetadata,
  type MetadataRefusal,
  parseAuthorizationServerMetadata,
  parseIssuerMetadata,
} from '@countersign/protocol/openid4vci/metadata/read-metadata'
import {
  type CredentialOffer,
  type OfferRefusal,
  type OfferUrlRefusal,
  parseCredentialOffer,
  parseOfferUrl,
} from '@countersign/protocol/openid4vci/offer'
import { boundedTexts } from '../history/described-credential.ts'
import type { EventParty } from '../history/event.ts'
import { type OutgoingRefusal, readJsonAnswer, type UnusableAnswer, unusable } from '../outgoing-client.ts'
import type { Wallet } from '../wallet.ts'

export type FetchRefusal = OutgoingRefusal | UnusableAnswer

export type FetchOfferRefusal =
  | FetchRefusal
  | OfferRefusal
  | OfferUrlRefusal
  | { readonly code: 'offer_not_available'; readonly host: string; readonly status: number }
  | { readonly code: 'too_many_configurations'; readonly max: number }

export type FetchMetadataRefusal =
  | FetchRefusal
  | MetadataRefusal
  | { readonly code: 'issuer_malformed' }
  | { readonly code: 'authorization_server_unknown'; readonly server: string }

export interface FetchedOffer {
  readonly offer: CredentialOffer
  /** The offer as it was written, for people who look before they accept. */
  readonly json: JsonObject
  /** Where it lies; absent for one that came whole. */
  readonly uri?: string | undefined
}

export interface Issuer {
  readonly metadata: IssuerMetadata
  readonly authorizationServer: AuthorizationServerMetadata
}

const MAX_CONFIGURATIONS = 20

/** `text`: an offer URL of any scheme, or the JSON of an offer. */
export async function fetchOffer(
  wallet: Wallet,
  text: string,
): Promise<Result<FetchedOffer, FetchOfferRefusal>> {
  const found = await offerJson(wallet, text.trim())
  if (!found.ok) return found
  const { json, uri } = found.value
  const offer = parseCredentialOffer(json, wallet.httpPolicy)
  if (!offer.ok) return offer
  return offer.value.configurationIds.length > MAX_CONFIGURATIONS
    ? refuse({ code: 'too_many_configurations', max: MAX_CONFIGURATIONS })
    : ok({ offer: offer.value, json, uri })
}

/** Whether the issuer says that it does not give out any more what lies there. */
export async function isGone(wallet: Wallet, uri: string): Promise<boolean> {
  const again = await fetchReference(wallet, uri)
  return !again.ok && again.error.code === 'offer_not_available'
}

/** The document as published, after its identity was checked. */
export async function fetchIssuerMetadata(
  wallet: Wallet,
  issuer: string,
): Promise<Result<{ readonly json: JsonObject; readonly metadata: IssuerMetadata }, FetchMetadataRefusal>> {
  if (!isIssuerIdentifier(issuer, wallet.httpPolicy)) return refuse({ code: 'issuer_malformed' })
  const json = await fetchDocument(wallet, issuerMetadataUrl(issuer))
  if (!json.ok) return json
  const metadata = parseIssuerMetadata(json.value, issuer, wallet.formats, wallet.httpPolicy)
  return metadata.ok ? ok({ json: json.value, metadata: metadata.value }) : metadata
}

/** The issuer and the authorization server that its offer goes to. */
export async function fetchIssuer(
  wallet: Wallet,
  offer: CredentialOffer,
): Promise<Result<Issuer, FetchMetadataRefusal>> {
  const issuer = await fetchIssuerMetadata(wallet, offer.issuer)
  if (!issuer.ok) return issuer
  const { metadata } = issuer.value
  const { grants } = offer
  const grant = grants[PRE_AUTHORIZED_CODE] ?? grants[AUTHORIZATION_CODE]
  const server = grant?.authorizationServer ?? metadata.authorizationServers[0] ?? offer.issuer
  // An offer must not choose a server that the issuer does not name (OpenID4VCI 1.0 §4.1.1).
  if (!metadata.authorizationServers.includes(server))
    return refuse({ code: 'authorization_server_unknown', server })
  const json = await fetchDocument(wallet, authorizationServerMetadataUrl(server))
  if (!json.ok) return json
  const authorizationServer = parseAuthorizationServerMetadata(json.value, server, wallet.httpPolicy)
  return authorizationServer.ok
    ? ok({ metadata, authorizationServer: authorizationServer.value })
    : authorizationServer
}

async function offerJson(
  wallet: Wallet,
  text: string,
): Promise<Result<Pick<FetchedOffer, 'json' | 'uri'>, FetchOfferRefusal>> {
  const whole = (json: Result<JsonObject, FetchOfferRefusal>) => (json.ok ? ok({ json: json.value }) : json)
  if (text.startsWith('{')) return whole(parsedOffer(text))
  const parsed = parseOfferUrl(text, wallet.httpPolicy)
  if (!parsed.ok) return parsed
  if (parsed.value.kind !== 'reference')
    return whole(parsedOffer(new URL(text).searchParams.get('credential_offer') ?? ''))
  const { uri } = parsed.value
  const json = await fetchReference(wallet, uri)
  return json.ok ? ok({ json: json.value, uri }) : json
}

function parsedOffer(text: string): Result<JsonObject, FetchOfferRefusal> {
  const json = parseJsonObject(text, { maxBytes: FETCHED.offer, maxDepth: 8 })
  return json.ok ? json : refuse({ code: 'offer_not_json', reason: json.error.code })
}

async function fetchReference(wallet: Wallet, uri: string): Promise<Result<JsonObject, FetchOfferRefusal>> {
  const answer = await wallet.outgoing.get(uri, 'application/json', FETCHED.offer)
  if (!answer.ok) return answer
  const { status } = answer.value
  if (status !== 200) return refuse({ code: 'offer_not_available', host: new URL(uri).host, status })
  return readJsonAnswer(answer.value, uri, FETCHED.offer)
}

async function fetchDocument(wallet: Wallet, url: string): Promise<Result<JsonObject, FetchRefusal>> {
  const answer = await wallet.outgoing.get(url, 'application/json', FETCHED.metadata)
  if (!answer.ok) return answer
  if (answer.value.status !== 200) return unusable(url, `status_${answer.value.status}`)
  return readJsonAnswer(answer.value, url, FETCHED.metadata)
}

/** The issuer as the history tells of it. Metadata are not signed: nobody vouches for it. */
export function partyOf({ display, issuer }: Pick<IssuerMetadata, 'display' | 'issuer'>): EventParty {
  const names = display.map(({ locale, name }) => ({ text: name, locale }))
  return { id: issuer, host: new URL(issuer).host, names: boundedTexts(names) }
}
