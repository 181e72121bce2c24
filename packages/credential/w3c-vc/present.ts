/**
 * Presents a held W3C credential: a JWT within a presentation that the holder signs, an SD-JWT with the disclosures that
 * the asked claims need and a key-binding JWT. Without a binding the credential goes as it is (OpenID4VP appendix B.1).
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { FormatRefusal, PresentInput } from '../contract/format.ts'
import { AS_ISSUED } from '../contract/showable-claims.ts'
import { bindToRequest } from '../sd-jwt/key-binding.ts'
import { resolveWanted, selectDisclosures } from '../sd-jwt/select.ts'
import { nameSigner } from './holder.ts'
import { writePresentation } from './presentation.ts'
import { readJwtCredential, readSdJwtCredential } from './read.ts'

/** A JWT shows all its claims, whatever is asked; a path that names none of them is refused nevertheless. */
export async function presentJwtCredential(
  { binding, credential, disclose }: PresentInput,
  format: 'jwt_vc_json' | 'vc+jwt',
): Promise<Result<string, FormatRefusal>> {
  const read = readJwtCredential(credential, format, AS_ISSUED)
  if (!read.ok) return read
  const wanted = resolveWanted(read.value.document, disclose)
  if (!wanted.ok) return wanted
  if (binding === undefined) return ok(credential)
  // OpenID4VP appendix B.3.3 has a place for it in a key-binding JWT alone.
  if (binding.transactionData?.length) return refuse({ code: 'transaction_data_unsupported' })
  const name = nameSigner(read.value.holder, binding.signer)
  return name.ok ? ok(await writePresentation(credential, format, name.value, binding)) : name
}

export async function presentSdJwtCredential(
  { binding, credential, disclose }: PresentInput,
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const read = await readSdJwtCredential(credential, crypto, AS_ISSUED)
  if (!read.ok) return read
  const { document, holder, sdJwt } = read.value
  const text = selectDisclosures(sdJwt, document, disclose)
  if (!text.ok || binding === undefined) return text
  const name = nameSigner(holder, binding.signer)
  if (!name.ok) return name
  const isKeyKnown = holder.key !== undefined || holder.keyUrl !== undefined
  const keyId = isKeyKnown ? undefined : name.value.keyId
  return bindToRequest(text.value, sdJwt.hashAlgorithm, binding, crypto, keyId)
}
