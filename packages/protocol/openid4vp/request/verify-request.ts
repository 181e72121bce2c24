/**
 * The wallet authenticates a request before it shows or sends anything (OpenID4VP 1.0 §5.9, §5.10.1). Only the signed
 * request object counts; of the URL it takes the client identifier, to compare. A value that comes out of here was
 * signed by the client that it names; whether anybody vouches for that client is said in `trusted`.
 */

import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import {
  type DecodedJws,
  decodeJws,
  type JwsRefusal,
  type JwsVerifyRefusal,
  verifyJws,
} from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import type { HttpPolicy } from '../../oauth/message-values.ts'
import { type ClientId, type ClientIdRefusal, parseClientId } from './client-id.ts'
import type { ClientEvidence, ClientRefusal, VerifierTrust } from './client-id-prefixes/client-id-prefix.ts'
import { REQUEST_OBJECT_TYPE } from './request-object.ts'
import {
  type ParameterRefusal,
  type ParameterRules,
  type RequestParameters,
  readRequestParameters,
} from './request-parameters.ts'

export interface RequestVerification extends ClientEvidence, Pick<ParameterRules, 'transactions'> {
  /** `client_id` of the URL that led here. */
  readonly outerClientId: string
  /** The nonce that was sent to `request_uri` by POST; absent: none was. */
  readonly walletNonce?: string | undefined
  /** Refuse a verifier whose chain leads to no anchor, and one that has no chain. */
  readonly requireTrusted: boolean
  /** Clock difference tolerated, in seconds; 60 when absent. */
  readonly skewSeconds?: number | undefined
  /** Plain http on loopback is taken as response URI: development and tests. */
  readonly httpPolicy?: HttpPolicy | undefined
}

export interface VerifiedRequest extends RequestParameters {
  readonly client: ClientId
  readonly trust: VerifierTrust
}

export type RequestRefusal =
  | ClientIdRefusal
  | ClientRefusal
  | ParameterRefusal
  | { readonly code: 'request_malformed'; readonly reason: JwsRefusal['code'] }
  | { readonly code: 'request_type_wrong' }
  /** Its client identifier is of a verifier that signs. */
  | { readonly code: 'request_not_signed' }
  | { readonly code: 'client_id_differs' }
  | { readonly code: 'request_signature_refused'; readonly reason: JwsVerifyRefusal['code'] }
  | { readonly code: 'verifier_untrusted'; readonly reason: string }

/** Characters of a request object, chain included. */
export const MAX_REQUEST_OBJECT_LENGTH = FETCHED.requestObject

export async function verifyRequestObject(
  jwt: string,
  verification: RequestVerification,
): Promise<Result<VerifiedRequest, RequestRefusal>> {
  const request = readRequestObject(jwt, verification.outerClientId)
  if (!request.ok) return request
  const { decoded, client } = request.value
  const identity = await client.prefix.identify(decoded, client.original, verification)
  if (!identity.ok) return identity
  const { key, responseUris, trust } = identity.value
  const signed = await verifyJws(decoded, key, ALLOWED_ALGORITHMS.request_object, verification.crypto)
  if (!signed.ok) return refuse({ code: 'request_signature_refused', reason: signed.error.code })
  if (verification.requireTrusted && !trust.trusted) {
    return refuse({ code: 'verifier_untrusted', reason: trust.reason })
  }
  const { skewSeconds = 60 } = verification
  const parameters = await readRequestParameters(decoded.payload, client, {
    ...verification,
    skewSeconds,
    responseUris,
    isSigned: true,
  })
  return parameters.ok ? ok({ ...parameters.value, client, trust }) : parameters
}

/** A request whose parameters stood in the URL: what is believed of it is what its client identifier itself says. */
export async function verifyUnsignedRequest(
  parameters: JsonObject,
  { outerClientId, requireTrusted, skewSeconds = 60, ...rules }: RequestVerification,
): Promise<Result<VerifiedRequest, RequestRefusal>> {
  const client = parseClientId(outerClientId)
  if (!client.ok) return client
  const { trustUnsigned: trust } = client.value.prefix
  if (trust === undefined) return refuse({ code: 'request_not_signed' })
  if (requireTrusted && !trust.trusted) return refuse({ code: 'verifier_untrusted', reason: trust.reason })
  const read = await readRequestParameters(parameters, client.value, { ...rules, skewSeconds })
  return read.ok ? ok({ ...read.value, client: client.value, trust }) : read
}

/** §5.10.1: the client identifiers outside and inside are the same text. */
function readRequestObject(
  jwt: string,
  outerClientId: string,
): Result<{ decoded: DecodedJws; client: ClientId }, RequestRefusal> {
  const decoded = decodeJws(jwt, { maxLength: MAX_REQUEST_OBJECT_LENGTH })
  if (!decoded.ok) return refuse({ code: 'request_malformed', reason: decoded.error.code })
  const { header, payload } = decoded.value
  if (!isMediaType(header['typ'], REQUEST_OBJECT_TYPE)) return refuse({ code: 'request_type_wrong' })
  if (payload['client_id'] !== outerClientId) return refuse({ code: 'client_id_differs' })
  const client = parseClientId(outerClientId)
  return client.ok ? ok({ decoded: decoded.value, client: client.value }) : client
}
