/** Text from outside as CBOR: unpadded base64url (OpenID4VCI 1.0 appendix A.2, OpenID4VP 1.0 appendix B.2). */
import { decodeBase64url } from '@countersign/core/base64url'
import { type Result, refuse } from '@countersign/core/result'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import type { CborValue } from '@countersign/crypto/cbor/value'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { FormatRefusal } from '../contract/format.ts'
import { findSizeFault } from '../contract/size.ts'
import { LIMITS } from './issuer-signed/algorithms-and-limits.ts'
import { type IssuerSigned, readIssuerSigned } from './issuer-signed/issuer-signed.ts'

export function readText(text: string): Result<CborValue, FormatRefusal> {
  const sizeFault = findSizeFault(text)
  if (sizeFault !== undefined) return refuse(sizeFault)
  const bytes = decodeBase64url(text)
  return bytes === undefined ? refuse({ code: 'mdoc_not_base64url' }) : decodeCbor(bytes, LIMITS)
}

/** Reads a credential in the form in which it was issued. */
export async function readCredential(
  text: string,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<Result<IssuerSigned, FormatRefusal>> {
  const value = readText(text)
  return value.ok ? readIssuerSigned(value.value, crypto) : value
}
