/**
 * A status list as a CWT (RFC 8392) in COSE_Sign1: what Token Status List §5.2 and ISO/IEC 18013-5 (second edition)
 * §12.3.6 have in common. The envelope says how it is typed and signed; which statuses the claims carry is for the
 * reader of each mechanism. MACs and the CWT tag are refused.
 */

import { decodeUtf8, encodeBase64, encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import { type CborKey, type CborValue, isBytes, isCborFloat, isCborMap } from '@countersign/crypto/cbor/value'
import { type CoseMessage, HEADER, headerOf, readX5chain } from '@countersign/crypto/cose/message'
import { readCoseAlgorithm, readCoseSign1, verifyCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import { type ListSigner, malformed, type SignatureRefusal, type SignedStatusList } from './signed-list.ts'
import type { StatusListRefusal } from './status-list.ts'

/** RFC 8392 §3.1, Token Status List §14.3, and ISO/IEC 18013-5 (second edition) §12.3.6.4 for the last. */
export const CLAIM = {
  issuer: 1,
  subject: 2,
  expiresAt: 4,
  notBefore: 5,
  issuedAt: 6,
  identifierList: 65_530,
  statusList: 65_533,
  ttlSeconds: 65_534,
} as const

export type CwtClaims = ReadonlyMap<CborKey, CborValue>

export interface SignedCwt {
  /** The claims as they are written. */
  readonly payload: Uint8Array
  readonly signer: ListSigner
  readonly verify: SignedStatusList['verify']
}

/** `type`: media type of the protected header (RFC 9596). */
export function readSignedCwt(
  body: Uint8Array,
  type: string,
  crypto: Pick<CryptoEngine, 'verify'>,
): Result<SignedCwt, StatusListRefusal> {
  const decoded = decodeCbor(body, { maxBytes: body.length, maxDepth: 6, maxValues: 200 })
  if (!decoded.ok) return malformed(decoded.error.code)
  const read = readCoseSign1(decoded.value)
  if (!read.ok) return malformed(read.error.code)
  const message = read.value
  const { payload, protectedHeader } = message
  if (!isMediaType(protectedHeader.get(HEADER.type), type.replace('application/', '')))
    return refuse({ code: 'typ_wrong' })
  const algorithm = readCoseAlgorithm(message, ALLOWED_ALGORITHMS.status_list)
  if (algorithm === undefined) return refuse({ code: 'alg_not_allowed' })
  if (payload === undefined) return malformed('payload')
  const key = readKeyReference(message)
  if (typeof key === 'string') return malformed(key)
  return ok({
    payload,
    signer: { algorithm, ...key },
    verify: (publicKey) => verify(message, publicKey, crypto),
  })
}

async function verify(
  message: CoseMessage,
  key: Parameters<SignedStatusList['verify']>[0],
  crypto: Pick<CryptoEngine, 'verify'>,
): Promise<Result<unknown, SignatureRefusal>> {
  const verified = await verifyCoseSign1(message, key, ALLOWED_ALGORITHMS.status_list, crypto)
  if (verified.ok) return verified
  const { code } = verified.error
  return refuse({ code: code === 'payload_ambiguous' ? 'signature_invalid' : code })
}

/** The key reference, or the header that cannot be read. */
function readKeyReference(message: CoseMessage): Pick<ListSigner, 'x5c' | 'keyId'> | string {
  const chain = readX5chain(message)
  if (!chain.ok) return 'x5chain'
  const keyId = headerOf(message, HEADER.keyId)
  if (keyId !== undefined && !isBytes(keyId)) return 'kid'
  return {
    x5c: chain.value?.map(encodeBase64),
    // Bytes by definition, text by custom.
    keyId: keyId && (decodeUtf8(keyId) ?? encodeBase64url(keyId)),
  }
}

export interface ReadClaims {
  readonly claims: CwtClaims
  readonly issuer?: string | undefined
  readonly facts: Pick<SignedStatusList, 'uri' | 'issuedAt' | 'notBefore' | 'expiresAt' | 'ttlSeconds'>
}

/** The claims that every list has. */
export function readCwtClaims(payload: Uint8Array): Result<ReadClaims, StatusListRefusal> {
  const decoded = decodeCbor(payload, { maxBytes: payload.length, maxDepth: 6, maxValues: 1000 })
  if (!decoded.ok) return malformed(decoded.error.code)
  if (!isCborMap(decoded.value)) return malformed('claims')
  const claims = decoded.value.entries
  const uri = claims.get(CLAIM.subject)
  const issuer = claims.get(CLAIM.issuer)
  if (typeof uri !== 'string' || uri === '') return malformed('sub')
  if (issuer !== undefined && typeof issuer !== 'string') return malformed('iss')
  const issuedAt = readTime(claims.get(CLAIM.issuedAt))
  if (issuedAt === undefined) return malformed('iat')
  const expiresAt = readTime(claims.get(CLAIM.expiresAt))
  if (expiresAt === undefined && claims.has(CLAIM.expiresAt)) return malformed('exp')
  const notBefore = readTime(claims.get(CLAIM.notBefore))
  if (notBefore === undefined && claims.has(CLAIM.notBefore)) return malformed('nbf')
  const ttlSeconds = claims.get(CLAIM.ttlSeconds)
  if (ttlSeconds !== undefined && !(typeof ttlSeconds === 'number' && ttlSeconds > 0)) return malformed('ttl')
  const facts = {
    uri,
    issuedAt,
    notBefore,
    expiresAt,
    ttlSeconds,
  }
  return ok({ claims, facts, issuer })
}

/** RFC 8392 §2: a NumericDate without its tag; an integer or a floating-point number. */
function readTime(value: CborValue): number | undefined {
  const number = isCborFloat(value) ? value.value : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
