/**
 * Refusals of the endpoints that wallets call, as OAuth errors (RFC 6749 §5.2, OpenID4VCI 1.0 §6.3, §8.3.1, §11.3). A text
 * names the parameter, the rule and the limit, for whoever writes a wallet; all refusals of one secret (the code, the
 * transaction code, the access token) have one text, so that nobody learns which check failed.
 */
import {
  type AccessScheme,
  accessError,
  credentialError,
  notificationError,
  type OAuthError,
  PROOF_ALGORITHMS,
  tokenError,
} from '@countersign/protocol/oauth/errors'
import type { CredentialRequestRefusal } from '@countersign/protocol/openid4vci/credential/credential-request'
import {
  NOTIFICATION_EVENTS,
  type NotificationRequestRefusal,
} from '@countersign/protocol/openid4vci/notification'
import { PROOF_TYPE_IDS, type ProofRefusal } from '@countersign/protocol/openid4vci/proof/proof-types'
import type { TokenRequestRefusal } from '@countersign/protocol/openid4vci/token'
import type { WireError, WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { TokenRefusal } from '../../authorization/request-token.ts'
import type { SenderRefusal } from '../../authorization/sender-constraint.ts'
import type { CredentialRefusal } from '../../credential/issue-credential.ts'
import type { NotificationRefusal } from '../../credential/take-notification.ts'

/** How a token request is answered that cannot be read. */
export const TOKEN_REQUEST_ERRORS: WireErrors<TokenRequestRefusal> = {
  invalid_request: ({ parameter }) =>
    wire(tokenError('invalid_request', `The parameter ${parameter} is missing or malformed`)),
  unsupported_grant_type: () => wire(tokenError('unsupported_grant_type')),
}

/** How a text about a DPoP proof is answered differs between the two endpoints. */
export const dpopErrors = (tell: (description: string) => OAuthError): WireErrors<SenderRefusal> => {
  const say = (description: string) => () => wire(tell(description))
  return {
    dpop_malformed: say('A DPoP proof is needed: one signed JWT in compact form in one DPoP header'),
    dpop_wrong_typ: say('The DPoP proof must have the typ dpop+jwt'),
    dpop_key_unacceptable: say(
      'The DPoP proof must have a public key of a supported kind as jwk in its header',
    ),
    dpop_jti_missing: say('The DPoP proof needs a jti, a text of at most 256 characters'),
    dpop_wrong_method: say('The htm of the DPoP proof is not the method of this request'),
    dpop_wrong_url: say('The htu of the DPoP proof is not the public URL of this endpoint'),
    dpop_wrong_access_token: say('The ath of the DPoP proof is not the hash of the access token'),
    dpop_nonce_malformed: say('The nonce of the DPoP proof must be a text of at most 512 characters'),
    dpop_signature_invalid: say(
      `The DPoP proof is not signed by its key with one of ${PROOF_ALGORITHMS.join(', ')}`,
    ),
    dpop_outside_window: (refusal) => wire(tell(`The DPoP proof ${windowText(refusal)}`)),
    dpop_replayed: say('The DPoP proof was used before: each request needs one of its own'),
  }
}

const invalidGrant = () => wire(tokenError('invalid_grant'))

/** §6.3: a transaction code that is missing or not expected is the request's fault, everything else the grant's. */
export const TOKEN_ERRORS: WireErrors<TokenRefusal> = {
  ...dpopErrors((description) => tokenError('invalid_dpop_proof', description)),
  tx_code_missing: () =>
    wire(
      tokenError('invalid_request', 'The parameter tx_code is missing: this offer has a transaction code'),
    ),
  tx_code_unexpected: () =>
    wire(
      tokenError(
        'invalid_request',
        'The parameter tx_code is not expected: this offer has no transaction code',
      ),
    ),
  code_unknown: invalidGrant,
  session_unknown: invalidGrant,
  tx_code_wrong: invalidGrant,
  offer_expired: invalidGrant,
  code_spent: invalidGrant,
  code_expired: invalidGrant,
  code_not_yours: invalidGrant,
  refresh_over: invalidGrant,
  not_authorizable: invalidGrant,
  offer_taken: invalidGrant,
  session_closed: invalidGrant,
  no_grant: invalidGrant,
  token_expired: invalidGrant,
  wrong_sender_key: invalidGrant,
  not_offered: invalidGrant,
  already_issued: invalidGrant,
  notification_unknown: invalidGrant,
  notification_impossible: invalidGrant,
}

/** Nothing was spent: the same request will do. */
const claimsAway: WireError = {
  status: 503,
  code: 'server_error',
  message: 'What the credential is to say cannot be had at the moment; try again',
  headers: { 'retry-after': '5' },
}

const invalidRequest = (description: string) => () =>
  wire(credentialError('invalid_credential_request', description))

const invalidProof = (description: string) => () => wire(credentialError('invalid_proof', description))

/** How a credential request is answered that cannot be read. */
export const CREDENTIAL_REQUEST_ERRORS: WireErrors<CredentialRequestRefusal> = {
  identifier_missing: invalidRequest('credential_configuration_id or credential_identifier is needed'),
  identifier_ambiguous: invalidRequest(
    'credential_configuration_id and credential_identifier exclude each other',
  ),
  identifier_malformed: invalidRequest(
    'credential_configuration_id or credential_identifier must be a text of at most 1024 characters',
  ),
  proof_of_draft: invalidProof('The key proof goes into proofs, as an array under jwt; proof is not read'),
  proofs_malformed: invalidProof(
    'The key proof is malformed: proofs has one member, jwt, an array of one JWT',
  ),
  proof_type_unsupported: invalidProof(
    `A key proof of this type is not supported; supported: ${PROOF_TYPE_IDS.join(', ')}`,
  ),
  proof_repeated: invalidProof('The same key proof stands twice in proofs'),
  proofs_too_many: ({ count, batchSize }) =>
    wire(
      credentialError(
        'invalid_credential_request',
        `proofs has ${count} key proofs; one request takes ${batchSize} at most`,
      ),
    ),
  encryption_unsupported: () =>
    wire(
      credentialError(
        'invalid_encryption_parameters',
        'Answers are not encrypted here: credential_response_encryption is not supported',
      ),
    ),
}

/** Appendix F.4: whatever is wrong with a key proof is `invalid_proof`. */
const PROOF_ERRORS: WireErrors<ProofRefusal> = {
  proof_malformed: invalidProof(
    'The key proof must be a signed JWT in compact form of at most 16384 characters',
  ),
  proof_wrong_typ: invalidProof('The key proof must have the typ openid4vci-proof+jwt'),
  proof_key_ambiguous: invalidProof('The header of the key proof must have one of jwk and kid, and only one'),
  proof_key_unsupported: ({ member }) =>
    wire(credentialError('invalid_proof', `A key proof with ${member} is not supported; use jwk or kid`)),
  proof_key_unacceptable: invalidProof(
    'The key of the key proof cannot be used: jwk is a public key of a supported kind, kid a DID URL that leads to one',
  ),
  proof_wrong_audience: invalidProof(
    'The aud of the key proof must be the Credential Issuer Identifier, alone',
  ),
  proof_nonce_malformed: invalidProof('The nonce of the key proof must be a text of at most 512 characters'),
  proof_client_malformed: invalidProof('The iss of the key proof must be a text of at most 1024 characters'),
  proof_outside_validity: invalidProof('The exp or nbf of the key proof does not allow its use now'),
  proof_signature_invalid: invalidProof(
    `The key proof is not signed by its key with one of ${PROOF_ALGORITHMS.join(', ')}`,
  ),
  proof_outside_window: (refusal) =>
    wire(credentialError('invalid_proof', `The key proof ${windowText(refusal)}`)),
}

const invalidNonce = () => wire(credentialError('invalid_nonce'))

/** Nonces: unknown and expired are one text, for a wallet does the same about both: it gets a new one (§8.3.1.2). */
const NONCE_ERRORS = {
  proof_missing: invalidProof('A key proof is needed: proofs with one member, jwt, an array of one JWT'),
  nonce_missing: invalidProof('The key proof needs a nonce of the nonce endpoint'),
  nonce_spent: invalidNonce,
  challenge_unknown: invalidNonce,
  challenge_expired: invalidNonce,
}

/** RFC 6750 §3.1: what a protected endpoint says of every step that a token does not allow, unless it has a word of its own. */
const accessErrors = (scheme: AccessScheme): WireErrors<NotificationRefusal> => {
  const invalidToken = () => wire(accessError('invalid_token', scheme))
  return {
    ...dpopErrors((description) => accessError('invalid_dpop_proof', scheme, description)),
    token_unknown: invalidToken,
    session_unknown: invalidToken,
    offer_expired: invalidToken,
    code_spent: invalidToken,
    code_expired: invalidToken,
    code_not_yours: invalidToken,
    refresh_over: invalidToken,
    not_authorizable: invalidToken,
    offer_taken: invalidToken,
    tx_code_missing: invalidToken,
    tx_code_unexpected: invalidToken,
    session_closed: invalidToken,
    no_grant: invalidToken,
    token_expired: invalidToken,
    wrong_sender_key: invalidToken,
    not_offered: invalidToken,
    already_issued: invalidToken,
    notification_unknown: invalidToken,
    notification_impossible: invalidToken,
  }
}

/** §8.3.1.1: a token that does not enable issuance of what is asked for is answered as in RFC 6750 §3.1. */
const credentialErrors = (scheme: AccessScheme): WireErrors<CredentialRefusal> => ({
  ...accessErrors(scheme),
  ...PROOF_ERRORS,
  ...NONCE_ERRORS,
  configuration_unknown: () => wire(credentialError('unknown_credential_configuration')),
  identifier_unknown: () => wire(credentialError('unknown_credential_identifier')),
  not_offered: () => wire(accessError('insufficient_scope', scheme)),
  already_issued: () => wire(credentialError('credential_request_denied')),
  certificate_not_valid_now: () => wire(credentialError('credential_request_denied')),
  validity_over: () => wire(credentialError('credential_request_denied')),
  claims_denied: () => wire(credentialError('credential_request_denied')),
  claims_unanswered: () => claimsAway,
  claims_unfit: () => claimsAway,
})

/** By the scheme that the request used, which its challenge names (RFC 9449 §7.1). */
export const CREDENTIAL_ERRORS: Readonly<Record<AccessScheme, WireErrors<CredentialRefusal>>> = {
  DPoP: credentialErrors('DPoP'),
  Bearer: credentialErrors('Bearer'),
}

const invalidNotification = (description: string) => () =>
  wire(notificationError('invalid_notification_request', description))

const unknownNotification = () => wire(notificationError('invalid_notification_id'))

/** How a notification request is answered that cannot be read (§11.3). */
export const NOTIFICATION_REQUEST_ERRORS: WireErrors<NotificationRequestRefusal> = {
  notification_id_missing: invalidNotification('notification_id is missing, or no text'),
  notification_unknown: unknownNotification,
  notification_event_unknown: invalidNotification(`event must be one of ${NOTIFICATION_EVENTS.join(', ')}`),
  notification_description_malformed: ({ maxLength }) =>
    wire(
      notificationError(
        'invalid_notification_request',
        `event_description must be a text of at most ${maxLength} ASCII characters without quotes and backslashes`,
      ),
    ),
}

const notificationErrors = (scheme: AccessScheme): WireErrors<NotificationRefusal> => ({
  ...accessErrors(scheme),
  notification_unknown: unknownNotification,
  notification_impossible: ({ event, after }) =>
    wire(notificationError('invalid_notification_request', `${event} cannot follow ${after}`)),
})

export const NOTIFICATION_ERRORS: Readonly<Record<AccessScheme, WireErrors<NotificationRefusal>>> = {
  DPoP: notificationErrors('DPoP'),
  Bearer: notificationErrors('Bearer'),
}

/** RFC 6750 §3.1: whoever presents no access token is told how to present one, and of no error. */
export const AUTHORIZATION_ERRORS: WireErrors<{ readonly code: 'access_token_missing' }> = {
  access_token_missing: () => wire(accessError('missing_token')),
}

type OutsideWindow = Extract<
  ProofRefusal | SenderRefusal,
  { readonly reason: 'iat_missing' | 'too_old' | 'from_future' }
>

/** What is wrong with the `iat` of a proof, in whole seconds. */
function windowText(fault: OutsideWindow): string {
  switch (fault.reason) {
    case 'iat_missing':
      return 'needs an iat, the seconds since 1970 at which it was made'
    case 'too_old':
      return `was made ${Math.round(fault.now - fault.iat)} seconds ago; it may be ${fault.maxAgeSeconds} seconds old`
    case 'from_future':
      return `is ${Math.round(fault.iat - fault.now)} seconds ahead of the clock here; tolerated are ${fault.skewSeconds}`
  }
}

export function wire({ error, description, status, headers }: OAuthError): WireError {
  return { status, code: error, message: description, headers: headers ?? {} }
}
