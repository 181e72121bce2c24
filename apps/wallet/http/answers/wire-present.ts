/**
 * Why nothing is presented, in words: one sentence a refusal. `usePresentationRequest` has a shape of its own, since
 * scripts of the field look for `errorMessage`; what the verifier says is passed on as its own words.
 */

import type { PresentationRefusedAnswer } from '@countersign/api/wallet/exchange'
import type { Result } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import {
  fail,
  type WireError,
  type WireErrors,
  wireError,
} from '@countersign/service/http/answers/wire-errors'
import type { PresentRefusal } from '../../present/present-credential.ts'
import type { VerifierAnswer, VerifierRefusal } from '../../present/presentation-record.ts'
import { KEY_ERRORS } from './wire-holding.ts'
import { OUTGOING_ERRORS } from './wire-outgoing.ts'

export const PRESENT_ERRORS: WireErrors<PresentRefusal> = {
  ...OUTGOING_ERRORS,

  url_too_long: ({ max }) =>
    badRequest(`The URL of the presentation request is too large, limit ${max} characters`),
  url_malformed: () => badRequest('This is not the URL of a presentation request'),
  parameter_repeated: ({ parameter }) => badRequest(`The presentation request has ${parameter} twice`),
  client_id_missing: () => badRequest('This is not a presentation request: it has no client_id'),
  request_missing: () =>
    badRequest('The link has no request: neither request_uri nor request, nor the parameters of one'),
  parameter_malformed: ({ parameter, reason }) =>
    badRequest(`The ${parameter} of the presentation request is not JSON that can be read: ${reason}`),
  request_not_signed: () =>
    badRequest('The presentation request is not signed, and its client_id is of a verifier that signs'),
  request_twice: () => badRequest('The presentation request has both request and request_uri: one is taken'),
  request_uri_not_allowed: () => badRequest('The request_uri is not an https URL'),
  request_uri_method_unknown: () =>
    badRequest('The request_uri_method is not supported: get and post are, in lower case'),
  request_not_available: ({ host, status }) =>
    badRequest(`${host} does not give out this request (${status}): it may have expired`),

  request_malformed: ({ reason }) =>
    badRequest(
      reason === 'jws_too_large'
        ? `The request object is too large, limit ${FETCHED.requestObject} characters`
        : `The request object is not a signed JWT: ${reason}`,
    ),
  request_encrypted_unasked: () =>
    badRequest('The request object is encrypted, and this wallet gave no key to encrypt it for'),
  request_undecryptable: ({ reason }) =>
    badRequest(`The request object cannot be decrypted with the key that this wallet gave for it: ${reason}`),
  request_type_wrong: () => badRequest('The request object must have the typ oauth-authz-req+jwt'),
  client_id_malformed: () => badRequest('The client_id is not a client identifier of OpenID4VP'),
  client_id_prefix_unsupported: ({ prefix }) =>
    badRequest(`Client identifiers with the prefix ${prefix} are not supported`),
  client_id_differs: () => badRequest('The client_id of the URL is not that of the request object'),
  client_not_registered: () =>
    badRequest('The verifier is not registered with this wallet: its client_id needs a prefix'),
  client_cannot_sign: () =>
    badRequest('The prefix of the client_id has no key, so nobody can have signed this request'),
  client_key_unreadable: ({ reason }) =>
    badRequest(`The key with which the verifier signs cannot be found: ${reason}`),
  client_attestation_refused: ({ reason }) =>
    badRequest(`What is said of the verifier in its attestation does not count: ${reason}`),
  client_certificate_differs: () =>
    badRequest('The certificate of the request object is not the one that its client_id names'),
  request_signature_refused: ({ reason }) =>
    badRequest(`The signature of the request object does not count: ${reason}`),
  verifier_untrusted: ({ reason }) =>
    badRequest(`Nobody who is trusted vouches for this verifier (${reason}): nothing was sent`),

  parameter_invalid: ({ parameter }) =>
    badRequest(`The request object has no ${parameter} that can be used: it is missing or malformed`),
  parameter_unsupported: ({ parameter }) =>
    badRequest(`The request object has a ${parameter} that is not supported`),
  redirect_uri_with_direct_post: () =>
    badRequest('The request object has a redirect_uri, which an answer by direct_post excludes'),
  encryption_unsupported: ({ parameter }) =>
    badRequest(
      `The request object wants an encrypted answer, and nothing in ${parameter} of its client_metadata can be used: a key on P-256 for ECDH-ES and A128GCM or A256GCM are needed`,
    ),
  transaction_data_unsupported: () =>
    badRequest(
      'The request object has transaction_data, which this wallet cannot show and does not agree to',
    ),
  transaction_data_invalid: ({ fault: { at, code } }) => ({
    ...badRequest(`What the request wants authorised is wrong at ${at}: ${code}; the verifier was told`),
    code: 'invalid_transaction_data',
  }),
  not_authorised: () =>
    badRequest(
      'The request has transaction_data, and authorize does not say that it is authorised: nothing was sent',
    ),
  query_not_exactly_one: () => badRequest('The request object must have one of dcql_query and scope'),
  query_invalid: ({ at, reason }) =>
    badRequest(`The dcql_query of the request object is wrong at ${at}: ${reason}`),
  state_missing: () =>
    badRequest('The request object waives holder binding, so it needs a state, and it has none'),
  wallet_nonce_differs: () => badRequest('The request object does not have the wallet_nonce that was sent'),
  response_uri_not_allowed: () =>
    badRequest('The response_uri of the request object is not one that its client_id allows'),
  request_expired: () => badRequest('The presentation request has expired: ask the verifier for a new one'),
  request_not_yet_valid: ({ from, now }) =>
    badRequest(`The presentation request is valid only in ${from - now} s: a clock may be wrong`),

  access_denied: ({ unanswered }) =>
    badRequest(
      `No credential in this wallet answers the request (${unanswered.join(', ')}): nothing was sent`,
    ),
  not_a_candidate: ({ credentialId }) =>
    badRequest(`The credential ${credentialId} does not answer this request: nothing was sent`),
  one_credential_only: ({ queryId }) =>
    badRequest(`The request takes one credential for ${queryId}, and more were selected: nothing was sent`),
  disclosure_unknown: ({ credentialId }) =>
    badRequest(`The credential ${credentialId} has no such disclosure: nothing was sent`),
  selection_not_needed: ({ queryId }) =>
    badRequest(`The request is answered without ${queryId}, so it is not sent: nothing was sent`),
  selection_repeated: ({ queryId }) =>
    badRequest(`The same credential was selected twice for ${queryId}: nothing was sent`),
  alternative_unknown: ({ queryId }) =>
    badRequest(`There is no such alternative for ${queryId}: nothing was sent`),
  optional_claim_unknown: ({ path, queryId }) =>
    badRequest(`${JSON.stringify(path).slice(0, 200)} is no optional claim of ${queryId}: nothing was sent`),
  key_unknown: KEY_ERRORS.key_unknown,
  presentation_failed: ({ reason }) => badRequest(`The credential cannot be presented: ${reason}`),
  answered_otherwise: () => ({
    status: 409,
    message: 'This request was answered in another way; repeat that, or ask the verifier for a new request',
  }),
}

/** What the verifier answered, or the refusal in the shape of `usePresentationRequest`. */
export function presentedOr(result: Result<VerifierAnswer, PresentRefusal>): VerifierAnswer {
  return result.ok ? result.value : fail(presentError(result.error))
}

/** Only what is the request's fault has the shape of its own: of our own troubles scripts expect the usual one. */
export function presentError(refusal: PresentRefusal): WireError {
  const error = wireError(PRESENT_ERRORS, refusal)
  if (error.status >= 500) return error
  const body: PresentationRefusedAnswer = {
    redirectUri: null,
    errorMessage: error.message,
    error: error.code,
  }
  return { ...error, body }
}

/** The verifier got the presentation and said no. */
export function refusedView({ redirectUri, refused }: VerifierAnswer): PresentationRefusedAnswer {
  return { redirectUri: redirectUri ?? null, errorMessage: refusedMessage(refused) }
}

/** Answers that were written down by an earlier release do not say how the verifier refused. */
function refusedMessage(refused: VerifierRefusal | undefined): string {
  if (refused === undefined) return 'The verifier refused the presentation'
  const { description, error, host, status } = refused
  const said = [error, description].filter((text) => text !== undefined).join(', ')
  return `${host} refused the presentation: ${said === '' ? `status ${status}` : said}`
}

function badRequest(message: string): WireError {
  return { status: 400, message }
}
