/** COSE_Mac0 (RFC 9052 §6.2) with HMAC 256/256, the one MAC that ISO/IEC 18013-5 §9.1.3.5 allows. */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { CborInput, CborValue } from '../cbor/value.ts'
import type { CryptoEngine } from '../engine.ts'
import { HMAC_256 } from './algorithms.ts'
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

export interface CoseMacRefusal {
  readonly code: 'alg_not_allowed' | 'payload_ambiguous' | 'mac_invalid'
}

export function readCoseMac0(value: CborValue): Result<CoseMessage, CoseRefusal> {
  return readCoseMessage(value, COSE_TAG.mac0)
}

/** Untagged. */
export function makeCoseMac0(
  parts: CoseParts,
  key: Uint8Array,
  crypto: Pick<CryptoEngine, 'hmacSha256'>,
): Promise<readonly CborInput[]> {
  const protectedHeader = new Map([...parts.protectedHeader, [HEADER.algorithm, HMAC_256]])
  return writeCoseMessage('MAC0', { ...parts, protectedHeader }, async (data) => crypto.hmacSha256(key, data))
}

export async function verifyCoseMac0(
  message: CoseMessage,
  key: Uint8Array,
  crypto: Pick<CryptoEngine, 'hmacSha256'>,
  data: ProvenData = {},
): Promise<Result<undefined, CoseMacRefusal>> {
  if (message.protectedHeader.get(HEADER.algorithm) !== HMAC_256) return refuse({ code: 'alg_not_allowed' })
  const covered = toBeProven('MAC0', message, data)
  if (covered === undefined) return refuse({ code: 'payload_ambiguous' })
  const tag = await crypto.hmacSha256(key, covered)
  return sameTag(tag, message.proof) ? ok(undefined) : refuse({ code: 'mac_invalid' })
}

/** Looks at every byte, so that the time it takes tells nothing of where they differ. */
function sameTag(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0)
  return difference === 0
}
