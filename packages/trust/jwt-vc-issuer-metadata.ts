/** JWT VC issuer metadata (SD-JWT VC §4): where it lies and what it says. */
import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonObject,
  presentMembers,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'

/** Keys by value, or the https URL of a JWK set. */
export type JwtVcIssuerKeys =
  | { readonly jwks: readonly PublicJwk[]; readonly jwksUri?: undefined }
  | { readonly jwksUri: string; readonly jwks?: undefined }

export interface IssuerMetadataRefusal {
  readonly code:
    | 'issuer_not_https' // or with a query, a fragment or credentials
    | 'metadata_malformed'
    | 'issuer_differs' // the document is about another issuer
    | 'keys_ambiguous' // both `jwks` and `jwks_uri`, or neither
    | 'jwks_uri_not_https'
    | 'jwks_malformed'
}

const WELL_KNOWN = '/.well-known/jwt-vc-issuer'
const MAX_KEYS = 100

/** §4: inserted between host and path, from which a final slash is cut. */
export function jwtVcIssuerMetadataUrl(issuer: string): Result<string, IssuerMetadataRefusal> {
  const match = /^(https:\/\/[^/?#@\s\\]+)(\/[^?#\s\\]*)?$/i.exec(issuer)
  if (match === null || !URL.canParse(issuer)) return refuse({ code: 'issuer_not_https' })
  const [, origin = '', path = ''] = match
  return ok(`${origin}${WELL_KNOWN}${path.replace(/\/$/, '')}`)
}

export function parseJwtVcIssuerMetadata(
  json: string,
  issuer: string,
): Result<JwtVcIssuerKeys, IssuerMetadataRefusal> {
  const parsed = parseJsonObject(json, { maxBytes: FETCHED.issuerKeys })
  if (!parsed.ok) return refuse({ code: 'metadata_malformed' })
  const { jwks, jwks_uri: jwksUri } = presentMembers(parsed.value)
  // §4.3: compared as text, so that no two spellings share a document.
  if (parsed.value['issuer'] !== issuer) return refuse({ code: 'issuer_differs' })
  if ((jwks === undefined) === (jwksUri === undefined)) return refuse({ code: 'keys_ambiguous' })
  if (jwksUri !== undefined) {
    return isHttpsUrl(jwksUri) ? ok({ jwksUri }) : refuse({ code: 'jwks_uri_not_https' })
  }
  const keys = readKeys(jwks)
  return keys === undefined ? refuse({ code: 'jwks_malformed' }) : ok({ jwks: keys })
}

/** The document at `jwks_uri` (RFC 7517 §5). */
export function parseJwkSet(json: string): Result<readonly PublicJwk[], IssuerMetadataRefusal> {
  const parsed = parseJsonObject(json, { maxBytes: FETCHED.issuerKeys })
  const keys = parsed.ok ? readKeys(parsed.value) : undefined
  return keys === undefined ? refuse({ code: 'jwks_malformed' }) : ok(keys)
}

/** RFC 7517 §5: keys of a kind that is not known are passed over. A private one spoils the whole set. */
function readKeys(set: JsonValue | undefined): readonly PublicJwk[] | undefined {
  const entries = isJsonObject(set) ? (set as JsonObject)['keys'] : undefined
  if (!isJsonArray(entries) || entries.length > MAX_KEYS) return undefined
  const parsed = entries.filter(isJsonObject).map(parsePublicJwk)
  if (parsed.some((key) => !key.ok && key.error.code === 'jwk_private')) return undefined
  return parsed.flatMap((key) => (key.ok ? [key.value] : []))
}

function isHttpsUrl(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && /^https:\/\/[^/?#@\s\\]+/i.test(value) && URL.canParse(value)
}
