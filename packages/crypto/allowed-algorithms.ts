/**
 * Which signatures count for what, in one place. Organisations bring the keys they have: their credentials, requests
 * and lists may be signed with RSA or on secp256k1. Keys of holders and clients are made for the protocol, so their
 * proofs keep to the algorithms that every wallet has (OpenID4VC HAIP 1.0 §7 asks for ES256 alone). Nothing here
 * can name `none` or a MAC.
 */
import type { SignatureAlgorithm } from './signature-algorithm.ts'

export type SignaturePurpose =
  | 'credential' // the issuer's signature over a credential
  | 'key_binding' // a holder shows a credential
  | 'key_proof' // a holder asks for a credential (OpenID4VCI 1.0 appendix F)
  | 'dpop' // a client shows its sender key (RFC 9449)
  | 'client_assertion' // a registered client says who it is (RFC 7523)
  | 'request_object' // a verifier asks (RFC 9101)
  | 'metadata' // signed metadata of issuers, type metadata, registries
  | 'attestation' // of wallets and keys
  | 'status_list'
  | 'certificate'

const HOLDER: readonly SignatureAlgorithm[] = ['ES256', 'ES384', 'ES512', 'EdDSA']
const RSA: readonly SignatureAlgorithm[] = ['PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']
const ORGANISATION: readonly SignatureAlgorithm[] = [...HOLDER, 'ES256K', ...RSA]

/** The order is that of preference, as metadata lists it. */
export const ALLOWED_ALGORITHMS: Readonly<Record<SignaturePurpose, readonly SignatureAlgorithm[]>> = {
  credential: ORGANISATION,
  key_binding: HOLDER,
  key_proof: HOLDER,
  dpop: HOLDER,
  // FAPI 2.0 §5.4: no RSASSA-PKCS1-v1_5.
  client_assertion: [...HOLDER, 'PS256', 'PS384', 'PS512'],
  request_object: ORGANISATION,
  metadata: ORGANISATION,
  attestation: HOLDER,
  status_list: ORGANISATION,
  // No certificate authority signs on secp256k1.
  certificate: [...HOLDER, ...RSA],
}
