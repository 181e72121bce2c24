/**
 * Thumbprints of public keys (RFC 7638): the same text for the same key on every instance and platform, whatever labels the
 * key carries. The digest is the engine's; what a thumbprint is used for (key ids, `jkt` of DPoP) is not known here.
 */
import type { Awaitable, CryptoEngine } from './engine.ts'
import type { PublicJwk } from './jwk.ts'

/** RFC 7638 with SHA-256, as unpadded base64url. */
export function jwkThumbprint(
  jwk: PublicJwk,
  crypto: Pick<CryptoEngine, 'digestBase64url'>,
): Awaitable<string> {
  return crypto.digestBase64url('sha-256', thumbprintInput(jwk))
}

/** RFC 7638 §3.2: the required members alone, in lexicographic order. */
export function thumbprintInput(jwk: PublicJwk): string {
  switch (jwk.kty) {
    case 'EC':
      return JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })
    case 'OKP':
      return JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x })
    case 'RSA':
      return JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n })
  }
}
