/**
 * The wallet's first look at an Authorization Request (OpenID4VP 1.0 §5.10, RFC 9101 §5): the URL that was scanned or
 * opened. Of all its parameters only those count that lead to the signed request; whatever else is written there
 * came from nobody. Unsigned requests, whose parameters stand in the URL, are refused.
 */
import { ok, type Result, refuse } from '@countersign/credential/result'

export type RequestReference =
  | {
      readonly kind: 'by_reference'
      readonly clientId: string
      readonly requestUri: string
      /** `post` lets the wallet send a nonce (§5.10). */
      readonly requestUriMethod: 'get' | 'post'
    }
  | { readonly kind: 'by_value'; readonly clientId: string; readonly request: string }

export type RequestUrlRefusal =
  | { readonly code: 'url_too_long'; readonly max: number }
  | { readonly code: 'url_malformed' }
  | { readonly code: 'parameter_repeated'; readonly parameter: string }
  | { readonly code: 'client_id_missing' }
  | { readonly code: 'request_missing' }
  | { readonly code: 'request_twice' }
  | { readonly code: 'request_uri_not_allowed' }
  | { readonly code: 'request_uri_method_unknown' }

export interface UrlRules {
  /** Plain http is taken on loopback: development and tests. */
  readonly allowLoopbackHttp?: boolean
}

/** Characters; a request by value carries a certificate chain. */
const MAX_URL_LENGTH = 100_000

const PARAMETERS = ['client_id', 'request', 'request_uri', 'request_uri_method']

/** Any scheme: `openid4vp://`, `haip://`, https. */
export function parseAuthorizationRequestUrl(
  text: string,
  rules: UrlRules = {},
): Result<RequestReference, RequestUrlRefusal> {
  if (text.length > MAX_URL_LENGTH) return refuse({ code: 'url_too_long', max: MAX_URL_LENGTH })
  if (!URL.canParse(text)) return refuse({ code: 'url_malformed' })
  const { searchParams } = new URL(text)
  // RFC 6749 §3.1: parameters must not come twice; two readers would take different ones.
  const repeated = PARAMETERS.find((name) => searchParams.getAll(name).length > 1)
  if (repeated !== undefined) return refuse({ code: 'parameter_repeated', parameter: repeated })
  return readReference(searchParams, rules)
}

function readReference(
  parameters: URLSearchParams,
  rules: UrlRules,
): Result<RequestReference, RequestUrlRefusal> {
  const clientId = parameters.get('client_id')
  const request = parameters.get('request')
  const requestUri = parameters.get('request_uri')
  if (!clientId) return refuse({ code: 'client_id_missing' })
  if (request !== null && requestUri !== null) return refuse({ code: 'request_twice' })
  if (requestUri !== null) return readRequestUri(clientId, requestUri, parameters, rules)
  return request ? ok({ kind: 'by_value', clientId, request }) : refuse({ code: 'request_missing' })
}

function readRequestUri(
  clientId: string,
  requestUri: string,
  parameters: URLSearchParams,
  rules: UrlRules,
): Result<RequestReference, RequestUrlRefusal> {
  // §5.1: case-sensitive, and a method that is not known must not be taken for the default.
  const requestUriMethod = parameters.get('request_uri_method') ?? 'get'
  if (requestUriMethod !== 'get' && requestUriMethod !== 'post') {
    return refuse({ code: 'request_uri_method_unknown' })
  }
  if (!isSecureUrl(requestUri, rules)) return refuse({ code: 'request_uri_not_allowed' })
  return ok({ kind: 'by_reference', clientId, requestUri, requestUriMethod })
}

/** https without user name, password and fragment; http too on loopback where the rules allow it. */
export function isSecureUrl(text: string, rules: UrlRules = {}): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, hash } = new URL(text)
  if (username !== '' || password !== '' || hash !== '' || text.includes('#')) return false
  if (protocol === 'https:') return true
  return protocol === 'http:' && rules.allowLoopbackHttp === true && isLoopback(hostname)
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  )
}
