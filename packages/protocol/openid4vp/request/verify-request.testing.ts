/** Request objects of the verifier of `request.testing.ts`, and a wallet that judges them. */
import type { JsonObject } from '@countersign/core/json'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import type { Signer } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'
import { clientOf } from './client-id.ts'
import { anchor, LEAF, leafSigner, testCrypto } from './request.testing.ts'
import { buildRequestObject, signRequestObject } from './request-object.ts'
import { type RequestVerification, verifyRequestObject } from './verify-request.ts'

export const now = 1_800_000_000
const means = { signer: leafSigner, crypto: testCrypto, host: 'verifier.example', now: () => now }
const proven = await clientOf('x509_hash', means)
export const clientId = proven.ok ? proven.value.clientIdFor('') : ''
const dcqlQuery = { credentials: [{ id: 'pid', format: 'dc+sd-jwt', meta: { vct_values: ['t'] } }] }

export function payloadFor(
  client: string,
  changes: JsonObject | { readonly [name: string]: undefined } = {},
): JsonObject {
  const facts = {
    id: 'session-1',
    expiresAt: now + 300,
    dcqlQuery,
    nonce: 'n-0S6_WzA2Mj',
    clientId: client,
    answerMode: { mode: 'direct_post', responseUri: 'https://verifier.example/answer' },
  } as const
  return JSON.parse(JSON.stringify({ ...buildRequestObject(facts, { now, formats: [sdJwtVc] }), ...changes }))
}

const verification: RequestVerification = {
  outerClientId: clientId,
  now,
  anchors: [anchor],
  crypto: testCrypto,
  requireTrusted: true,
}

export const check = (jwt: string, changes: Partial<RequestVerification> = {}) =>
  verifyRequestObject(jwt, { ...verification, ...changes })

/** Signed by somebody with a certificate, or whose key has an id. */
export const signed = (changes: object = {}, signer: Signer = leafSigner, client = clientId) => {
  const header: JsonObject = signer.x5c === undefined ? { kid: signer.keyId } : { x5c: signer.x5c }
  return signRequestObject(payloadFor(client, { ...changes }), header, signer)
}

export const withHeader = (header: JsonObject, payload = payloadFor(clientId)) =>
  signJws({ typ: 'oauth-authz-req+jwt', x5c: [LEAF], ...header }, payload, leafSigner)
