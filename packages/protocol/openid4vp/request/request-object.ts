/**
 * The verifier's side of an Authorization Request (OpenID4VP 1.0 §5): the request object as a function of a session
 * and the moment, its signature, and the URL that leads a wallet to it. The same session always gives the same
 * request but for the times, so a wallet may fetch it twice, from any instance. Refuses to know HTTP and keys.
 */

import { defined, type JsonObject } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'
import { responseModeOf } from '../response/response-modes.ts'
import type { VerificationSession } from '../session.ts'
import { writePurpose } from './stated-purpose.ts'
import { type SpokenFormat, writeVpFormats } from './vp-formats.ts'

/** §5: the only `typ` of a signed request; wallets refuse any other. */
export const REQUEST_OBJECT_TYPE = 'oauth-authz-req+jwt'

/** §5.8: the audience when the verifier did not discover the wallet's own identifier. */
export const STATIC_DISCOVERY_AUDIENCE = 'https://self-issued.me/v2'

export type RequestFacts = Pick<
  VerificationSession,
  'id' | 'expiresAt' | 'dcqlQuery' | 'nonce' | 'clientId' | 'answerMode' | 'purpose' | 'transactionData'
>

export interface RequestOptions {
  /** Epoch seconds. */
  readonly now: number
  /** What is accepted in answers. */
  readonly formats: readonly SpokenFormat[]
  /** How long the request object may be used, in seconds; never longer than the session. Absent: as long as it. */
  readonly ttlSeconds?: number | undefined
  /** §5.10: echoed when the wallet sent one, and not there otherwise. */
  readonly walletNonce?: string | undefined
  /** §5.8: the wallet's own identifier, where it said so; absent: of any wallet. */
  readonly audience?: string | undefined
  /** Members of `client_metadata` beside the formats, e.g. `client_name` and `logo_uri`. */
  readonly clientMetadata?: JsonObject | undefined
}

/**
 * The state is the session id: with it an answer names its session, on whichever instance it arrives. Through a browser there is none
 * (appendix A.2): the page that brings the answer names the session.
 */
export function buildRequestObject(session: RequestFacts, options: RequestOptions): JsonObject {
  const {
    audience = STATIC_DISCOVERY_AUDIENCE,
    clientMetadata,
    formats,
    now,
    ttlSeconds,
    walletNonce,
  } = options
  const mode = responseModeOf(session.answerMode)
  const lastMoment = ttlSeconds === undefined ? session.expiresAt : now + ttlSeconds
  return defined({
    response_type: 'vp_token',
    ...mode.writeRequest(session.answerMode),
    client_id: session.clientId,
    nonce: session.nonce,
    state: mode.channel === 'post' ? session.id : undefined,
    dcql_query: session.dcqlQuery,
    transaction_data: session.transactionData,
    verifier_info: session.purpose === undefined ? undefined : writePurpose(session.purpose),
    client_metadata: {
      vp_formats_supported: writeVpFormats(formats, { deviceMacs: mode.answerKeyOf !== undefined }),
      ...mode.writeClientMetadata?.(session.answerMode),
      ...clientMetadata,
    },
    aud: audience,
    iat: now,
    exp: Math.min(lastMoment, session.expiresAt),
    wallet_nonce: walletNonce,
  })
}

/** `header`: how wallets find the key, by the prefix of the client identifier (`VerifierClient`, §5.9.3). */
export function signRequestObject(payload: JsonObject, header: JsonObject, signer: Signer): Promise<string> {
  return signJws({ typ: REQUEST_OBJECT_TYPE, ...header }, payload, signer)
}

/**
 * The URL that opens a wallet. `base` is the wallet's authorization endpoint, a custom scheme (`openid4vp://`) or an
 * https URL, which may have a query of its own. A fragment is dropped: an endpoint has none (RFC 6749 §3.1). With `post` the
 * wallet may say what it is when it fetches the request, and send a nonce (§5.10); one that does not know it fetches by GET.
 */
export function authorizationRequestUrl(
  base: string,
  clientId: string,
  requestUri: string,
  requestUriMethod: 'get' | 'post' = 'post',
): string {
  const parameters = new URLSearchParams({ client_id: clientId, request_uri: requestUri })
  // `get` is the default (§5.1).
  if (requestUriMethod === 'post') parameters.set('request_uri_method', 'post')
  return withParameters(base, parameters)
}

/** The same with the request in the URL itself (RFC 9101 §5.1): for wallets that fetch nothing. */
export function requestUrlByValue(base: string, clientId: string, request: string): string {
  return withParameters(base, new URLSearchParams({ client_id: clientId, request }))
}

/** The URL of a request that nobody signs: its parameters (§5.1). Times and audience are of signed requests alone. */
export function unsignedRequestUrl(base: string, payload: JsonObject): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(payload)) {
    if (['aud', 'exp', 'iat'].includes(name) || value === undefined) continue
    parameters.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return withParameters(base, parameters)
}

function withParameters(base: string, parameters: URLSearchParams): string {
  const endpoint = base.split('#', 1)[0] ?? base
  return `${endpoint}${querySeparator(endpoint)}${parameters.toString()}`
}

function querySeparator(endpoint: string): string {
  if (!endpoint.includes('?')) return '?'
  return endpoint.endsWith('?') || endpoint.endsWith('&') ? '' : '&'
}
