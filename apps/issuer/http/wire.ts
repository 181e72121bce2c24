/** Refusals of the use cases as HTTP errors: every public text of the issuer is here or in protocol's OAuth errors. */

import {
  type AccessScheme,
  accessError,
  credentialError,
  issuanceOAuthError,
  type OAuthError,
  tokenError,
} from '@countersign/protocol/oauth/errors'
import {
  type CredentialRequestRefusal,
  credentialRequestErrorCode,
} from '@countersign/protocol/openid4vci/credential/credential-request'
import type { TokenRequestRefusal } from '@countersign/protocol/openid4vci/token'
import type { WireError } from '@countersign/service/http/wire-errors'
import type { TokenRefusal } from '../authorization/request-token.ts'
import type { SenderRefusal } from '../authorization/sender-key.ts'
import type { CredentialRefusal } from '../credential/issue-credential.ts'
import type { OfferRefusal } from '../offer/create-offer.ts'
import type { OnboardRefusal } from '../onboarding/onboard-issuer.ts'
import type { MdocPkiRefusal } from '../onboarding/onboard-mdoc-pki.ts'
import type { StatusRefusal } from '../status/credential-status.ts'

export const sessionUnknown: WireError = {
  status: 404,
  message: 'No active issuance session found by the given id',
}

export function onboardError(refusal: OnboardRefusal): WireError {
  switch (refusal.code) {
    case 'backend_unsupported':
      return badRequest(`Unsupported key backend: ${refusal.backend}; supported: jwk`)
    case 'key_type_unsupported':
      return badRequest(`Unsupported key type: ${refusal.keyType}`)
    case 'did_method_unsupported':
      return badRequest(`Unsupported DID method: ${refusal.method}`)
    case 'did_place_unusable':
      return badRequest(
        'did.config: a did:web needs domain, a host name with an optional port; path is a plain path',
      )
  }
}

export function mdocPkiError(refusal: MdocPkiRefusal): WireError {
  switch (refusal.code) {
    case 'backend_unsupported':
      return badRequest(`Unsupported key backend: ${refusal.backend}; supported: jwk`)
    case 'key_type_unsupported':
      return badRequest(
        `Unsupported key type: ${refusal.keyType}; supported: secp256r1, secp384r1, secp521r1`,
      )
    case 'iaca_key_unusable':
      return badRequest(`iacaSigner.iacaKey cannot be used: ${refusal.reason}`)
    case 'name_invalid':
      return badRequest(
        `certificateData: ${CERTIFICATE_MEMBERS[refusal.member]} is not what a certificate can carry`,
      )
    case 'alternative_name_invalid':
      return badRequest('certificateData.issuerAlternativeNameConf: an e-mail address or a URI is needed')
    case 'crl_distribution_point_invalid':
      return badRequest('certificateData.crlDistributionPointUri is no URI')
    case 'validity_empty':
      return badRequest('certificateData: notAfter has to be after notBefore')
    case 'validity_too_long':
      return badRequest(`certificateData: the certificate may be good for ${refusal.maxDays} days at most`)
    case 'validity_beyond_issuer':
      return badRequest('certificateData: the document signer may not outlast its IACA')
    case 'issuer_unreadable':
      return badRequest('iacaSigner.iacaPem: one certificate in PEM is needed')
    case 'issuer_key_differs':
      return badRequest('iacaSigner: the certificate is not for this key')
    case 'issuer_unfit':
      return badRequest(`iacaSigner.iacaPem is no IACA: ${refusal.faults.join(', ')}`)
    case 'country_differs':
      return badRequest(
        `certificateData.country differs from that of the IACA: ${refusal.expected ?? 'none'}`,
      )
    case 'state_differs':
      return badRequest(
        `certificateData.stateOrProvinceName differs from that of the IACA: ${refusal.expected}`,
      )
    case 'key_unsupported':
      return badRequest('keys of this kind sign no mdocs')
  }
}

const CERTIFICATE_MEMBERS = {
  country: 'country',
  stateOrProvince: 'stateOrProvinceName',
  organization: 'organizationName',
  commonName: 'commonName',
} as const

export function offerError(refusal: OfferRefusal): WireError {
  switch (refusal.code) {
    case 'configuration_unknown':
      return badRequest(
        `Unknown credentialConfigurationId ${refusal.configurationId}; known: ${refusal.known.join(', ')}`,
      )
    case 'configuration_repeated':
      return badRequest(`${refusal.configurationId} stands twice in one offer`)
    case 'issuer_key_unusable':
      return badRequest(`issuerKey cannot be used: ${refusal.reason}`)
    case 'status_unavailable':
      return badRequest(
        'status: this issuer keeps no status lists; they need a database that all instances share',
      )
    case 'mapping_function_unknown':
      return badRequest(`mapping: unknown function <${refusal.name}>`)
    case 'mapping_argument':
      return badRequest(`mapping: <${refusal.name}> cannot take "${refusal.argument.slice(0, 40)}"`)
    case 'mapping_too_deep':
      return badRequest('mapping nests too deeply')
    case 'claims_invalid':
      return badRequest(
        `credentialData does not fit ${refusal.configurationId}: ${refusal.mistakes.join('; ')}`,
      )
    case 'claims_unissuable':
      return badRequest(
        `${refusal.configurationId} cannot be issued with this credentialData: ${refusal.reason}`,
      )
    case 'disclosure_not_chosen':
      return badRequest(`selectiveDisclosure has no meaning for the format of ${refusal.configurationId}`)
    case 'selective_disclosure':
      return badRequest(`selectiveDisclosure names ${refusal.at}, which credentialData does not have`)
  }
}

export const noDatabase: WireError = {
  status: 404,
  message: 'This issuer keeps no log of issued credentials: it has no database that all instances share',
}

export const credentialUnknown: WireError = { status: 404, message: 'No issued credential found' }

export const listUnknown: WireError = { status: 404, message: 'No status list found by the given id' }

/** Token Status List §8.4. */
export const noHistory: WireError = { status: 501, message: 'Earlier statuses are not told' }

export function notAcceptable(types: readonly string[]): WireError {
  return { status: 406, message: `This list comes as ${types.join(' or ')}` }
}

export function statusError(refusal: StatusRefusal): WireError {
  switch (refusal.code) {
    case 'credential_unknown':
      return credentialUnknown
    case 'no_status':
      return { status: 409, message: 'This credential was issued without a status: it cannot be revoked' }
    case 'revoked_for_good':
      return { status: 409, message: 'This credential is revoked, which is final' }
  }
}

export function badRequest(message: string): WireError {
  return { status: 400, message }
}

export function tokenRequestError(refusal: TokenRequestRefusal): WireError {
  return wire(tokenError(refusal.code))
}

export function tokenRefusalError(refusal: TokenRefusal): WireError {
  switch (refusal.code) {
    case 'code_unknown':
    case 'session_unknown':
    case 'tx_code_wrong':
      return wire(tokenError('invalid_grant'))
    default:
      return isDpop(refusal)
        ? wire(tokenError('invalid_dpop_proof'))
        : wire(issuanceOAuthError(refusal, 'token'))
  }
}

export function credentialRequestError(refusal: CredentialRequestRefusal): WireError {
  return wire(credentialError(credentialRequestErrorCode(refusal)))
}

export function credentialRefusalError(refusal: CredentialRefusal, scheme: AccessScheme): WireError {
  switch (refusal.code) {
    case 'token_unknown':
    case 'session_unknown':
      return wire(accessError('invalid_token', scheme))
    case 'configuration_unknown':
      return wire(credentialError('unknown_credential_configuration'))
    case 'identifier_unknown':
      return wire(credentialError('unknown_credential_identifier'))
    case 'nonce_missing':
      return wire(credentialError('invalid_proof'))
    case 'nonce_spent':
    case 'challenge_unknown':
    case 'challenge_expired':
      return wire(credentialError('invalid_nonce'))
    case 'offer_expired':
    case 'code_spent':
    case 'tx_code_missing':
    case 'tx_code_unexpected':
    case 'session_closed':
    case 'no_grant':
    case 'token_expired':
    case 'wrong_sender_key':
    case 'not_offered':
    case 'already_issued':
      return wire(issuanceOAuthError(refusal, 'credential', scheme))
    default:
      // What is left are faults of a proof: of the sender's key or of the holder's.
      return wire(
        isDpop(refusal) ? accessError('invalid_dpop_proof', scheme) : credentialError('invalid_proof'),
      )
  }
}

export function missingToken(): WireError {
  return wire(accessError('missing_token'))
}

function isDpop<T extends { readonly code: string }>(refusal: T): refusal is Extract<T, SenderRefusal> {
  return refusal.code.startsWith('dpop_')
}

function wire({ error, description, status, headers }: OAuthError): WireError {
  return { status, code: error, message: description, ...(headers && { headers }) }
}
