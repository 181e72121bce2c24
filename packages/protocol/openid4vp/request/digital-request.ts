/**
 * A request as a page hands it to `navigator.credentials.get` (OpenID4VP 1.0 appendix A.3): its parameters as they are, signed by one
 * client, or by several that are all this verifier. Refuses to know sessions and keys.
 */
import type { JsonObject } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import { signRequestObject } from './request-object.ts'

/** A.3.1: who asks is who the browser says it is, and times and audiences are of signed requests. */
const OF_SIGNED_REQUESTS = ['client_id', 'expected_origins', 'aud', 'iat', 'exp']

export function unsignedRequestData(payload: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(payload).filter(([name]) => !OF_SIGNED_REQUESTS.includes(name)))
}

/** A.3.2.1. */
export async function signedRequestData(
  payload: JsonObject,
  header: JsonObject,
  signer: Signer,
): Promise<JsonObject> {
  return { request: await signRequestObject(payload, header, signer) }
}

/** Who the verifier is in one signature: its client identifier, and how wallets find the key. */
export interface SigningClient {
  readonly clientId: string
  readonly header: JsonObject
}

/** A.3.2.2: what is said of one client stands in the header that its signature covers, and nowhere else. */
export async function multisignedRequestData(
  payload: JsonObject,
  clients: readonly SigningClient[],
  signer: Signer,
): Promise<JsonObject> {
  const { client_id: _clientId, verifier_info: verifierInfo, ...common } = payload
  const signed = await Promise.all(
    clients.map(({ clientId, header }) => {
      const own = { client_id: clientId, ...(verifierInfo !== undefined && { verifier_info: verifierInfo }) }
      return signRequestObject(common, { ...header, ...own }, signer)
    }),
  )
  const parts = signed.map((jws) => jws.split('.'))
  const signatures = parts.map(([header = '', , signature = '']) => ({ protected: header, signature }))
  return { request: { payload: parts[0]?.[1] ?? '', signatures } }
}
