/**
 * Presents a held credential (RFC 9901 §7.2): the disclosures that the asked claims need, and a key-binding JWT over
 * exactly the text that is sent (§4.3).
 */

import { type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { sameKey } from '@countersign/crypto/jwk'
import type { FormatRefusal, PresentInput } from '../contract/format.ts'
import { AS_ISSUED } from '../contract/showable-claims.ts'
import { bindToRequest } from '../sd-jwt/key-binding.ts'
import { selectDisclosures } from '../sd-jwt/select.ts'
import { readSdJwtVc, type SdJwtVc } from './read.ts'

export async function presentSdJwtVc(
  input: PresentInput,
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const read = await readSdJwtVc(input.credential, crypto, AS_ISSUED)
  if (!read.ok) return read
  const { binding } = input
  const { claims, hashAlgorithm } = read.value
  const text = selectDisclosures(read.value, claims, input.disclose)
  if (!text.ok || binding === undefined) return text
  const fault = findSignerFault(read.value, binding.signer)
  return fault === undefined ? bindToRequest(text.value, hashAlgorithm, binding, crypto) : refuse(fault)
}

/** Where the key stands in a document elsewhere, the signer's key id is taken at its word. */
function findSignerFault(
  { claims, holderKey, holderKeyUrl }: SdJwtVc,
  signer: Signer,
): FormatRefusal | undefined {
  if (holderKey === undefined && holderKeyUrl === undefined)
    return { code: claims.cnf === undefined ? 'credential_not_bound' : 'cnf_key_unusable' }
  const isHolder =
    holderKey === undefined ? signer.keyId === holderKeyUrl : sameKey(holderKey, signer.publicJwk)
  return isHolder ? undefined : { code: 'holder_key_wrong' }
}
