/**
 * Refusals of clients and of their proofs at an endpoint of the authorization server, as OAuth errors (RFC 6749 §5.2, RFC 9449
 * §5, draft-ietf-oauth-attestation-based-client-auth §7.4). A text names the rule, for whoever writes a client; whether a
 * client is registered it does not say.
 */
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import { type OAuthError, type TokenErrorCode, tokenError } from '@countersign/protocol/oauth/errors'
import type { WireError, WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { ClientRefusal } from '../../authorization/client-authentication.ts'

const say = (error: TokenErrorCode) => (description?: string) => () => wire(tokenError(error, description))
const invalidClient = say('invalid_client')
const invalidAttestation = say('invalid_client_attestation')

const unknownClient = invalidClient('The client is not known here, or may not authenticate in this way')

/** Where a challenge is needed, the answer has one in its header, as has every answer to whoever is attested. */
export const CLIENT_ERRORS: WireErrors<ClientRefusal> = {
  invalid_request: ({ parameter }) =>
    wire(tokenError('invalid_request', `The parameter ${parameter} is missing or malformed`)),
  client_method_unsupported: ({ presented }) => unsupported(presented),
  client_methods_several: invalidClient('The client authenticates in several ways; one is needed'),
  client_incomplete: ({ missing }) =>
    wire(tokenError('invalid_client', `A part of the client authentication is missing: ${missing}`)),
  client_header_malformed: ({ header }) =>
    wire(tokenError('invalid_client', `The header ${header} must be there once, with one JWT`)),
  client_unknown: unknownClient,
  client_method_not_allowed: unknownClient,
  attestation_malformed: invalidAttestation('The client attestation must be a signed JWT in compact form'),
  attestation_wrong_typ: invalidAttestation(
    'The client attestation must have the typ oauth-client-attestation+jwt',
  ),
  attestation_claim_unusable: ({ claim }) =>
    wire(tokenError('invalid_client_attestation', `The ${claim} of the client attestation cannot be used`)),
  attestation_not_fresh: say('use_fresh_attestation')(),
  attester_untrusted: invalidAttestation('Nobody who is trusted here vouches for the client attestation'),
  attestation_signature_invalid: invalidAttestation(
    `The client attestation is not signed by its attester with one of ${ALLOWED_ALGORITHMS.attestation.join(', ')}`,
  ),
  attestation_of_another: invalidAttestation('The client_id is not the sub of the client attestation'),
  attestation_pop_malformed: invalidAttestation(
    'The proof of the attested key must be a signed JWT in compact form',
  ),
  attestation_pop_wrong_typ: invalidAttestation(
    'The proof of the attested key must have the typ oauth-client-attestation-pop+jwt',
  ),
  attestation_pop_wrong_audience: invalidAttestation(
    'The aud of the proof of the attested key must be the issuer identifier of this server, alone',
  ),
  attestation_pop_of_another: invalidAttestation(
    'The iss of the proof of the attested key is not the sub of the client attestation',
  ),
  attestation_pop_jti_missing: invalidAttestation(
    'The proof of the attested key needs a jti, a text of at most 256 characters',
  ),
  attestation_pop_outside_validity: invalidAttestation(
    'The exp or nbf of the proof of the attested key does not allow its use now',
  ),
  attestation_pop_outside_window: invalidAttestation(
    'The iat of the proof of the attested key is missing, too long ago or ahead of the clock here',
  ),
  attestation_pop_challenge_malformed: invalidAttestation(
    'The challenge of the proof of the attested key must be a text of at most 512 characters',
  ),
  attestation_pop_signature_invalid: invalidAttestation(
    'The proof of the attested key is not signed by the key in the client attestation',
  ),
  attestation_pop_replayed: invalidAttestation(
    'The proof of the attested key was used before: each request needs one of its own',
  ),
  attestation_challenge_needed: say('use_attestation_challenge')(),
  assertion_malformed: invalidClient('The client_assertion must be a signed JWT in compact form'),
  assertion_wrong_typ: invalidClient('The typ of the client_assertion is that of another kind of JWT'),
  assertion_of_another: invalidClient(
    'The iss and sub of the client_assertion, and client_id, must all be the same client',
  ),
  assertion_wrong_audience: invalidClient(
    'The aud of the client_assertion must be the issuer identifier of this server, alone',
  ),
  assertion_jti_missing: invalidClient('The client_assertion needs a jti, a text of at most 256 characters'),
  assertion_outside_validity: ({ claim }) =>
    wire(tokenError('invalid_client', `The ${claim} of the client_assertion does not allow its use now`)),
  // The same as for a client that nobody knows.
  assertion_signature_invalid: unknownClient,
  assertion_replayed: invalidClient(
    'The client_assertion was used before: each request needs one of its own',
  ),
}

/** RFC 6749 §5.2: whoever used the Authorization header is answered in its scheme. Only `Basic` stands for clients there. */
function unsupported(presented: string): WireError {
  const told = wire(
    tokenError('invalid_client', `Clients do not authenticate here by ${presented}; see the metadata`),
  )
  if (presented !== 'authorization') return told
  return { ...told, headers: { ...told.headers, 'www-authenticate': 'Basic realm="clients"' } }
}

function wire({ error, description, status, headers }: OAuthError): WireError {
  return { status, code: error, message: description, headers: headers ?? {} }
}
