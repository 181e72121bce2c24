/** Why a credential offer is not taken up, in words: one sentence a refusal, with what to do where there is something. */
import { FETCHED, RECEIVED } from '@countersign/core/size-limits'
import type { WireError, WireErrors } from '@countersign/service/http/answers/wire-errors'
import { HOLDER_ALGORITHMS } from '../../keys/key-types.ts'
import type { WayFault } from '../../receive/authorization-plan.ts'
import type { UnusableReason } from '../../receive/issuance-plan.ts'
import type { UnacceptableReason } from '../../receive/judge-batch.ts'
import type { IssuerError } from '../../receive/post-to-issuer.ts'
import type { ReceiveRefusal } from '../../receive/receive-credential.ts'
import { DID_ERRORS, KEY_ERRORS } from './wire-holding.ts'
import { OUTGOING_ERRORS } from './wire-outgoing.ts'

export const RECEIVE_ERRORS: WireErrors<ReceiveRefusal> = {
  ...OUTGOING_ERRORS,

  offer_url_malformed: () => badRequest('This is not the URL of a credential offer'),
  offer_url_too_long: () =>
    badRequest(`The URL of the credential offer is too large, limit ${FETCHED.offer} characters`),
  offer_missing: () => badRequest('The URL holds no credential offer'),
  offer_ambiguous: () => badRequest('The URL holds more than one credential offer'),
  offer_uri_unacceptable: () => badRequest('The address of the credential offer is not an https URL'),
  offer_malformed: ({ at }) => badRequest(`The credential offer is malformed at ${at}`),
  offer_not_json: ({ reason }) =>
    badRequest(
      reason === 'json_too_large'
        ? `The credential offer is too large, limit ${FETCHED.offer} bytes`
        : `The credential offer is not JSON: ${reason}`,
    ),
  offer_not_available: ({ host, status }) =>
    badRequest(`${host} does not give out this offer (${status}): it may have expired`),
  too_many_configurations: ({ max }) => badRequest(`An offer of more than ${max} credentials is not taken`),

  metadata_identity: ({ expected }) => badRequest(`The metadata of ${expected} names somebody else`),
  metadata_malformed: ({ at }) => badRequest(`The issuer's metadata is malformed at ${at}`),
  issuer_malformed: () => badRequest('issuer is not the https URL of an issuer'),
  authorization_server_unknown: ({ server }) =>
    badRequest(`The offer names the authorization server ${server}, which its issuer does not`),

  did_unknown: DID_ERRORS.did_unknown,
  key_unknown: KEY_ERRORS.key_unknown,
  too_many_credentials: ({ max }) => ({ status: 409, message: `A wallet holds at most ${max} credentials` }),
  authorization_unsupported: ({ reason }) =>
    badRequest(`The issuer gives this to nobody who is like this wallet: ${WAY_FAULTS[reason]}`),
  authorization_needed: () =>
    badRequest(
      'This offer is taken up in a browser: open it with POST exchange/offers, take it up with its use, and send the browser to the authorization.url of the answer',
    ),
  redirect_uri_unusable: () =>
    badRequest(
      'redirectUri is no address that a browser may come back to: https, the scheme of an app, or this machine',
    ),
  pushed_response_malformed: ({ at }) =>
    badRequest(`The answer of the issuer's pushed authorization request endpoint is malformed at ${at}`),
  token_pending: () => ({
    status: 409,
    message: 'The token is just being asked for, perhaps in another window: look again in a moment',
  }),
  tx_code_needed: () => badRequest('The offer needs a transaction code: give it as pinOrTxCode'),
  encryption_unusable: ({ of }) => badRequest(ENCRYPTION_FAULTS[of]),
  key_cannot_prove: ({ algorithm }) =>
    badRequest(
      `The key of this DID signs with ${algorithm}, which proves possession to no issuer: choose a DID of a key that signs with ${HOLDER_ALGORITHMS.join(', ')}. Nothing was asked of the issuer`,
    ),
  configuration_unusable: ({ configurationId, reason }) =>
    badRequest(`${configurationId} cannot be received: ${UNUSABLE_REASONS[reason]}`),

  issuer_error: (refusal) => issuerError(refusal),
  token_response_malformed: ({ at }) => badRequest(`The issuer's token response is malformed at ${at}`),
  token_type_unsupported: () =>
    badRequest('The issuer gave a token of a type that is not supported: Bearer and DPoP are'),
  nothing_granted: () =>
    badRequest('The issuer gave a token that is good for none of the offered credentials'),
  too_many_granted: ({ max }) =>
    badRequest(`The issuer gave a token for more than ${max} credentials, which is not taken`),
  nonce_response_malformed: () => badRequest("The issuer's nonce response has no c_nonce that can be used"),
  credential_response_malformed: ({ at }) =>
    badRequest(`The issuer's credential response is malformed at ${at}`),
  answer_in_clear: ({ host }) => ({
    status: 502,
    message: `${host} answered in the clear what was asked for encrypted: nothing was taken from it`,
  }),
  answer_undecryptable: ({ host, reason }) => ({
    status: 502,
    message: `${host} sent an answer that cannot be decrypted: ${reason}`,
  }),
  deferred_endpoint_missing: () =>
    badRequest('The issuer issues later, and does not say where it is to be asked then'),
  too_many_waiting: ({ max }) => ({
    status: 409,
    message: `A wallet waits for at most ${max} credentials that come later`,
  }),
  credential_unacceptable: ({ reason }) => ({
    status: 502,
    message: `The issuer sent a credential that is not kept: ${UNACCEPTABLE_REASONS[reason]}`,
  }),
}

const ENCRYPTION_FAULTS: Readonly<Record<'request' | 'answer', string>> = {
  request:
    'The issuer wants encrypted requests and names no key for them that this wallet can use: ECDH-ES on P-256 with A128GCM or A256GCM',
  answer:
    'The issuer gives encrypted answers alone, in no way that this wallet can read: ECDH-ES with A128GCM or A256GCM',
}

const WAY_FAULTS: Readonly<Record<WayFault, string>> = {
  grant:
    'its authorization server has neither the pre-authorized code grant nor that of authorization codes for it',
  endpoint: 'its authorization server has no authorization endpoint that can be used',
  code_challenge: 'its authorization server takes no S256 code challenge',
  client_authentication: 'its authorization server takes no public clients',
}

const UNUSABLE_REASONS: Readonly<Record<UnusableReason, string>> = {
  not_in_metadata: 'the issuer does not describe it',
  format: 'its format is not supported',
  proof_type: 'its key proof type is not supported',
  proof_algorithm: 'the key of this DID has an algorithm that the issuer does not take',
  key_attestation: 'it asks for a key attestation',
  binding_method: 'it cannot be bound to a key that this wallet has',
}

const UNACCEPTABLE_REASONS: Readonly<Record<UnacceptableReason, string>> = {
  size: `it is too large, limit ${RECEIVED.credential} characters`,
  unreadable: 'it is malformed',
  type: 'it has another type than was offered',
  binding: 'it is bound to a key that is not ours',
  key_repeated: 'two of a batch are bound to one key',
  content_differs: 'not all of a batch say the same',
}

/** The issuer's own words are passed on as such. A fault of its server is not the caller's. */
function issuerError({ host, status, error, description }: IssuerError): WireError {
  const said = description === undefined ? error : `${error}, ${description}`
  const message = `${host} refused: ${said.slice(0, 400)}${adviceFor(error)}`
  return { status: status >= 500 ? 502 : 400, code: error, message }
}

function adviceFor(error: string): string {
  if (error === 'invalid_grant') return '. The offer was used, has expired, or the transaction code is wrong'
  if (error === 'invalid_token') return '. The time for this offer is over: ask the issuer for a new one'
  return ''
}

function badRequest(message: string): WireError {
  return { status: 400, message }
}
