/** The request of a session, and the URL that leads a wallet to it (OpenID4VP 1.0 §5, RFC 9101 §5): the same on every instance. */
import type { JsonObject } from '@countersign/core/json'
import {
  PROVABLE_PREFIX_NAMES,
  parseClientId,
  type VerifierClient,
} from '@countersign/protocol/openid4vp/request/client-id'
import {
  authorizationRequestUrl,
  buildRequestObject,
  type RequestOptions,
  requestUrlByValue,
  signRequestObject,
  unsignedRequestUrl,
} from '@countersign/protocol/openid4vp/request/request-object'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import type { Verifier } from '../verifier.ts'

/** Whether wallets fetch a request, or have it in the URL that opens them. */
export const REQUEST_PASSINGS = ['by_reference', 'by_value'] as const
export type RequestPassing = (typeof REQUEST_PASSINGS)[number]

export type AskingVerifier = Pick<
  Verifier,
  'formats' | 'clientMetadata' | 'now' | 'requestSigner' | 'clients' | 'clientIdPrefix'
>

/** A request that nobody signs has no other place than the URL. `base`: the wallet's authorization endpoint. */
export async function requestUrl(
  verifier: AskingVerifier & Pick<Verifier, 'baseUrl'>,
  session: VerificationSession,
  { base, passing }: { readonly base: string; readonly passing: RequestPassing },
): Promise<string> {
  const { clientId, id } = session
  if (!isSigned(verifier, session)) return unsignedRequestUrl(base, payloadOf(verifier, session))
  return passing === 'by_value'
    ? requestUrlByValue(base, clientId, await signedRequest(verifier, session))
    : authorizationRequestUrl(base, clientId, `${verifier.baseUrl}/openid4vc/request/${id}`)
}

export function isSigned(verifier: AskingVerifier, session: VerificationSession): boolean {
  return clientOf(verifier, session).header !== undefined
}

/** For a session whose request is signed. */
export function signedRequest(
  verifier: AskingVerifier,
  session: VerificationSession,
  parts: Pick<RequestOptions, 'audience' | 'walletNonce'> = {},
): Promise<string> {
  const { header = {} } = clientOf(verifier, session)
  return signRequestObject(payloadOf(verifier, session, parts), header, verifier.requestSigner)
}

export function payloadOf(
  { clientMetadata, formats, now }: AskingVerifier,
  session: VerificationSession,
  parts: Pick<RequestOptions, 'audience' | 'walletNonce'> = {},
): JsonObject {
  return buildRequestObject(session, { ...parts, now: now(), formats: formats.all, clientMetadata })
}

/**
 * Who the verifier is in this session. One that lost what it had to show since the session began (an attestation, a registration)
 * has nothing better than what it is otherwise: the wallet refuses it.
 */
export function clientOf(
  { clientIdPrefix, clients }: AskingVerifier,
  { clientId }: VerificationSession,
): VerifierClient {
  const parsed = parseClientId(clientId)
  const name = PROVABLE_PREFIX_NAMES.find((one) => parsed.ok && parsed.value.prefix.name === one)
  const client = clients.get(name ?? clientIdPrefix) ?? clients.get(clientIdPrefix)
  if (client === undefined) throw new Error(`this verifier is nobody under ${clientIdPrefix}`)
  return client
}
