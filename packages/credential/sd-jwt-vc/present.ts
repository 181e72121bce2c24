/**
 * Presents a held credential (RFC 9901 §7.2): the disclosures that the asked claims need, and a key-binding JWT over
 * exactly the text that is sent (§4.3).
 */

import { type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { sameKey } from '@countersign/crypto/jwk'
import type { FormatRefusal, PresentInput } from '../contract/format.ts'
import { AS_ISSUED } from '../contract/showable-claims.ts'
import { bindToRequest } from '../sd-jwt/key-binding.ts'
import { selectDisclosures } from '../sd-jwt/select.ts'
import { readSdJwtVc } from './read.ts'

export async function presentSdJwtVc(
  input: PresentInput,
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const read = await readSdJwtVc(input.credential, crypto, AS_ISSUED)
  if (!read.ok) return read
  const { binding } = input
  const { claims, hashAlgorithm, holderKey } = read.value
  const text = selectDisclosures(read.value, claims, input.disclose)
  if (!text.ok || binding === undefined) return text
  if (holderKey === undefined) {
    return refuse({ code: claims.cnf === undefined ? 'credential_not_bound' : 'cnf_key_unusable' })
  }
  if (!sameKey(holderKey, binding.signer.publicJwk)) return refuse({ code: 'holder_key_wrong' })
  return bindToRequest(text.value, hashAlgorithm, binding, crypto)
}
