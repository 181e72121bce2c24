/**
 * The signature algorithms of the project by their JOSE names, which every room uses whatever it signs: COSE, certificates
 * and PKCS#11 translate at their own edge. Which key signs with which is said in `jwk.ts`, which algorithm a protocol allows
 * by the protocol. Types alone, so that keys and engines may both know them.
 */

/** RFC 7518 §3.1, RFC 8037, RFC 8812. `EdDSA` means Ed25519 only. */
export type SignatureAlgorithm = EllipticAlgorithm | RsaAlgorithm

/** Named by the curve of the key: each has one. */
export type EllipticAlgorithm = 'ES256' | 'ES384' | 'ES512' | 'EdDSA' | 'ES256K'

/** An RSA key fits all of them unless its `alg` says which. PSS salts are as long as the hash (RFC 7518 §3.5). */
export type RsaAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512'

/** Of the SHA-2 family, by their names in the IANA registry of named information hashes. */
export type SignatureHash = 'sha-256' | 'sha-384' | 'sha-512'

/**
 * What a certificate says of the signature over it (RFC 5758 §3.2, RFC 4055, RFC 8410): the hash apart from the curve and the
 * salt apart from the hash, most pairs of which JOSE has no name for. The curve is that of the issuer's key, never secp256k1.
 */
export type SignatureScheme =
  | { readonly kind: 'ecdsa'; readonly hash: SignatureHash }
  | { readonly kind: 'eddsa' }
  | { readonly kind: 'rsa-pkcs1'; readonly hash: SignatureHash }
  /** `saltLength` in bytes. */
  | { readonly kind: 'rsa-pss'; readonly hash: SignatureHash; readonly saltLength: number }
