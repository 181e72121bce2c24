/**
 * Signatures of certificates: which scheme they name (RFC 5758 §3.2, RFC 8410, RFC 4055) and whether they hold under the
 * issuer's key. A hash goes with any curve, as certificates say it: what JOSE pairs is not asked here. SHA-1 and everything
 * else that is broken or foreign is no scheme.
 */
import { joseFromDer } from '@countersign/crypto/ecdsa-der'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { COORDINATE_BYTES, fitsScheme, type PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureScheme } from '@countersign/crypto/signature-algorithm'
import { type DerElement, readBitStringBytes, readChildren, readObjectIdentifier, TAG } from './asn1/der.ts'
import { OID } from './asn1/object-identifiers.ts'
import { isAbsentOrNull, readPssParameters } from './pss-parameters.ts'

export interface CertificateSignature {
  readonly scheme: SignatureScheme
  /** As the certificate has it: ECDSA in DER. */
  readonly value: Uint8Array
}

/** Those without parameters (RSA: or with NULL). */
const SCHEMES: Readonly<Record<string, SignatureScheme>> = {
  [OID.ecdsaWithSha256]: { kind: 'ecdsa', hash: 'sha-256' },
  [OID.ecdsaWithSha384]: { kind: 'ecdsa', hash: 'sha-384' },
  [OID.ecdsaWithSha512]: { kind: 'ecdsa', hash: 'sha-512' },
  [OID.ed25519]: { kind: 'eddsa' },
  [OID.rsaWithSha256]: { kind: 'rsa-pkcs1', hash: 'sha-256' },
  [OID.rsaWithSha384]: { kind: 'rsa-pkcs1', hash: 'sha-384' },
  [OID.rsaWithSha512]: { kind: 'rsa-pkcs1', hash: 'sha-512' },
}

/** Undefined for an algorithm that is none of ours. */
export function readSignature(
  algorithm: DerElement,
  bits: DerElement | undefined,
): CertificateSignature | 'malformed' | undefined {
  const value = readBitStringBytes(bits)
  const [identifier, parameters, ...rest] = (algorithm.tag === TAG.sequence && readChildren(algorithm)) || []
  const name = readObjectIdentifier(identifier)
  if (value === undefined || name === undefined || rest.length > 0) return 'malformed'
  if (name === OID.rsaPss) {
    const pss = readPssParameters(parameters)
    return pss && { scheme: { kind: 'rsa-pss', ...pss }, value }
  }
  const scheme = SCHEMES[name]
  if (scheme === undefined) return undefined
  const isWellFormed = scheme.kind === 'rsa-pkcs1' ? isAbsentOrNull(parameters) : parameters === undefined
  return isWellFormed ? { scheme, value } : 'malformed'
}

export type SignatureFault = 'certificate_algorithm_unsupported' | 'certificate_signature_invalid'

/** Undefined where the signature holds under the key. */
export async function findSignatureFault(
  { signature, tbs }: { readonly signature?: CertificateSignature | undefined; readonly tbs: Uint8Array },
  key: PublicJwk,
  crypto: Pick<CryptoEngine, 'verify'>,
): Promise<SignatureFault | undefined> {
  if (signature === undefined || !fitsScheme(signature.scheme, key))
    return 'certificate_algorithm_unsupported'
  const { scheme, value } = signature
  // The width of r and s is that of the key's curve, whatever the hash.
  const jose = key.kty === 'EC' ? joseFromDer(value, COORDINATE_BYTES[key.crv]) : value
  const holds = jose !== undefined && (await crypto.verify(scheme, key, tbs, jose))
  return holds ? undefined : 'certificate_signature_invalid'
}
