/**
 * Policies of walt.id's that there are not, and why: whoever names one hears more than that the name is unknown. The names with a
 * slash are those of its second API, where each check of a presentation has a name.
 */
const BINDING = 'it is a part of holder_binding, which is checked without it'
const ISSUER = 'it is a part of issuer_signature and issuer_trust, which are checked without it'
const STRUCTURE = 'it is a part of structure, which is checked without it'
const PERIOD = 'it is a part of holder_binding and validity_period, which are checked without it'
const TRANSACTION = 'it is the check transaction_data, which is made where there is transaction data'
const MDOC_TRANSACTION = 'an mdoc cannot confirm transaction data: no type that is known here says how'
const CONFIGURED = 'whom a verifier believes is its configuration (trustedIssuers)'

const REFUSED: Readonly<Record<string, string>> = {
  vical: CONFIGURED,
  'etsi-trust-list': CONFIGURED,
  'vct-integrity': 'a verifier reads no type metadata, and nothing that it says comes from there',
  'jwt_vc_json/audience-check': BINDING,
  'jwt_vc_json/nonce-check': BINDING,
  'jwt_vc_json/envelope_signature': BINDING,
  'jwt_vc_json/exp-check': PERIOD,
  'jwt_vc_json/nbf-check': PERIOD,
  'dc+sd-jwt/audience-check': BINDING,
  'dc+sd-jwt/kb-jwt_signature': BINDING,
  'dc+sd-jwt/nonce-check': BINDING,
  'dc+sd-jwt/sd_hash-check': BINDING,
  'dc+sd-jwt/kb-jwt_iat-check': BINDING,
  'dc+sd-jwt/exp-check': PERIOD,
  'dc+sd-jwt/nbf-check': PERIOD,
  'dc+sd-jwt/transaction-data-hash-check': TRANSACTION,
  'dc+sd-jwt/transaction-data-hashes-check': TRANSACTION,
  'mso_mdoc/device-auth': BINDING,
  'mso_mdoc/device_key_auth': BINDING,
  'mso_mdoc/transaction-data-hash-check': MDOC_TRANSACTION,
  'mso_mdoc/issuer_auth': ISSUER,
  'mso_mdoc/issuer_signed_integrity': STRUCTURE,
  'mso_mdoc/mso': 'it is a part of structure and validity_period, which are checked without it',
}

/** Why a policy is not there; undefined for a name that nobody knows. */
export const refusedPolicies: ReadonlyMap<string, string> = new Map(Object.entries(REFUSED))
