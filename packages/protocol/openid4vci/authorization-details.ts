/**
 * `authorization_details` of type `openid_credential` (OpenID4VCI 1.0 §5.1.1, §6.2; RFC 9396): which credentials a client
 * wants to be authorized for, and by which identifiers the answer to a token request calls them.
 */
import {
  defined,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJson,
  presentMembers,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { boundedText, usableTexts } from '../oauth/message-values.ts'

/** One entry of a request. */
export interface RequestedCredential {
  readonly configurationId: string
  /** The issuer that is meant, where its authorization server may serve others. Checked where it is read, and not kept. */
  readonly locations?: readonly string[] | undefined
}

/** One entry of an answer. */
export interface AuthorizedCredential {
  readonly configurationId: string
  readonly credentialIdentifiers: readonly string[]
}

/** RFC 9396 §5: one entry that is not understood refuses the request. */
export interface AuthorizationDetailsRefusal {
  readonly code: 'authorization_details_invalid'
  readonly at: string
}

const CREDENTIAL_DETAILS = 'openid_credential'

const MAX_DETAILS = 100
const MAX_ID_LENGTH = 1024
const IDENTIFIER_LIMITS = { maxItems: 100, maxLength: MAX_ID_LENGTH }
const JSON_LIMITS = { maxBytes: 16_384, maxDepth: 8, maxValues: 2_000 }

/**
 * The parameter as it was sent. A configuration that stands there twice counts once. Members that nobody knows are ignored
 * (§5.1.1); `locations` is checked where it is there: it must name `issuer`.
 */
export function parseAuthorizationDetails(
  text: string,
  issuer: string,
): Result<readonly RequestedCredential[], AuthorizationDetailsRefusal> {
  const parsed = parseJson(text, JSON_LIMITS)
  if (!parsed.ok || !isJsonArray(parsed.value)) return invalid('authorization_details')
  const entries = parsed.value
  if (entries.length === 0 || entries.length > MAX_DETAILS) return invalid('authorization_details')
  const requested = new Map<string, RequestedCredential>()
  for (const [index, entry] of entries.entries()) {
    const one = parseEntry(entry, issuer, `authorization_details[${index}]`)
    if (!one.ok) return one
    requested.set(one.value.configurationId, one.value)
  }
  return ok([...requested.values()])
}

export function writeAuthorizationDetails(requested: readonly RequestedCredential[]): string {
  return JSON.stringify(requested.map(writeEntry))
}

/** As the token response has them (§6.2). */
export function writeAuthorizedDetails(authorized: readonly AuthorizedCredential[]): readonly JsonObject[] {
  return authorized.map((entry) => ({
    ...writeEntry(entry),
    credential_identifiers: [...entry.credentialIdentifiers],
  }))
}

/** Of a configuration there is one dataset in an issuance, so its name follows from that of the configuration. */
export function credentialIdentifierOf(configurationId: string): string {
  return IDENTIFIER_PREFIX + configurationId
}

/** The configuration of an identifier of ours; undefined where it is none. */
export function configurationOfIdentifier(identifier: string): string | undefined {
  return identifier.startsWith(IDENTIFIER_PREFIX) ? identifier.slice(IDENTIFIER_PREFIX.length) : undefined
}

const IDENTIFIER_PREFIX = 'dataset:'

/**
 * §6.2: details of other types may stand beside ours; ours name at least one credential. Without any that can be used the
 * credentials are asked for by their configurations.
 */
export function readAuthorizedDetails(
  value: JsonValue | undefined,
): readonly AuthorizedCredential[] | undefined {
  if (value === undefined || !isJsonArray(value)) return undefined
  const authorized = value.slice(0, MAX_DETAILS).flatMap(readAuthorizedCredential)
  return authorized.length > 0 ? authorized : undefined
}

function readAuthorizedCredential(detail: JsonValue): readonly AuthorizedCredential[] {
  if (!isJsonObject(detail) || detail['type'] !== CREDENTIAL_DETAILS) return []
  const configurationId = boundedText(detail['credential_configuration_id'], MAX_ID_LENGTH)
  const credentialIdentifiers = usableTexts(detail['credential_identifiers'], IDENTIFIER_LIMITS)
  if (configurationId === undefined || credentialIdentifiers === undefined) return []
  return [{ configurationId, credentialIdentifiers }]
}

function writeEntry({ configurationId, locations }: RequestedCredential): JsonObject {
  return defined({
    type: CREDENTIAL_DETAILS,
    credential_configuration_id: configurationId,
    locations: locations && [...locations],
  })
}

function parseEntry(
  entry: JsonValue,
  issuer: string,
  at: string,
): Result<RequestedCredential, AuthorizationDetailsRefusal> {
  if (!isJsonObject(entry)) return invalid(at)
  const { credential_configuration_id: id, locations, type } = presentMembers(entry)
  if (type !== CREDENTIAL_DETAILS) return invalid(`${at}.type`)
  const configurationId = boundedText(id, MAX_ID_LENGTH)
  if (configurationId === undefined) return invalid(`${at}.credential_configuration_id`)
  const isHere = locations === undefined || (isJsonArray(locations) && locations.includes(issuer))
  return isHere ? ok({ configurationId }) : invalid(`${at}.locations`)
}

function invalid(at: string): Result<never, AuthorizationDetailsRefusal> {
  return refuse({ code: 'authorization_details_invalid', at })
}
