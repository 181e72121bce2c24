/** Signers of lists, a trust that knows them, and a source that serves what it is told, for the tests of status lists. */
import { encodeUtf8 } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { newStatusBits, type StatusBits, type StatusSize, setStatus } from './bits.ts'
import type { OpenStatusListOptions } from './open-status-list.ts'
import {
  type FetchedStatusList,
  LIST_MEDIA_TYPES,
  type StatusListKeyReference,
  type StatusListRequest,
  type StatusListTrust,
} from './status-list.ts'
import { packTokenStatusList, type StatusListFacts, writeTokenStatusListJwt } from './token-status-list.ts'
import { webCompression } from './web-compression.ts'

export const NOW = 1_780_000_000
export const URI = 'https://lists.example/1'

/** Base64 that is no certificate: the trust of these tests compares texts. */
export const listSigner: Signer = { ...makeSigner('P-256', 'list-key'), x5c: ['AAAA'] }
export const stranger: Signer = { ...makeSigner('P-256', 'stranger'), x5c: ['BBBB'] }

export function trustIn(
  signer: Signer,
  anchor = 'Example Root',
  seen: StatusListKeyReference[] = [],
): StatusListTrust {
  return (reference) => {
    seen.push(reference)
    const { x5c, keyId } = reference
    if (x5c?.[0] === signer.x5c?.[0] && x5c !== undefined) return ok({ key: signer.publicJwk, anchor })
    if (x5c === undefined && keyId === signer.keyId) return ok({ key: signer.publicJwk, anchor })
    if (x5c === undefined) return refuse({ code: 'no_key_reference' })
    return refuse({ code: 'untrusted', reason: 'anchor_unknown', key: stranger.publicJwk })
  }
}

export const options: OpenStatusListOptions = {
  trust: trustIn(listSigner),
  crypto: nodeEngine,
  compression: webCompression,
}

export const jwtRequest: StatusListRequest = {
  mechanism: 'token_status_list',
  uri: URI,
  accept: [LIST_MEDIA_TYPES.tokenJwt],
}

/** A list of 1024 entries with the statuses that are given by index. */
export function tokenBits(statuses: Readonly<Record<number, number>> = {}, size: StatusSize = 2): StatusBits {
  const bits = newStatusBits(1024, size, 'least_significant_first')
  for (const [index, status] of Object.entries(statuses)) setStatus(bits, Number(index), status)
  return bits
}

export async function tokenJwt(
  bits: StatusBits = tokenBits(),
  facts: Partial<StatusListFacts> = {},
  signer: Signer = listSigner,
): Promise<FetchedStatusList> {
  const packed = await packTokenStatusList(bits, webCompression)
  const all = { uri: URI, issuedAt: NOW - 35, expiresAt: NOW + 3600, ttlSeconds: 60, ...facts }
  return served(await writeTokenStatusListJwt(packed, all, signer))
}

/** Signed as it stands, rules or no rules. */
export async function forged(
  payload: JsonObject,
  header: JsonObject = {},
  signer: Signer = listSigner,
): Promise<FetchedStatusList> {
  return served(await signJws({ typ: 'statuslist+jwt', x5c: ['AAAA'], ...header }, payload, signer))
}

export function served(
  body: string | Uint8Array,
  mediaType: string = LIST_MEDIA_TYPES.tokenJwt,
): FetchedStatusList {
  return { mediaType, body: typeof body === 'string' ? encodeUtf8(body) : body, fetchedAt: NOW }
}

export async function deflatedZeros(bytes: number): Promise<Uint8Array> {
  return webCompression.deflate(new Uint8Array(bytes))
}
