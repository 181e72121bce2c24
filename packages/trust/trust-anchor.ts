/**
 * Whom a deployment trusts, as data: certificates with a name for people, where they come from, and what for. Every
 * source - files, VICALs, lists of trusted entities - ends in this form, so that a decision can name its source.
 */
import type { SignerProfile } from '@countersign/credential/contract/format-facts'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { Certificate } from '@countersign/x509/certificate'

export type TrustPurpose =
  | 'issuer' // of credentials, document signers of mdocs included
  | 'status_list'
  | 'request_signing' // verifiers
  | 'wallet_attester'
  | 'key_attester'
  | 'metadata' // signed metadata and type metadata
  | 'trust_list' // providers of VICALs and of lists of trusted entities

export interface TrustedCertificate {
  readonly certificate: Certificate
  /** For people; the subject of the certificate when absent. */
  readonly name?: string | undefined
  /** Where it was configured: a file, a list with its provider. */
  readonly source?: string | undefined
  /** All when absent. */
  readonly purposes?: readonly TrustPurpose[] | undefined
  /** Credential types; all when absent. Says nothing where no credential is asked about. */
  readonly types?: readonly string[] | undefined
  /** For every format whose signers have such certificates; all when absent. */
  readonly signerProfiles?: readonly SignerProfile[] | undefined
  /** All when absent. */
  readonly formats?: readonly FormatId[] | undefined
  /** When it was trusted: what was signed in such a period counts. Always when absent. */
  readonly periods?: readonly TrustPeriod[] | undefined
  /** Epoch seconds: the list that names it says nothing after this. */
  readonly usableUntil?: number | undefined
  /**
   * Whether signers may call themselves by an https URL only where their certificate names it, and count as that issuer
   * then; `if_named`: they count as an issuer that their certificate names, and may claim other names. Where it is absent,
   * a signer is who its certificate's subject says, whatever name it claims.
   */
  readonly bindIssuer?: boolean | 'if_named' | undefined
  /**
   * Whether every credential, of whatever type, states no other country and jurisdiction than its signer's certificate.
   * Where it is absent, those whose standard says so.
   */
  readonly bindJurisdiction?: boolean | undefined
  /**
   * For an anchor: what the document signers of mdocs below it are made for, whatever they sign: a list of object identifiers,
   * or whatever their certificates say. Where it is absent, the purpose of mDLs for mDLs, and any or none for other types.
   */
  readonly documentSignerUsages?: 'any' | readonly string[] | undefined
  /** For an anchor: it counts although it does not follow the profile of its purpose. */
  readonly profileWaived?: boolean | undefined
}

/** Epoch seconds, the end exclusive. */
export interface TrustPeriod {
  readonly from: number
  readonly until?: number | undefined
}

export interface TrustList {
  /** CAs: a chain has to lead to one. */
  readonly anchors: readonly TrustedCertificate[]
  /** Certificates of signers, trusted as they are. */
  readonly pins: readonly TrustedCertificate[]
}

export function combineTrustLists(...lists: readonly TrustList[]): TrustList {
  return {
    anchors: lists.flatMap(({ anchors }) => anchors),
    pins: lists.flatMap(({ pins }) => pins),
  }
}

/** What is the same for all certificates of one source. */
export type TrustScope = Omit<TrustedCertificate, 'certificate'>

export function anchorsFrom(certificates: readonly Certificate[], scope: TrustScope): TrustList {
  return { anchors: certificates.map((certificate) => ({ ...scope, certificate })), pins: [] }
}

export function pinsFrom(certificates: readonly Certificate[], scope: TrustScope): TrustList {
  return { anchors: [], pins: certificates.map((certificate) => ({ ...scope, certificate })) }
}

/** What somebody is to be trusted for. */
export interface TrustOccasion {
  readonly purpose: TrustPurpose
  readonly format?: FormatId | undefined
  /** Of the format: what certificate its signers have to have. */
  readonly signerProfile?: SignerProfile | undefined
  /** Credential type. */
  readonly type?: string | undefined
  /** Epoch seconds, where the signed thing says so itself; absent: now. */
  readonly signedAt?: number | undefined
  /** What the signed thing calls its issuer, where it does. */
  readonly issuer?: string | undefined
}

/** Why the certificate does not count on this occasion; undefined when it does. */
export type ScopeFault =
  | 'anchor_not_for_purpose'
  | 'anchor_not_for_format'
  | 'anchor_not_for_type'
  | 'anchor_not_trusted_then' // withdrawn, or not yet granted, when it was signed
  | 'anchor_list_outdated'

export function findScopeFault(
  trusted: TrustedCertificate,
  { purpose, format, signerProfile, type, signedAt }: TrustOccasion,
  now: number,
): ScopeFault | undefined {
  const { purposes, formats, signerProfiles, types, periods, usableUntil } = trusted
  if (purposes !== undefined && !purposes.includes(purpose)) return 'anchor_not_for_purpose'
  if (formats !== undefined && format !== undefined && !formats.includes(format))
    return 'anchor_not_for_format'
  if (signerProfiles !== undefined && signerProfile !== undefined && !signerProfiles.includes(signerProfile))
    return 'anchor_not_for_format'
  if (types !== undefined && type !== undefined && !types.includes(type)) return 'anchor_not_for_type'
  if (periods !== undefined && !isInPeriods(periods, signedAt ?? now)) return 'anchor_not_trusted_then'
  return usableUntil !== undefined && now > usableUntil ? 'anchor_list_outdated' : undefined
}

/** Until when a decision of `now` holds, as far as the source says so; epoch seconds, the end included. */
export function scopeEnd({ periods, usableUntil }: TrustedCertificate, now: number): number {
  const period = periods?.find((one) => isInPeriods([one], now))
  const periodEnd = period?.until === undefined ? Number.POSITIVE_INFINITY : period.until - 1
  return Math.min(usableUntil ?? Number.POSITIVE_INFINITY, periodEnd)
}

function isInPeriods(periods: readonly TrustPeriod[], moment: number): boolean {
  return periods.some(({ from, until }) => moment >= from && (until === undefined || moment < until))
}

export function nameOf({ name, certificate }: TrustedCertificate): string {
  return name ?? certificate.subject.text
}
