/**
 * A wallet that a browser calls for a page (Digital Credentials API, OpenID4VP 1.0 appendix A): it looks at what a wallet must, made
 * of our own protocol code, and answers as the holder who has one credential for each query.
 */
import type { JsonObject } from '@countersign/core/json'
import { decodeJws, verifyJws } from '@countersign/crypto/jose/jws'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { type KnownVerifier, parseClientId } from '@countersign/protocol/openid4vp/request/client-id'
import {
  type AnyResponseMode,
  isPostedModeName,
  isResponseModeName,
  responseModeNamed,
} from '@countersign/protocol/openid4vp/response/response-modes'
import { now } from '../people/keys.ts'
import type { CalledWallet } from './called-wallet.ts'
import { callMdocWallet } from './mdoc-browser-wallet.ts'

export interface OfferedRequest {
  readonly protocol: string
  readonly data: JsonObject
}

const ports = { crypto: nodeCrypto, jwe: joseJwe }

export type KnownVerifiers = ReadonlyMap<string, KnownVerifier>

/** `origin`: of the page, as the browser says; `known`: those that were registered. Throws for what a wallet refuses. */
export async function callWallet(
  { data, protocol }: OfferedRequest,
  origin: string,
  known: KnownVerifiers = new Map(),
): Promise<CalledWallet> {
  if (protocol === 'org-iso-mdoc') return callMdocWallet(data, origin)
  const { clientIds, payload } = await authenticated(protocol, data, known)
  const { mode, asked } = await readMode(payload, { origin, isSigned: clientIds.length > 0 })
  const { credentials } = payload['dcql_query'] as unknown as { credentials: { id: string }[] }
  const binding = { audience: '', nonce: String(payload['nonce'] as string), ...mode.bindingOf(asked) }
  return {
    protocol,
    payload,
    clientIds,
    binding,
    queryIds: credentials.map(({ id }) => id),
    answer: async (answer) => dataOf(await mode.writeAnswer(answer, asked, ports)),
  }
}

async function readMode(
  payload: JsonObject,
  caller: { readonly origin: string; readonly isSigned: boolean },
) {
  const { response_mode: name } = payload
  if (!isResponseModeName(name) || isPostedModeName(name)) throw new Error('no response mode for browsers')
  const mode: AnyResponseMode = responseModeNamed(name)
  const asked = await mode.readRequest(payload, 'https_only', { ...ports, caller })
  if (!asked.ok)
    throw new Error(`${asked.error.code} ${'parameter' in asked.error ? asked.error.parameter : ''}`)
  return { mode, asked: asked.value }
}

interface Authenticated {
  readonly payload: JsonObject
  readonly clientIds: readonly string[]
}

async function authenticated(
  protocol: string,
  data: JsonObject,
  known: KnownVerifiers,
): Promise<Authenticated> {
  switch (protocol) {
    case 'openid4vp-v1-unsigned':
      return { payload: data, clientIds: [] }
    case 'openid4vp-v1-signed': {
      const signed = await verified(String(data['request'] as string), known)
      return { payload: signed.payload, clientIds: [String(signed.payload['client_id'] as string)] }
    }
    case 'openid4vp-v1-multisigned': {
      const { payload, signatures } = data['request'] as unknown as MultisignedRequest
      const all = signatures.map((one) => verified(`${one.protected}.${payload}.${one.signature}`, known))
      const [first, ...more] = await Promise.all(all)
      if (first === undefined) throw new Error('nobody signed')
      return {
        payload: first.payload,
        clientIds: [first, ...more].map(({ header }) => String(header['client_id'] as string)),
      }
    }
    default:
      throw new Error(`nobody speaks ${protocol}`)
  }
}

interface MultisignedRequest {
  readonly payload: string
  readonly signatures: readonly { readonly protected: string; readonly signature: string }[]
}

/** By the key that the client identifier leads to; whether anybody believes it is not asked. */
async function verified(jws: string, known: KnownVerifiers) {
  const decoded = decodeJws(jws, { maxLength: 65_536 })
  if (!decoded.ok) throw new Error(decoded.error.code)
  const { header, payload } = decoded.value
  if (header['typ'] !== 'oauth-authz-req+jwt') throw new Error('another type')
  // A.3.2.2: in the header of one of several signatures.
  const client = parseClientId(String((header['client_id'] ?? payload['client_id']) as string))
  if (!client.ok) throw new Error(client.error.code)
  const evidence = { anchors: [], known, now: now(), crypto: nodeCrypto }
  const identity = await client.value.prefix.identify(decoded.value, client.value.original, evidence)
  if (!identity.ok) throw new Error(identity.error.code)
  const signed = await verifyJws(decoded.value, identity.value.key, ['ES256'], nodeCrypto)
  if (!signed.ok) throw new Error(signed.error.code)
  return decoded.value
}

/** Parameters that are texts in a form are values of an object here. */
function dataOf({ vp_token: vpToken, ...texts }: Readonly<Record<string, string>>): JsonObject {
  return { ...(vpToken !== undefined && { vp_token: JSON.parse(vpToken) as JsonObject }), ...texts }
}
