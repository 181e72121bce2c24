/**
 * Refusals of authorization requests, as OAuth errors: in the answer to a pushed request, in the address that a browser is sent
 * back to, or on a page, where nobody knows whereto (RFC 6749 §4.1.2.1, RFC 9126 §2.3).
 */
import { authorizationError } from '@countersign/protocol/oauth/errors'
import type { AuthorizationRequestRefusal } from '@countersign/protocol/openid4vci/authorization/authorization-request'
import type { WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { DecisionRefusal } from '../../authorization/decide-authorization.ts'
import type { OpenRefusal } from '../../authorization/open-authorization.ts'
import type { PushRefusal } from '../../authorization/push-authorization.ts'
import { CLIENT_ERRORS } from '../answers/wire-clients.ts'
import { SENDER_ERRORS, wire } from '../answers/wire-wallet.ts'

const invalid = (description: string) => () => wire(authorizationError('invalid_request', description))

/** How a request is answered that cannot be read. */
export const REQUEST_ERRORS: WireErrors<AuthorizationRequestRefusal> = {
  invalid_request: ({ parameter }) =>
    wire(authorizationError('invalid_request', `The parameter ${parameter} is missing or malformed`)),
  response_type_unsupported: () =>
    wire(authorizationError('unsupported_response_type', 'response_type must be code')),
  response_mode_unsupported: invalid('response_mode must be query, or left out'),
  request_object_unsupported: () =>
    wire(
      authorizationError(
        'request_not_supported',
        'Signed request objects are not read: push the request (RFC 9126)',
      ),
    ),
  code_challenge_method_unsupported: invalid('code_challenge_method must be S256'),
  authorization_details_invalid: ({ at }) =>
    wire(
      authorizationError(
        'invalid_authorization_details',
        `authorization_details cannot be read at ${at}: entries of type openid_credential with a credential_configuration_id are needed`,
      ),
    ),
}

export const PUSH_ERRORS: WireErrors<PushRefusal> = {
  ...CLIENT_ERRORS,
  ...SENDER_ERRORS,
  redirect_uri_unregistered: invalid('redirect_uri is none of those that the client was registered with'),
  client_differs: invalid('client_id is not the client that the request is authenticated for'),
  sender_key_differs: () =>
    wire(
      authorizationError('invalid_dpop_proof', 'dpop_jkt is not the thumbprint of the key of the DPoP proof'),
    ),
  offer_needed: invalid(
    'Nothing of what is asked for is issued without an offer: issuer_state of an offer is needed',
  ),
  one_at_a_time: () =>
    wire(
      authorizationError('invalid_scope', 'Without an offer one credential is issued at a time: ask for one'),
    ),
  issuer_state_unknown: invalid(
    'issuer_state is not that of an offer which can be taken up here in a browser, or its time is over',
  ),
  scope_unknown: () =>
    wire(authorizationError('invalid_scope', 'No value of scope names a credential of the offer')),
  details_unknown: ({ configurationId }) =>
    wire(
      authorizationError(
        'invalid_authorization_details',
        `The offer has no credential configuration ${ascii(configurationId)}`,
      ),
    ),
}

const useless = invalid(
  'request_uri is not known here, belongs to another client, or its time is over: push the request again',
)

/** All that is wrong with a name for a request has one text: nobody learns which names there are. */
export const OPEN_ERRORS: WireErrors<OpenRefusal> = {
  request_uri_unknown: useless,
  session_unknown: useless,
  client_differs: useless,
  authorization_over: useless,
  authorization_decided: invalid('This request was decided: push another one'),
  other_browser: useless,
  user_unknown: useless,
}

export const DECISION_ERRORS: WireErrors<DecisionRefusal> = {
  session_unknown: invalid('There is no such request, or its time is over'),
  authorization_over: invalid('The time for this request is over'),
  authorization_decided: invalid('This request was decided otherwise before'),
  other_browser: invalid('This request was opened in another browser since, or in none: decide there'),
  user_unknown: invalid('It is not known who you are yet: open the address of the wallet again'),
}

export const PUSHED_ONLY = wire(
  authorizationError(
    'invalid_request',
    'Only pushed requests are taken: post the request to pushed_authorization_request_endpoint',
  ),
)

/** RFC 6749 §5.2: descriptions are ASCII without quotes and backslashes. */
function ascii(text: string): string {
  return text.slice(0, 200).replaceAll(/[^\x20-\x7e]|["\\]/g, '?')
}
