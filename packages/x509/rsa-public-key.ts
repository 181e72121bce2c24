/**
 * RSA public keys in DER (RFC 8017 appendix A.1.1), as did:key and certificates carry them: two positive numbers in
 * their shortest form. What comes out has passed the rules for a `PublicJwk`.
 */
import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import { type Result, refuse } from '@countersign/core/result'
import { type JwkRefusal, type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import { type DerElement, readInteger, readSequence } from './asn1/der.ts'
import { sequence, unsignedInteger } from './asn1/der-writer.ts'

type RsaPublicJwk = Extract<PublicJwk, { kty: 'RSA' }>

export function readRsaPublicKey(der: Uint8Array): Result<PublicJwk, JwkRefusal> {
  const [modulus, exponent, ...rest] = readSequence(der) ?? []
  const n = readPositive(modulus)
  const e = readPositive(exponent)
  if (n === undefined || e === undefined || rest.length > 0) return refuse({ code: 'jwk_malformed' })
  return parsePublicJwk({ kty: 'RSA', n: encodeBase64url(n), e: encodeBase64url(e) })
}

/** Throws for members that are not base64url: a `PublicJwk` has none such. */
export function writeRsaPublicKey({ n, e }: RsaPublicJwk): Uint8Array {
  return sequence(positive(n), positive(e))
}

/** The magnitude; undefined for a negative number and for zero. */
function readPositive(integer: DerElement | undefined): Uint8Array | undefined {
  const contents = readInteger(integer)
  if (contents === undefined || (contents[0] ?? 0) >= 0x80) return undefined
  const magnitude = contents[0] === 0 ? contents.subarray(1) : contents
  return magnitude.length === 0 ? undefined : magnitude
}

function positive(text: string): Uint8Array {
  const magnitude = decodeBase64url(text)
  if (magnitude === undefined) throw new TypeError('number is not base64url')
  return unsignedInteger(magnitude)
}
