/**
 * Refusals of the management calls as HTTP errors, and every public text of them; those of the endpoints that wallets
 * call are in `wire-wallet.ts`. A table a use case: the compiler names each code that it lacks.
 */
import type { IssuanceRefusal } from '@countersign/protocol/openid4vci/session/message'
import { callbackNotAllowed } from '@countersign/service/callbacks/parse-callback'
import type { WireError, WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { OfferRefusal } from '../../offer/create-offer.ts'
import type { TimeFault } from '../../offer/period-members.ts'
import { keyTypes, type OnboardRefusal } from '../../onboarding/onboard-issuer.ts'
import { documentKeyTypes, type MdocPkiRefusal } from '../../onboarding/onboard-mdoc-pki.ts'
import type { StatusRefusal } from '../../status/change-status.ts'

function badRequest(message: string): WireError {
  return { status: 400, message }
}

function notFound(message: string): WireError {
  return { status: 404, message }
}

export const sessionUnknown = notFound('No active issuance session found by the given id')

/** `data`: the member of the call that brings the claims. */
export const offerErrors = (data: 'credentialData' | 'claims'): WireErrors<OfferRefusal> => ({
  callback_not_allowed: ({ reason }) => badRequest(callbackNotAllowed(reason)),
  redemptions_not_taken: () =>
    badRequest(
      'maxRedemptions: more than one goes with an authenticationMethod other than PRE_AUTHORIZED: a pre-authorized code is for one',
    ),
  configuration_unknown: ({ configurationId, known }) =>
    badRequest(`Unknown credentialConfigurationId ${configurationId}; known: ${known.join(', ')}`),
  configuration_repeated: ({ configurationId }) => badRequest(`${configurationId} stands twice in one offer`),
  issuer_key_unusable: ({ reason }) => badRequest(`issuerKey cannot be used: ${reason}`),
  login_unavailable: () =>
    badRequest('authenticationMethod: PWD needs a login provider, userLogin of the configuration'),
  presentations_unavailable: () =>
    badRequest('authenticationMethod: VP_TOKEN needs a verifier, verifierUrl of the configuration'),
  vp_request_invalid: ({ at, reason }) =>
    badRequest(`vpRequest: dcql_query is not valid at ${at}: ${reason.replaceAll('_', ' ')}`),
  user_claim_unknown: ({ at, configurationId }) =>
    badRequest(`userClaims names ${at}, which the example of ${configurationId} does not have`),
  status_unavailable: () =>
    badRequest('status: this issuer keeps no status lists; they need a database that all instances share'),
  mapping_function_unknown: ({ name }) => badRequest(`mapping: unknown function <${name}>`),
  mapping_argument: ({ name, argument }) =>
    badRequest(`mapping: <${name}> cannot take "${argument.slice(0, 40)}"`),
  mapping_too_deep: () => badRequest('mapping nests too deeply'),
  claims_invalid: ({ configurationId, mistakes }) =>
    badRequest(`${data} does not fit ${configurationId}: ${mistakes.join('; ')}`),
  claims_unissuable: ({ configurationId, reason, detail }) => {
    const told = UNISSUABLE_REASONS.get(reason) ?? reason
    const about = detail === undefined ? '' : ` (${detail})`
    return badRequest(`${configurationId} cannot be issued with this ${data}: ${told}${about}`)
  },
  time_refused: ({ configurationId, member, fault }) =>
    badRequest(`${configurationId} cannot be issued with this ${member}: it ${TIME_FAULTS[fault]}`),
  validity_days_not_taken: ({ configurationId }) =>
    badRequest(`mdocValidityDays is for mdocs: the data of ${configurationId} says until when it is good`),
  member_issuer_written: ({ configurationId, member, expected }) =>
    badRequest(
      `${member} cannot be given for ${configurationId}: the issuer writes it itself${
        expected === undefined ? '' : `, as ${expected}`
      }`,
    ),
  disclosure_not_chosen: ({ configurationId }) =>
    badRequest(`selectiveDisclosure has no meaning for the format of ${configurationId}`),
  selective_disclosure: ({ at }) =>
    badRequest(`selectiveDisclosure names ${at}, which ${data} does not have`),
})

/** Formats have many reasons of their own; a sentence for those that are about more than the data. */
const UNISSUABLE_REASONS: ReadonlyMap<string, string> = new Map([
  ['issuing_country_differs', 'issuing_country is not the country of the certificate that would sign it'],
  [
    'issuing_jurisdiction_differs',
    'issuing_jurisdiction is not the state or province of the certificate that would sign it',
  ],
])

const EXAMPLE_TIME = '2027-01-01T00:00:00Z'

const TIME_FAULTS: Readonly<Record<TimeFault, string>> = {
  not_a_time: `must be a moment such as ${EXAMPLE_TIME}; exp and nbf may be whole seconds since 1970`,
  date_only: `is a day, and a moment is needed, such as ${EXAMPLE_TIME}`,
  no_time_zone: `has no time zone, and a moment is needed, such as ${EXAMPLE_TIME}`,
  fraction: 'has a fraction of a second; whole seconds are written',
  milliseconds: 'must be in seconds since 1970, and is in milliseconds',
  out_of_range: 'must lie between 1970 and the end of the year 9999',
  past: 'is not in the future: the credential would have ended before it is issued',
  before_start: 'is not after the beginning of the validity',
  contradiction: 'says another moment than the other member that is given for it',
  moment_of_issuance: 'is the moment of issuance, which the issuer writes: leave it out',
}

export const OFFER_ERRORS = offerErrors('credentialData')

export const DEFERRAL_ERRORS: WireErrors<DeferralRefusal> = {
  deferral_unknown: ({ configurationId }) =>
    badRequest(`Nothing is deferred here under the credentialConfigurationId ${configurationId}`),
  deferral_decided: ({ decision }) => ({
    status: 409,
    message: `It was ${decision} before: a decision is one`,
  }),
}

type DeferralRefusal = Extract<IssuanceRefusal, { readonly code: 'deferral_unknown' | 'deferral_decided' }>

/** A transaction code that is made here has to be told, and a bare URL has no place for it. */
export const txCodeUntold = badRequest(
  'Give txCodeValue, or accept application/json to be told the transaction code that is made',
)

export const ONBOARD_ERRORS: WireErrors<OnboardRefusal> = {
  backend_unsupported: backendUnsupported,
  key_type_unsupported: ({ keyType }) => keyTypeUnsupported(keyType, keyTypes),
  did_method_unsupported: ({ method }) =>
    badRequest(`Unsupported DID method: ${method}; supported: jwk, key, web`),
  did_place_unusable: () =>
    badRequest('did.config: a did:web needs domain, a host name with an optional port; path is a plain path'),
}

export const MDOC_PKI_ERRORS: WireErrors<MdocPkiRefusal> = {
  backend_unsupported: backendUnsupported,
  key_type_unsupported: ({ keyType }) => keyTypeUnsupported(keyType, documentKeyTypes),
  iaca_key_unusable: ({ reason }) => badRequest(`iacaSigner.iacaKey cannot be used: ${reason}`),
  name_invalid: ({ member }) =>
    badRequest(`certificateData: ${CERTIFICATE_MEMBERS[member]} is not what a certificate can carry`),
  alternative_name_invalid: () =>
    badRequest('certificateData.issuerAlternativeNameConf: an e-mail address or a URI is needed'),
  crl_distribution_point_invalid: () => badRequest('certificateData.crlDistributionPointUri is no URI'),
  validity_empty: () => badRequest('certificateData: notAfter has to be after notBefore'),
  validity_too_long: ({ maxDays }) =>
    badRequest(`certificateData: the certificate may be good for ${maxDays} days at most`),
  validity_beyond_issuer: () => badRequest('certificateData: the document signer may not outlast its IACA'),
  issuer_unreadable: () => badRequest('iacaSigner.iacaPem: one certificate in PEM is needed'),
  issuer_key_differs: () => badRequest('iacaSigner: the certificate is not for this key'),
  issuer_unfit: ({ faults }) => badRequest(`iacaSigner.iacaPem is no IACA: ${faults.join(', ')}`),
  country_differs: ({ expected }) =>
    badRequest(`certificateData.country differs from that of the IACA: ${expected ?? 'none'}`),
  state_differs: ({ expected }) =>
    badRequest(`certificateData.stateOrProvinceName differs from that of the IACA: ${expected}`),
  key_unsupported: () => badRequest('keys of this kind sign no mdocs'),
}

const CERTIFICATE_MEMBERS = {
  country: 'country',
  stateOrProvince: 'stateOrProvinceName',
  organization: 'organizationName',
  commonName: 'commonName',
} as const

function backendUnsupported({ backend }: { readonly backend: string }): WireError {
  return badRequest(`Unsupported key backend: ${backend}; supported: jwk`)
}

function keyTypeUnsupported(keyType: string, supported: readonly string[]): WireError {
  return badRequest(`Unsupported key type: ${keyType}; supported: ${supported.join(', ')}`)
}

export const noDatabase = notFound(
  'This issuer keeps no log of issued credentials: it has no database that all instances share',
)

export const noAudit = notFound(
  'This issuer keeps no log of management calls: auditDays says for how long one is kept, and it needs a database',
)

export const credentialUnknown = notFound('No issued credential found')

export const STATUS_ERRORS: WireErrors<StatusRefusal> = {
  credential_unknown: () => credentialUnknown,
  no_status: () => ({
    status: 409,
    message: 'This credential was issued without a status: it cannot be revoked',
  }),
  no_suspension: () => ({
    status: 409,
    message:
      'This credential can be revoked, not suspended: data model 1.1 has one status, which is revocation',
  }),
  revoked_for_good: () => ({ status: 409, message: 'This credential is revoked, which is final' }),
}

export const listUnknown = notFound('No status list found by the given id')

/** Token Status List §8.4 lets an issuer keep the past to itself, with this status. */
export const noHistory: WireError = { status: 501, message: 'Earlier statuses are not told' }

export function notAcceptable(types: readonly string[]): WireError {
  return { status: 406, message: `This list comes as ${types.join(' or ')}` }
}
