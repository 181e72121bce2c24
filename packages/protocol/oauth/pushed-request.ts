/**
 * Pushed authorization requests (RFC 9126): the client lays its request down at the server and sends the browser with a name for
 * it alone. The name is unguessable, bound to the client, and good until the authorization is completed (docs/decisions/072).
 */
import { type JsonObject, presentMembers } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { type Form, type ParameterRefusal, parameter, requiredParameter } from './form-parameters.ts'
import { boundedText } from './message-values.ts'

const URN = 'urn:ietf:params:oauth:request_uri:'
const MAX_LENGTH = 1024

/** What a browser brings to the authorization endpoint (§4); everything else beside it is ignored. */
export interface PushedReference {
  readonly clientId: string
  readonly requestUri: string
}

export function requestUriOf(secret: string): string {
  return `${URN}${secret}`
}

/** Undefined for a request URI of another kind. */
export function secretOf(requestUri: string): string | undefined {
  return requestUri.startsWith(URN) ? requestUri.slice(URN.length) : undefined
}

/** Undefined where the request is not pushed. */
export function parsePushedReference(form: Form): Result<PushedReference | undefined, ParameterRefusal> {
  if (parameter(form, 'request_uri') === undefined) return ok(undefined)
  const requestUri = requiredParameter(form, 'request_uri', MAX_LENGTH)
  if (!requestUri.ok) return requestUri
  const clientId = requiredParameter(form, 'client_id', MAX_LENGTH)
  if (!clientId.ok) return clientId
  return ok({ requestUri: requestUri.value, clientId: clientId.value })
}

/** §2.1: what is pushed refers to nothing that was pushed. */
export function refuseReference(form: Form): Result<undefined, ParameterRefusal> {
  return parameter(form, 'request_uri') === undefined
    ? ok(undefined)
    : refuse({ code: 'invalid_request', parameter: 'request_uri' })
}

/** §2.2. `expiresInSeconds`: how long a browser may come with it. */
export function writePushedResponse(requestUri: string, expiresInSeconds: number): JsonObject {
  return { request_uri: requestUri, expires_in: expiresInSeconds }
}

export interface PushedResponse {
  readonly requestUri: string
  readonly expiresInSeconds: number
}

/** Of a server that does not say how long: what servers allow at least (§2.2). */
const SHORTEST_SECONDS = 5
/** A longer one is asked for anew: no server has to keep more. */
const LONGEST_SECONDS = 600

export function parsePushedResponse(
  answer: JsonObject,
): Result<PushedResponse, { readonly code: 'pushed_response_malformed'; readonly at: string }> {
  const json = presentMembers(answer)
  const requestUri = boundedText(json['request_uri'], MAX_LENGTH)
  if (requestUri === undefined) return refuse({ code: 'pushed_response_malformed', at: 'request_uri' })
  const { expires_in: seconds } = json
  const isTime = typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0
  return ok({
    requestUri,
    expiresInSeconds: Math.min(isTime ? seconds : SHORTEST_SECONDS, LONGEST_SECONDS),
  })
}
