/**
 * What a code of a check says to people: many codes are one reason, because people can do the same about them. Codes are
 * kept and told as they are, for those who look closer. A code that is not here - of a format or a policy of somebody's own, of
 * an issuer's server - is told as its outcome is.
 *
 * The compiler holds the languages to the reasons, and `apps/verifier/http/described-codes.ts` the codes of the product to
 * this list.
 */
import type { CheckName, CheckOutcome } from './described-check.ts'

type Codes = { readonly [Outcome in CheckOutcome]?: Readonly<Record<string, string>> }

export const REASONS = {
  // What cannot be read, and what is not bound to the request, is refused before anything is kept of it.
  structure: {},
  holder_binding: {},

  issuer_signature: {
    failed: {
      alg_not_allowed: 'algorithm_weak',
      alg_key_mismatch: 'key_differs',
      signature_invalid: 'altered',
      payload_ambiguous: 'altered',
    },
    undetermined: { key_unknown: 'key_unknown' },
  },

  issuer_trust: {
    failed: {
      no_key_reference: 'signer_unnamed',
      anchor_unknown: 'issuer_unknown',
      issuer_not_trusted: 'issuer_unknown',
      anchor_not_for_purpose: 'not_for_this',
      anchor_not_for_format: 'not_for_this',
      anchor_not_for_type: 'not_for_this',
      anchor_not_trusted_then: 'not_trusted_then',
      anchor_list_outdated: 'list_outdated',
      issuer_not_in_certificate: 'name_not_confirmed',
      key_of_another_issuer: 'name_not_confirmed',
      issuing_country_differs: 'place_differs',
      issuing_jurisdiction_differs: 'place_differs',
      certificate_expired: 'certificate_out_of_time',
      certificate_not_yet_valid: 'certificate_out_of_time',
      signed_outside_certificate: 'certificate_out_of_time',
      certificate_too_large: 'certificate_unreadable',
      certificate_malformed: 'certificate_unreadable',
      certificate_version_unsupported: 'certificate_unreadable',
      certificate_key_unsupported: 'certificate_unreadable',
      certificate_extensions_malformed: 'certificate_unreadable',
      certificate_algorithm_unsupported: 'certificate_unreadable',
      extension_unknown: 'certificate_unreadable',
      leaf_key_usage_wrong: 'certificate_unfit',
      extended_key_usage_wrong: 'certificate_unfit',
      leaf_self_signed: 'chain_broken',
      chain_empty: 'chain_broken',
      chain_too_long: 'chain_broken',
      anchor_in_chain: 'chain_broken',
      name_not_permitted: 'chain_broken',
      issuer_not_ca: 'chain_broken',
      issuer_key_usage_wrong: 'chain_broken',
      path_length_exceeded: 'chain_broken',
      name_chain_broken: 'chain_broken',
      certificate_signature_invalid: 'chain_broken',
      key_not_in_metadata: 'key_unpublished',
      did_malformed: 'key_unpublished',
      did_method_unsupported: 'key_unpublished',
      did_key_unusable: 'key_unpublished',
      did_url_names_no_key: 'key_unpublished',
      did_relationship_missing: 'key_unpublished',
      did_document_of_another: 'key_unpublished',
    },
  },

  validity_period: {
    failed: {
      expired: 'expired',
      not_yet_valid: 'not_yet_valid',
      issued_in_future: 'issued_in_future',
      nbf_malformed: 'period_unreadable',
      exp_malformed: 'period_unreadable',
      iat_malformed: 'period_unreadable',
      meant_for_others: 'meant_for_others',
    },
  },

  status: {
    failed: {
      revoked: 'revoked',
      suspended: 'suspended',
      signature_invalid: 'list_forged',
      alg_key_mismatch: 'list_forged',
      list_uri_differs: 'list_forged',
      index_out_of_range: 'not_in_list',
    },
    undetermined: {
      not_looked_up: 'not_looked_up',
      list_unreachable: 'list_away',
      list_http_status: 'list_away',
      list_too_large: 'list_unreadable',
      media_type_wrong: 'list_unreadable',
      list_malformed: 'list_unreadable',
      typ_wrong: 'list_unreadable',
      alg_not_allowed: 'list_unreadable',
      compressed_malformed: 'list_unreadable',
      inflated_too_large: 'list_unreadable',
      list_too_short: 'list_unreadable',
      list_of_another_mechanism: 'list_unreadable',
      purpose_differs: 'list_unreadable',
      size_differs: 'list_unreadable',
      list_expired: 'list_outdated',
      list_too_old: 'list_outdated',
      list_not_yet_valid: 'list_outdated',
      signer_unknown: 'list_signer_unknown',
      signer_untrusted: 'list_signer_unknown',
      signer_of_another_anchor: 'list_signer_unknown',
      status_value: 'status_unknown',
      mechanism_unknown: 'status_unknown',
      too_many_references: 'status_unknown',
    },
    skipped: {
      no_status: 'no_status',
      issuer_not_established: 'issuer_not_established',
      not_looked_up: 'another_failed',
    },
  },

  query_match: {
    passed: { query_satisfied: 'all_presented' },
    failed: {
      format: 'form_differs',
      type: 'kind_differs',
      holder_binding_missing: 'holder_proof_missing',
      claim_missing: 'claim_missing',
      claim_value_differs: 'claim_differs',
      no_claim_set_satisfied: 'no_claim_set',
      more_than_one: 'more_than_one',
      in_no_credential_set: 'not_asked_for',
      unknown_query_id: 'not_asked_for',
      required_credentials_missing: 'not_all_presented',
      authority_not_matched: 'authority_differs',
    },
    undetermined: { authority_unsupported_type: 'authority_unknown' },
    skipped: { not_presented: 'not_presented' },
  },

  policy: {
    failed: {
      issuer_not_allowed: 'issuer_not_allowed',
      missing: 'too_few',
      exceeded: 'too_many',
      required_missing: 'required_missing',
      schema_not_met: 'schema_not_met',
      schema_unusable: 'schema_unusable',
      value_not_matched: 'value_not_matched',
      webhook_refused: 'webhook_refused',
      opa_denied: 'opa_denied',
      opa_undefined: 'opa_undefined',
    },
    undetermined: {
      not_asked: 'not_asked',
      policy_unknown: 'policy_unknown',
      webhook_unreachable: 'webhook_unreachable',
      opa_unreachable: 'opa_unreachable',
      policy_late: 'policy_late',
    },
  },

  transaction_data: {
    failed: {
      not_confirmed: 'not_authorised',
      confirmed_otherwise: 'another_authorised',
      confirmed_twice: 'authorised_twice',
      hashes_malformed: 'authorisation_unreadable',
      hash_unsupported: 'authorisation_unreadable',
      hash_not_accepted: 'authorisation_unreadable',
    },
  },

  same_device: {
    failed: { not_returned: 'never_returned' },
    undetermined: { not_returned: 'not_returned_yet' },
  },
} as const satisfies { readonly [Name in CheckName]: Codes }

type ValuesOf<T> = T extends unknown ? T[keyof T] : never

/** What a language has to have a text for, beside the outcomes. */
export type ReasonOf<Name extends CheckName> = ValuesOf<ValuesOf<(typeof REASONS)[Name]>>

/** Profiles of certificates have forty faults (ISO/IEC 18013-5 annex B), which are one reason. */
const PROFILE_FAULT = /^(document_signer|iaca)_/

/** Undefined where the outcome alone can be told. */
export function reasonFor(name: CheckName, outcome: CheckOutcome, detail = ''): string | undefined {
  const codes: Codes = REASONS[name]
  const known = codes[outcome]
  if (known === undefined || detail === '') return undefined
  const [code = ''] = /^[a-z0-9_]{1,60}/.exec(detail) ?? []
  // `missing_2`, `status_value_7`: with the number that was found.
  const reason = ownMember(known, code) ?? ownMember(known, code.replace(/_\d+$/, ''))
  if (reason !== undefined || name !== 'issuer_trust' || outcome !== 'failed') return reason
  return PROFILE_FAULT.test(code) ? 'certificate_unfit' : undefined
}

function ownMember(codes: Readonly<Record<string, string>>, code: string): string | undefined {
  return Object.hasOwn(codes, code) ? codes[code] : undefined
}
