/**
 * Token Status Lists as JWTs (§5.1), written and read. What makes a list worth nothing to a verifier cannot be
 * written. Reading says what the list says of itself; who signed it and whether it is still good is judged in
 * `open-status-list.ts`.
 */

import { decodeBase64url, decodeUtf8, encodeBase64url } from '@countersign/core/base64url'
import { defined, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { readHeaderReference } from '@countersign/credential/contract/judge-issuer'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { decodeJws, readAlgorithm, signJws, verifyJws } from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import { isStatusSize, type StatusBits, type StatusSize } from './bits.ts'
import type { Compression } from './compression.ts'
import {
  isAbsentOrPositive,
  isAbsentOrTime,
  isTime,
  malformed,
  type PackedStatuses,
  type SignedStatusList,
} from './signed-list.ts'
import type { StatusListRefusal } from './status-list.ts'

const TYP = 'statuslist+jwt'

/** What a list says beside the statuses. */
export interface StatusListFacts {
  /** Where the list is published: credentials name it, letter by letter. */
  readonly uri: string
  readonly issuer?: string | undefined
  /** Epoch seconds. */
  readonly issuedAt: number
  /** From then on nobody may rely on the list (§13.7). */
  readonly expiresAt?: number | undefined
  /** How long a copy may be kept before a newer one is looked for. */
  readonly ttlSeconds?: number | undefined
  /** Where all lists of this issuer are named (§9). */
  readonly aggregationUri?: string | undefined
}

/** The costly half of a list, which its JWT and its CWT share. */
export interface PackedTokenStatusList {
  readonly size: StatusSize
  readonly deflated: Uint8Array
}

export async function packTokenStatusList(
  statuses: StatusBits,
  compression: Pick<Compression, 'deflate'>,
): Promise<PackedTokenStatusList> {
  const { bytes, order, size } = statuses
  if (order !== 'least_significant_first' || !isStatusSize(size)) {
    throw new RangeError('a token status list is packed from the least significant bit')
  }
  return { size, deflated: await compression.deflate(bytes) }
}

/** Throws for facts that contradict themselves: they are ours, so that is a bug. */
export async function writeTokenStatusListJwt(
  packed: PackedTokenStatusList,
  facts: StatusListFacts,
  signer: Signer,
): Promise<string> {
  assertPublishable(facts)
  const { aggregationUri, expiresAt, issuedAt, issuer, ttlSeconds, uri } = facts
  const header = defined({ typ: TYP, kid: signer.keyId, x5c: signer.x5c?.length ? signer.x5c : undefined })
  const payload = defined({
    iss: issuer,
    sub: uri,
    iat: issuedAt,
    exp: expiresAt,
    ttl: ttlSeconds,
    status_list: defined({
      bits: packed.size,
      lst: encodeBase64url(packed.deflated),
      aggregation_uri: aggregationUri,
    }),
  })
  return signJws(header, payload, signer)
}

export function assertPublishable({ expiresAt, issuedAt, ttlSeconds, uri }: StatusListFacts): void {
  if (uri === '' || !Number.isSafeInteger(issuedAt)) throw new RangeError('a list has a URI and a time')
  if (expiresAt !== undefined && !(Number.isSafeInteger(expiresAt) && expiresAt > issuedAt)) {
    throw new RangeError('a list expires after it was issued')
  }
  // §5.1: a positive number; the CWT wants an integer.
  if (ttlSeconds !== undefined && !(Number.isSafeInteger(ttlSeconds) && ttlSeconds > 0)) {
    throw new RangeError('the time to live is a positive number of seconds')
  }
}

export function readTokenStatusListJwt(
  body: Uint8Array,
  crypto: Pick<CryptoEngine, 'verify'>,
): Result<SignedStatusList, StatusListRefusal> {
  const text = decodeUtf8(body)
  const jws = text === undefined ? undefined : decodeJws(text, { maxLength: body.length })
  if (jws === undefined || !jws.ok) return malformed(jws?.error.code ?? 'not_text')
  const { header, payload } = jws.value
  if (!isMediaType(header.typ, TYP)) return refuse({ code: 'typ_wrong' })
  const algorithm = readAlgorithm(header.alg, ALLOWED_ALGORITHMS.status_list)
  if (algorithm === undefined) return refuse({ code: 'alg_not_allowed' })
  const key = readHeaderReference(header)
  if (!key.ok) return malformed(key.error.code)
  const claims = readClaims(payload)
  if (!claims.ok) return claims
  const { iss } = payload
  return ok({
    ...claims.value,
    signer: { algorithm, ...key.value, issuer: typeof iss === 'string' ? iss : undefined },
    verify: (publicKey) => verifyJws(jws.value, publicKey, ALLOWED_ALGORITHMS.status_list, crypto),
  })
}

function readClaims(
  payload: JsonObject,
): Result<Omit<SignedStatusList, 'signer' | 'verify'>, StatusListRefusal> {
  const { exp, iat, iss, nbf, sub, ttl } = payload
  if (typeof sub !== 'string' || sub === '') return malformed('sub')
  if (iss !== undefined && typeof iss !== 'string') return malformed('iss')
  if (!isTime(iat)) return malformed('iat')
  if (!isAbsentOrTime(exp)) return malformed('exp')
  if (!isAbsentOrTime(nbf)) return malformed('nbf')
  if (!isAbsentOrPositive(ttl)) return malformed('ttl')
  const packed = readStatusListMember(payload.status_list)
  if (packed === undefined) return malformed('status_list')
  return ok({
    uri: sub,
    issuedAt: iat,
    expiresAt: exp,
    notBefore: nbf,
    ttlSeconds: ttl,
    packed,
  })
}

/** The `status_list` claim of a JWT (§4.2). */
function readStatusListMember(value: JsonValue | undefined): PackedStatuses | undefined {
  if (!isJsonObject(value)) return undefined
  const { aggregation_uri: aggregation, bits, lst } = value
  if (!isStatusSize(bits) || typeof lst !== 'string') return undefined
  if (aggregation !== undefined && typeof aggregation !== 'string') return undefined
  const deflated = decodeBase64url(lst)
  return deflated && { mechanism: 'token_status_list', size: bits, deflated }
}
