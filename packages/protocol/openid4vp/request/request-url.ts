/**
 * The wallet's first look at an Authorization Request (OpenID4VP 1.0 §5.10, RFC 9101 §5): the URL that was scanned or
 * opened. Of all its parameters only those count that lead to the signed request; whatever else is written there
 * came from nobody. Where neither is there, the parameters themselves are the request, which nobody signed.
 */
import { type JsonObject, type JsonRefusal, type JsonValue, parseJson } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type Form, parameter, queryParameters } from '../../oauth/form-parameters.ts'
import { endpointUrl, type HttpPolicy } from '../../oauth/message-values.ts'

export type RequestReference =
  | {
      readonly kind: 'by_reference'
      readonly clientId: string
      readonly requestUri: string
      /** `post` lets the wallet send a nonce (§5.10). */
      readonly requestUriMethod: 'get' | 'post'
    }
  | { readonly kind: 'by_value'; readonly clientId: string; readonly request: string }
  /** Members that are JSON are read, the others are text. */
  | { readonly kind: 'unsigned'; readonly clientId: string; readonly parameters: JsonObject }

export type RequestUrlRefusal =
  | { readonly code: 'url_too_long'; readonly max: number }
  | { readonly code: 'url_malformed' }
  | { readonly code: 'parameter_repeated'; readonly parameter: string }
  | { readonly code: 'client_id_missing' }
  | { readonly code: 'request_missing' }
  | { readonly code: 'parameter_malformed'; readonly parameter: string; readonly reason: JsonRefusal['code'] }
  | { readonly code: 'request_twice' }
  | { readonly code: 'request_uri_not_allowed' }
  | { readonly code: 'request_uri_method_unknown' }

/** Characters; a request by value carries a certificate chain. */
const MAX_URL_LENGTH = 100_000

const REFERENCE = ['client_id', 'request', 'request_uri', 'request_uri_method'] as const
/** §5.1: parameters of a request that are JSON, and those that are text. */
const JSON_PARAMETERS = ['dcql_query', 'client_metadata', 'verifier_info', 'transaction_data'] as const
const TEXT_PARAMETERS = [
  'response_type',
  'response_mode',
  'response_uri',
  'redirect_uri',
  'nonce',
  'state',
  'scope',
] as const
const PARAMETERS = [...REFERENCE, ...JSON_PARAMETERS, ...TEXT_PARAMETERS]

/** Any scheme: `openid4vp://`, `haip://`, https. */
export function parseAuthorizationRequestUrl(
  text: string,
  policy: HttpPolicy = 'https_only',
): Result<RequestReference, RequestUrlRefusal> {
  if (text.length > MAX_URL_LENGTH) return refuse({ code: 'url_too_long', max: MAX_URL_LENGTH })
  if (!URL.canParse(text)) return refuse({ code: 'url_malformed' })
  const form = queryParameters(new URL(text).searchParams, PARAMETERS)
  return form.ok ? readReference(form.value, policy) : form
}

function readReference(form: Form, policy: HttpPolicy): Result<RequestReference, RequestUrlRefusal> {
  const clientId = parameter(form, 'client_id')
  const request = parameter(form, 'request')
  const requestUri = parameter(form, 'request_uri')
  if (clientId === undefined) return refuse({ code: 'client_id_missing' })
  if (request !== undefined && requestUri !== undefined) return refuse({ code: 'request_twice' })
  if (requestUri !== undefined) return readRequestUri(clientId, requestUri, form, policy)
  if (request !== undefined) return ok({ kind: 'by_value', clientId, request })
  return parameter(form, 'response_type') === undefined
    ? refuse({ code: 'request_missing' })
    : readUnsigned(clientId, form)
}

function readUnsigned(clientId: string, form: Form): Result<RequestReference, RequestUrlRefusal> {
  const parameters: Record<string, JsonValue> = { client_id: clientId }
  for (const name of TEXT_PARAMETERS) {
    const text = parameter(form, name)
    if (text !== undefined) parameters[name] = text
  }
  for (const name of JSON_PARAMETERS) {
    const text = parameter(form, name)
    const parsed = text === undefined ? undefined : parseJson(text)
    if (parsed?.ok === false)
      return refuse({ code: 'parameter_malformed', parameter: name, reason: parsed.error.code })
    if (parsed !== undefined) parameters[name] = parsed.value
  }
  return ok({ kind: 'unsigned', clientId, parameters })
}

function readRequestUri(
  clientId: string,
  requestUri: string,
  form: Form,
  policy: HttpPolicy,
): Result<RequestReference, RequestUrlRefusal> {
  // §5.1: case-sensitive, and a method that is not known must not be taken for the default.
  const requestUriMethod = parameter(form, 'request_uri_method') ?? 'get'
  if (requestUriMethod !== 'get' && requestUriMethod !== 'post') {
    return refuse({ code: 'request_uri_method_unknown' })
  }
  if (endpointUrl(requestUri, policy) === undefined) return refuse({ code: 'request_uri_not_allowed' })
  return ok({ kind: 'by_reference', clientId, requestUri, requestUriMethod })
}
