/**
 * COSE_Sign1 (RFC 9052 §4.2): reading and judging are two steps, as for JWS. The algorithm counts only from the
 * protected header, and only when it is allowed and fits the given key.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { CborInput, CborValue } from '../cbor/value.ts'
import type { CryptoEngine, Signer } from '../engine.ts'
import { fits, type PublicJwk } from '../jwk.ts'
import type { SignatureAlgorithm } from '../signature-algorithm.ts'
import { algorithmOfCose, coseNumbersOf } from './algorithms.ts'
import {
  COSE_TAG,
  type CoseMessage,
  type CoseParts,
  type CoseRefusal,
  HEADER,
  type ProvenData,
  readCoseMessage,
  toBeProven,
  writeCoseMessage,
} from './message.ts'

export interface CoseVerifyRefusal {
  readonly code: 'alg_not_allowed' | 'alg_key_mismatch' | 'payload_ambiguous' | 'signature_invalid'
}

export function readCoseSign1(value: CborValue): Result<CoseMessage, CoseRefusal> {
  return readCoseMessage(value, COSE_TAG.sign1)
}

/** Untagged. The signer's algorithm becomes `alg` of the protected header. */
export function signCoseSign1(parts: CoseParts, signer: Signer): Promise<readonly CborInput[]> {
  const [algorithm] = coseNumbersOf(signer.algorithm)
  const protectedHeader = new Map([...parts.protectedHeader, [HEADER.algorithm, algorithm]])
  return writeCoseMessage('Signature1', { ...parts, protectedHeader }, async (data) => signer.sign(data))
}

/** What the message says it was signed with, when that is allowed. */
export function readCoseAlgorithm(
  message: CoseMessage,
  allowed: readonly SignatureAlgorithm[],
): SignatureAlgorithm | undefined {
  const algorithm = algorithmOfCose(message.protectedHeader.get(HEADER.algorithm))
  return algorithm !== undefined && allowed.includes(algorithm) ? algorithm : undefined
}

/** The value is the algorithm that was used. */
export async function verifyCoseSign1(
  message: CoseMessage,
  key: PublicJwk,
  allowedAlgorithms: readonly SignatureAlgorithm[],
  crypto: Pick<CryptoEngine, 'verify'>,
  data: ProvenData = {},
): Promise<Result<SignatureAlgorithm, CoseVerifyRefusal>> {
  const algorithm = readCoseAlgorithm(message, allowedAlgorithms)
  if (algorithm === undefined) return refuse({ code: 'alg_not_allowed' })
  if (!fits(algorithm, key)) return refuse({ code: 'alg_key_mismatch' })
  const signed = toBeProven('Signature1', message, data)
  if (signed === undefined) return refuse({ code: 'payload_ambiguous' })
  const valid = crypto.verify(algorithm, key, signed, message.proof)
  return (typeof valid === 'boolean' ? valid : await valid)
    ? ok(algorithm)
    : refuse({ code: 'signature_invalid' })
}
