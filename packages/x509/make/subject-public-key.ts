/**
 * A public key as a certificate carries it (RFC 5280 §4.1.2.7), byte for byte what OpenSSL writes, and the identifiers that
 * are made of it. Keys come as `PublicJwk`, so their members are well-formed; whether a point lies on its curve is asked by
 * whoever made the key or lets it prove itself. Digests are the engine's.
 */
import { decodeBase64url } from '@countersign/core/base64url'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { EcCurve, PublicJwk } from '@countersign/crypto/jwk'
import { bitString, type Der, nullValue, objectIdentifier, sequence } from '../asn1/der-writer.ts'
import { OID } from '../asn1/object-identifiers.ts'
import { writeRsaPublicKey } from '../rsa-public-key.ts'

const CURVES: Readonly<Record<EcCurve, string>> = {
  'P-256': OID.p256,
  'P-384': OID.p384,
  'P-521': OID.p521,
  secp256k1: OID.secp256k1,
}

export function subjectPublicKeyInfo(jwk: PublicJwk): Der {
  return sequence(keyAlgorithm(jwk), bitString(subjectPublicKey(jwk)))
}

function keyAlgorithm(jwk: PublicJwk): Der {
  switch (jwk.kty) {
    case 'EC':
      return sequence(objectIdentifier(OID.ecPublicKey), objectIdentifier(CURVES[jwk.crv]))
    case 'OKP':
      return sequence(objectIdentifier(OID.ed25519))
    case 'RSA':
      return sequence(objectIdentifier(OID.rsaEncryption), nullValue())
  }
}

/** The bits that key identifiers are made of: an uncompressed point, an Ed25519 key, or `RSAPublicKey` (RFC 8017). */
export function subjectPublicKey(jwk: PublicJwk): Uint8Array {
  switch (jwk.kty) {
    case 'EC':
      return Uint8Array.from([4, ...coordinate(jwk.x), ...coordinate(jwk.y)])
    case 'OKP':
      return coordinate(jwk.x)
    case 'RSA':
      return writeRsaPublicKey(jwk)
  }
}

function coordinate(text: string): Uint8Array {
  const bytes = decodeBase64url(text)
  if (bytes === undefined) throw new TypeError('coordinate is not base64url')
  return bytes
}

const KEY_IDENTIFIER_BYTES = 20

/** RFC 7093 §2 method 1: the leftmost 160 bits of the SHA-256 of the subject's public key. */
export async function keyIdentifier(
  jwk: PublicJwk,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<Uint8Array> {
  return leftmost160Bits(await crypto.digest('sha-256', subjectPublicKey(jwk)))
}

/** The same for those who have the digest at hand. */
export function leftmost160Bits(sha256: Uint8Array): Uint8Array {
  return sha256.subarray(0, KEY_IDENTIFIER_BYTES)
}

/** RFC 5280 §4.2.1.2 method 1, which ISO/IEC 18013-5 annex B prescribes. */
export async function sha1KeyIdentifier(
  jwk: PublicJwk,
  crypto: Pick<CryptoEngine, 'sha1OfPublicKey'>,
): Promise<Uint8Array> {
  return crypto.sha1OfPublicKey(subjectPublicKey(jwk))
}
