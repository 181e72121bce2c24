/** Who signs certificates in tests: with any hash on any curve, and any salt, as certificate authorities do and JOSE does not. */
import type { Awaitable } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { SignatureScheme } from '@countersign/crypto/signature-algorithm'

/** What a certificate may have as a key. */
export type CertifierKey = 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | 'RSA'

export interface Certifier {
  readonly publicJwk: PublicJwk
  readonly scheme: SignatureScheme
  /** ECDSA: r‖s. */
  sign(data: Uint8Array): Awaitable<Uint8Array>
}
