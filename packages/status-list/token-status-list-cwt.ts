/**
 * Token Status Lists as CWTs (§5.2), written and read: what mdocs refer to. The list itself, its facts and their rules
 * are those of the JWT.
 */
import { decodeBase64, encodeUtf8 } from '@countersign/core/base64url'
import { ok, type Result } from '@countersign/core/result'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import {
  type CborInput,
  type CborKey,
  type CborValue,
  isBytes,
  isCborMap,
  mapOf,
  tagged,
} from '@countersign/crypto/cbor/value'
import { COSE_TAG, HEADER, writeX5chain } from '@countersign/crypto/cose/message'
import { signCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { isStatusSize } from './bits.ts'
import { CLAIM, readCwtClaims, readSignedCwt } from './signed-cwt.ts'
import { malformed, type PackedStatuses, type SignedStatusList } from './signed-list.ts'
import { LIST_MEDIA_TYPES, type StatusListRefusal } from './status-list.ts'
import { assertPublishable, type PackedTokenStatusList, type StatusListFacts } from './token-status-list.ts'

/** COSE_Sign1_Tagged without the CWT tag. Throws for facts that contradict themselves: they are ours, so that is a bug. */
export async function writeTokenStatusListCwt(
  packed: PackedTokenStatusList,
  facts: StatusListFacts,
  signer: Signer,
): Promise<Uint8Array> {
  assertPublishable(facts)
  const protectedHeader = new Map<CborKey, CborInput>([[HEADER.type, LIST_MEDIA_TYPES.tokenCwt]])
  const payload = encodeCbor(writeClaims(packed, facts))
  const message = await signCoseSign1(
    { protectedHeader, unprotectedHeader: writeKey(signer), payload },
    signer,
  )
  return encodeCbor(tagged(COSE_TAG.sign1, message))
}

function writeKey({ keyId, x5c = [] }: Signer): ReadonlyMap<CborKey, CborInput> {
  const chain = x5c.map((text) => decodeBase64(text)).filter((bytes) => bytes !== undefined)
  if (chain.length !== x5c.length) throw new TypeError('a certificate that is not base64')
  return new Map<CborKey, CborInput>([
    [HEADER.keyId, encodeUtf8(keyId)],
    ...(chain.length > 0 ? [[HEADER.x5chain, writeX5chain(chain)] as const] : []),
  ])
}

function writeClaims(
  { deflated, size }: PackedTokenStatusList,
  { aggregationUri, expiresAt, issuedAt, issuer, ttlSeconds, uri }: StatusListFacts,
): ReadonlyMap<CborKey, CborInput> {
  const list = mapOf({
    bits: size,
    lst: deflated,
    ...(aggregationUri !== undefined && { aggregation_uri: aggregationUri }),
  })
  return new Map<CborKey, CborInput>([
    ...(issuer === undefined ? [] : [[CLAIM.issuer, issuer] as const]),
    [CLAIM.subject, uri],
    [CLAIM.issuedAt, issuedAt],
    ...(expiresAt === undefined ? [] : [[CLAIM.expiresAt, expiresAt] as const]),
    ...(ttlSeconds === undefined ? [] : [[CLAIM.ttlSeconds, ttlSeconds] as const]),
    [CLAIM.statusList, list],
  ])
}

export function readTokenStatusListCwt(
  body: Uint8Array,
  crypto: Pick<CryptoEngine, 'verify'>,
): Result<SignedStatusList, StatusListRefusal> {
  const cwt = readSignedCwt(body, LIST_MEDIA_TYPES.tokenCwt, crypto)
  if (!cwt.ok) return cwt
  const read = readCwtClaims(cwt.value.payload)
  if (!read.ok) return read
  const { claims, facts, issuer } = read.value
  const packed = readStatusListClaim(claims.get(CLAIM.statusList))
  if (packed === undefined) return malformed('status_list')
  const { signer, verify } = cwt.value
  return ok({ ...facts, packed, signer: { ...signer, issuer }, verify })
}

/** The `StatusList` map of a CWT (§4.3). */
function readStatusListClaim(value: CborValue): PackedStatuses | undefined {
  if (!isCborMap(value)) return undefined
  const bits = value.entries.get('bits')
  const lst = value.entries.get('lst')
  const aggregation = value.entries.get('aggregation_uri')
  if (!isStatusSize(bits) || !isBytes(lst)) return undefined
  if (aggregation !== undefined && typeof aggregation !== 'string') return undefined
  return { mechanism: 'token_status_list', size: bits, deflated: lst }
}
