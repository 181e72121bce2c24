/**
 * What services on a list of trusted entities stand for here (ETSI TS 119 602 annexes D to I): which purposes, signers
 * and credential types their certificates count for, and in which status. A service type without a rule gives nothing.
 */
import type { SignerProfile } from '@countersign/credential/contract/format-facts'
import type { TrustPurpose } from '../trust-anchor.ts'

export interface ServiceRule {
  /** `ServiceTypeIdentifier`. */
  readonly serviceType: string
  readonly purposes: readonly TrustPurpose[]
  /** Credential types that such a service may issue; all when absent. */
  readonly types?: readonly string[] | undefined
  /** Signers of which kind; all when absent. */
  readonly signerProfiles?: readonly SignerProfile[] | undefined
  /** `ServiceStatus` values that count. A service without a status is listed because it is trusted. */
  readonly acceptedStatuses?: readonly string[] | undefined
}

const ETSI = 'http://uri.etsi.org/19602'
const EU = 'http://trust.ec.europa.eu/lists'

/** Of the lists that the European Commission publishes: PID providers, wallet providers, access certificates, mDL. */
export const EU_SERVICE_RULES: readonly ServiceRule[] = [
  {
    serviceType: `${ETSI}/SvcType/PID/Issuance`,
    purposes: ['issuer'],
    types: ['urn:eudi:pid:1', 'eu.europa.ec.eudi.pid.1'],
  },
  { serviceType: `${ETSI}/SvcType/PID/Revocation`, purposes: ['status_list'] },
  { serviceType: `${ETSI}/SvcType/WalletSolution/Issuance`, purposes: ['wallet_attester', 'key_attester'] },
  { serviceType: `${ETSI}/SvcType/WalletSolution/Revocation`, purposes: ['status_list'] },
  { serviceType: `${ETSI}/SvcType/WRPAC/Issuance`, purposes: ['request_signing'] },
  {
    serviceType: `${EU}/mDL/SvcType/Issuance`,
    purposes: ['issuer'],
    signerProfiles: ['iso-mdl'],
    types: ['org.iso.18013.5.1.mDL'],
  },
  { serviceType: `${EU}/mDL/SvcType/Revocation`, purposes: ['status_list'] },
]

/**
 * For public bodies that issue attestations; whoever trusts that list says for which types, since the list does not.
 * Their services have a status, and keep the earlier ones as history.
 */
export function publicAttestationRules(types: readonly string[]): readonly ServiceRule[] {
  const acceptedStatuses = [`${ETSI}/PubEAAProvidersList/SvcStatus/notified`]
  return [
    { serviceType: `${ETSI}/SvcType/PubEAA/Issuance`, purposes: ['issuer'], types, acceptedStatuses },
    { serviceType: `${ETSI}/SvcType/PubEAA/Revocation`, purposes: ['status_list'], acceptedStatuses },
  ]
}
