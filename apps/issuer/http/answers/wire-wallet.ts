/**
 * Refusals of the endpoints that wallets call, as OAuth errors (RFC 6749 §5.2, OpenID4VCI 1.0 §6.3, §8.3.1, §11.3). A text
 * names the parameter, the rule and the limit, for whoever writes a wallet; all refusals of one secret (the code, the
 * transaction code, the access token) have one text, so that nobody learns which check failed.
 */
import { CONTENT_ENCRYPTIONS, KEY_AGREEMENT, PACKING } from '@countersign/crypto/jwe-engine'
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
import type { DeferredRequestRefusal } from '@countersign/protocol/openid4vci/credential/deferred-request'
import {
  NOTIFICATION_EVENTS,
  type NotificationRequestRefusal,
} from '@countersign/protocol/openid4vci/notification'
import { PROOF_TYPE_IDS, type ProofRefusal } from '@countersign/protocol/openid4vci/proof/proof-types'
import type { AskedTokenRefusal } from '@countersign/protocol/openid4vci/token'
import type { WireError, WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { TokenRefusal } from '../../authorization/request-token.ts'
import type { SenderRefusal } from '../../authorization/sender-constraint.ts'
import type { CollectingRefusal } from '../../credential/collect-deferred.ts'
import type { MessageRefusal } from '../../credential/encrypted-messages.ts'
import type { CredentialRefusal } from '../../credential/issue-credential.ts'
import type { NotificationRefusal } from '../../credential/take-notification.ts'
import { CLIENT_ERRORS } from './wire-clients.ts'

/** How a token request is answered that cannot be read. */
export const TOKEN_REQUEST_ERRORS: WireErrors<AskedTokenRefusal> = {
  invalid_request: ({ parameter }) =>
    wire(tokenError('invalid_request', `The parameter ${parameter} is missing or malformed`)),
  unsupported_grant_type: () => wire(tokenError('unsupported_grant_type')),
  // RFC 9396 §5.
  authorization_details_invalid: ({ at }) =>
    wire(
      tokenError('invalid_authorization_details', `${at} is malformed, or of a type that is not known here`),
    ),
}

/** How a text about a DPoP proof is answered differs between the two endpoints. */
const dpopErrors = (
  tell: (description: string) => OAuthError,
  // RFC 9449 §8, §9: the answer has a nonce in its header, as has every answer here.
  needsNonce: OAuthError,
): WireErrors<SenderRefusal> => {
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
    dpop_nonce_needed: () => wire(needsNonce),
    dpop_replayed: say('The DPoP proof was used before: each request needs one of its own'),
  }
}

const invalidGrant = () => wire(tokenError('invalid_grant'))

/** How a DPoP proof is refused at an endpoint of the authorization server. */
export const SENDER_ERRORS = dpopErrors(
  (description) => tokenError('invalid_dpop_proof', description),
  tokenError('use_dpop_nonce'),
)

/** §6.3: a transaction code that is missing or not expected is the request's fault, everything else the grant's. */
export const TOKEN_ERRORS: WireErrors<TokenRefusal> = {
  ...CLIENT_ERRORS,
  ...SENDER_ERRORS,
  dpop_missing: () =>
    wire(tokenError('invalid_dpop_proof', 'Access tokens are bound to a key here: a DPoP proof is needed')),
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
  user_unknown: invalidGrant,
  offer_taken: invalidGrant,
  session_closed: invalidGrant,
  no_grant: invalidGrant,
  token_expired: invalidGrant,
  wrong_sender_key: invalidGrant,
  not_offered: () =>
    wire(
      tokenError(
        'invalid_authorization_details',
        'The authorization_details name a credential configuration that the code is not for',
      ),
    ),
  already_issued: invalidGrant,
  deferral_unknown: invalidGrant,
  deferral_decided: invalidGrant,
  deferral_over: invalidGrant,
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

const invalidEncryption = (description: string) => () =>
  wire(credentialError('invalid_encryption_parameters', description))

/** How a credential request is answered that cannot be read. */
export const CREDENTIAL_REQUEST_ERRORS: WireErrors<CredentialRequestRefusal | MessageRefusal> = {
  identifier_missing: invalidRequest('credential_configuration_id or credential_identifier is needed'),
  identifier_ambiguous: invalidRequest(
    'credential_configuration_id and credential_identifier exclude each other',
  ),
  identifier_malformed: invalidRequest(
    'credential_configuration_id or credential_identifier must be a text of at most 1024 characters',
  ),
  proof_of_draft: invalidProof('The key proof goes into proofs, as an array under jwt; proof is not read'),
  proofs_malformed: invalidProof(
    'proofs is malformed: it has one member, the type of its key proofs, a non-empty array of texts',
  ),
  proof_type_unsupported: ({ type }) => {
    const named = /^[\w-]{1,40}$/.test(type) ? `the type ${type}` : 'this type'
    const description = `A key proof of ${named} is not supported; supported: ${PROOF_TYPE_IDS.join(', ')}`
    return wire(credentialError('invalid_proof', description))
  },
  proof_repeated: invalidProof('The same key proof stands twice in proofs: each is for a key of its own'),
  proofs_too_many: ({ count, batchSize }) =>
    wire(
      credentialError(
        'invalid_credential_request',
        `proofs has ${count} key proofs; one request takes ${batchSize} at most`,
      ),
    ),
  request_not_encrypted: invalidEncryption(
    'Credential requests have to be encrypted here: see credential_request_encryption in the metadata',
  ),
  request_undecryptable: ({ reason }) => invalidEncryption(UNDECRYPTABLE[reason])(),
  request_content_malformed: invalidRequest('What is encrypted in the credential request is no JSON object'),
  response_encryption_malformed: ({ at }) => invalidEncryption(RESPONSE_ENCRYPTION[at])(),
  response_encryption_in_clear: invalidEncryption(
    'credential_response_encryption is for encrypted credential requests alone: see credential_request_encryption in the metadata',
  ),
  response_encryption_missing: invalidEncryption(
    'Credential responses are encrypted here: credential_response_encryption is needed',
  ),
}

/** The same of a deferred credential request (§9.3). */
export const DEFERRED_REQUEST_ERRORS: WireErrors<DeferredRequestRefusal | MessageRefusal> = {
  ...CREDENTIAL_REQUEST_ERRORS,
  transaction_id_missing: invalidRequest('transaction_id is missing, or no text of at most 1024 characters'),
}

const UNDECRYPTABLE = {
  jwe_malformed: 'The credential request must be a JWE in compact form, whose key is agreed on directly',
  jwe_algorithm_unsupported: `The JWE must have the alg ${KEY_AGREEMENT}, an enc of ${CONTENT_ENCRYPTIONS.join(', ')}, no zip but ${PACKING} and no crit`,
  jwe_key_unknown:
    'The kid of the JWE is none of credential_request_encryption in the metadata: read it again',
  jwe_undecryptable:
    'The JWE cannot be decrypted by the key that its kid names, or is too large when it is unpacked',
} as const

const RESPONSE_ENCRYPTION = {
  object: 'credential_response_encryption must be an object with jwk and enc',
  jwk: `The jwk of credential_response_encryption must be one public key on P-256 with the alg ${KEY_AGREEMENT}`,
  enc: `The enc of credential_response_encryption must be one of ${CONTENT_ENCRYPTIONS.join(', ')}`,
  zip: `The zip of credential_response_encryption must be ${PACKING} or left out`,
} as const

/** Appendix F.4: whatever is wrong with a key proof is `invalid_proof`. */
const PROOF_ERRORS: WireErrors<ProofRefusal> = {
  proof_malformed: invalidProof(
    'The key proof must be a signed JWT in compact form of at most 65536 characters',
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
  proof_key_not_attested: invalidProof(
    'The key that signed the key proof is not among the attested_keys of its key_attestation',
  ),
  attesters_unknown: invalidProof(
    'Key proofs of the type attestation are not supported here: nobody is trusted who attests keys',
  ),
  key_attestation_missing: invalidProof(
    'This credential is for attested keys alone: a key attestation is needed, as key_attestation in the header of the key proof or as a key proof of the type attestation',
  ),
  key_attestation_malformed: invalidProof('The key attestation must be a signed JWT in compact form'),
  key_attestation_wrong_typ: invalidProof('The key attestation must have the typ key-attestation+jwt'),
  key_attestation_time: ({ reason }) => invalidProof(ATTESTATION_TIME[reason])(),
  key_attestation_keys: ({ reason }) =>
    wire(
      credentialError(
        'invalid_proof',
        `The attested_keys of the key attestation must be distinct public keys of a supported kind (${reason})`,
      ),
    ),
  key_attestation_nonce_malformed: invalidProof(
    'The nonce of the key attestation must be a text of at most 512 characters',
  ),
  key_attestation_level: ({ accepted, member }) =>
    wire(
      credentialError(
        'invalid_proof',
        accepted === undefined
          ? `The ${member} of the key attestation must be a non-empty array of texts`
          : `The ${member} of the key attestation is none of those that are accepted: see key_attestations_required in the metadata`,
      ),
    ),
  key_attestation_untrusted: ({ reason }) =>
    wire(
      credentialError(
        'invalid_proof',
        `The key attestation is not signed by anybody who is trusted to attest keys (${reason})`,
      ),
    ),
  key_attestation_signature_invalid: invalidProof(
    `The key attestation is not signed by its attester with one of ${PROOF_ALGORITHMS.join(', ')}`,
  ),
}

const ATTESTATION_TIME = {
  iat_missing: 'The key attestation needs an iat, the seconds since 1970 at which it was made',
  from_future: 'The iat of the key attestation is ahead of the clock here',
  exp_missing:
    'The key attestation needs an exp in the header of a key proof, the seconds since 1970 at which it ends',
  expired: 'The key attestation is over: its exp has passed',
} as const

const denied = (description: string) => () => wire(credentialError('credential_request_denied', description))

const invalidNonce = () => wire(credentialError('invalid_nonce'))

/** Nonces: unknown and expired are one text, for a wallet does the same about both: it gets a new one (§8.3.1.2). */
const NONCE_ERRORS = {
  proof_missing: invalidProof('A key proof is needed: proofs with one member, jwt, an array of JWTs'),
  proof_key_repeated: invalidProof('Two key proofs have one key: each credential is for a key of its own'),
  nonce_missing: invalidProof(
    'Each key proof and each key attestation needs a nonce of the nonce endpoint, and one lacks it',
  ),
  nonces_differ: () =>
    wire(
      credentialError('invalid_nonce', 'The key proofs of one request must have one nonce; get a new one'),
    ),
  nonce_spent: invalidNonce,
  challenge_unknown: invalidNonce,
  challenge_expired: invalidNonce,
}

/** RFC 6750 §3.1: what a protected endpoint says of every step that a token does not allow, unless it has a word of its own. */
const accessErrors = (scheme: AccessScheme): WireErrors<NotificationRefusal> => {
  const invalidToken = () => wire(accessError('invalid_token', scheme))
  return {
    ...dpopErrors(
      (description) => accessError('invalid_dpop_proof', scheme, description),
      accessError('use_dpop_nonce', scheme),
    ),
    token_unknown: invalidToken,
    session_unknown: invalidToken,
    offer_expired: invalidToken,
    code_spent: invalidToken,
    code_expired: invalidToken,
    code_not_yours: invalidToken,
    refresh_over: invalidToken,
    not_authorizable: invalidToken,
    user_unknown: invalidToken,
    offer_taken: invalidToken,
    tx_code_missing: invalidToken,
    tx_code_unexpected: invalidToken,
    session_closed: invalidToken,
    no_grant: invalidToken,
    token_expired: invalidToken,
    wrong_sender_key: invalidToken,
    not_offered: invalidToken,
    already_issued: invalidToken,
    deferral_unknown: invalidToken,
    deferral_decided: invalidToken,
    deferral_over: invalidToken,
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
  identifier_needed: invalidRequest(
    'credential_identifier is needed: the token response named the credentials by credential_identifiers',
  ),
  not_offered: () => wire(accessError('insufficient_scope', scheme)),
  already_issued: denied(
    'The credential is not issued again: this offer gave it, for other keys or so long ago that the answer is not kept',
  ),
  certificate_not_valid_now: denied(
    'The credential is not issued: its issuer has no certificate that is valid now',
  ),
  validity_over: denied('The credential is not issued: the time that it was to be good for is over'),
  user_unknown: denied('The credential is not issued: nobody is known to whom it was to be issued'),
  status_not_valid: denied('The credential was revoked or suspended, and no more of it is given'),
  claims_denied: denied('The credential is not issued: whoever knows its claims refused'),
  claims_unanswered: () => claimsAway,
  claims_unfit: () => claimsAway,
})

const deferredErrors = (scheme: AccessScheme): WireErrors<CollectingRefusal> => ({
  ...credentialErrors(scheme),
  deferral_over: () =>
    wire(
      credentialError(
        'invalid_transaction_id',
        'No credential waits under this transaction_id for this access token, or not any more',
      ),
    ),
  deferral_denied: denied('The credential is not issued: whoever had to agree refused'),
})

/** §9.3 */
export const DEFERRED_ERRORS: Readonly<Record<AccessScheme, WireErrors<CollectingRefusal>>> = {
  DPoP: deferredErrors('DPoP'),
  Bearer: deferredErrors('Bearer'),
}

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
