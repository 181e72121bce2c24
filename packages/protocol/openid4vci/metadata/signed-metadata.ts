/**
 * Credential issuer metadata as a signed JWT (OpenID4VCI 1.0 §12.2.3; HAIP §4.1): what a wallet that knows the signer's anchor need
 * not take from the connection. The key goes along as a certificate chain, or by its name where the signer has none.
 */
import { defined, type JsonObject } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'

export const SIGNED_METADATA_TYP = 'openidvci-issuer-metadata+jwt'

/** `now` in epoch seconds. Every member of the document stands in the payload as it is published. */
export function signIssuerMetadata(
  metadata: JsonObject,
  { issuer, now, signer }: { readonly issuer: string; readonly now: number; readonly signer: Signer },
): Promise<string> {
  const { keyId, x5c } = signer
  const header = defined({ typ: SIGNED_METADATA_TYP, x5c: x5c && [...x5c], kid: x5c ? undefined : keyId })
  return signJws(header, { ...metadata, iss: issuer, sub: issuer, iat: now }, signer)
}
