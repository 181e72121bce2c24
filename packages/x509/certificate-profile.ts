/**
 * Profiles of certificates beyond a valid path: ISO/IEC 18013-5 annex B for those who issue mdocs. A profile answers
 * with everything that is wrong, so that whoever makes a certificate, configures one or explains a refusal sees the
 * whole list. Says nothing of signatures and time.
 */
import type { Certificate } from './certificate.ts'
import { ATTRIBUTE, attributeValues, type DistinguishedName, sameName } from './distinguished-name.ts'
import { EXTENSION } from './extensions.ts'

export type ProfileFault =
  | 'country_missing' // no countryName, or not two capital letters
  | 'country_differs' // from that of the IACA
  | 'state_differs' // where the IACA names a state or province (table B.3)
  | 'common_name_missing'
  | 'validity_too_long'
  | 'serial_out_of_range' // not positive, or of more than 20 bytes
  | 'key_not_elliptic'
  | 'is_ca'
  | 'not_ca'
  | 'path_length_not_zero'
  | 'not_self_signed'
  | 'key_usage_wrong'
  | 'extended_key_usage_wrong'
  | 'subject_key_id_missing'
  | 'authority_key_id_missing'
  | 'issuer_alternative_name_missing'
  | 'crl_distribution_point_missing'
  | 'extension_criticality_wrong' // one that is to be critical and is not
  | 'extension_forbidden' // annex B.1.1
  | 'intermediate_ca' // a document signer stands directly below its IACA

/** Object identifiers that name a purpose (ISO/IEC 18013-5 annexes B and C). */
export const EXTENDED_KEY_USAGE = {
  documentSigner: '1.0.18013.5.1.2',
  readerAuthentication: '1.0.18013.5.1.6',
  vicalSigner: '1.0.18013.5.1.8',
} as const

const DAY_SECONDS = 86_400

/** Annex B.1.4: a document signer lasts 15 months at most. */
export const MAX_DOCUMENT_SIGNER_DAYS = 457

/** Annex B.1.2: 20 years, five of them leap years. */
export const MAX_IACA_DAYS = 20 * 365 + 5

/** Annex B.1.2: the root of an issuing authority. */
export function findIacaFaults(certificate: Certificate): readonly ProfileFault[] {
  return present([
    ...findCommonFaults(certificate, MAX_IACA_DAYS),
    !certificate.isCa && 'not_ca',
    certificate.pathLength !== 0 && 'path_length_not_zero',
    !sameName(certificate.issuer, certificate.subject) && 'not_self_signed',
    !hasExactly(certificate.keyUsage, ['keyCertSign', 'cRLSign']) && 'key_usage_wrong',
    !areCritical(certificate, [EXTENSION.keyUsage, EXTENSION.basicConstraints]) &&
      'extension_criticality_wrong',
  ])
}

/**
 * What a document signer has to be made for. `mdl`: for mDLs and nothing else, as annex B.1.4 has it; `any`: for whatever its
 * certificate says, or does not say; a list of object identifiers: for these and nothing else.
 */
export type DocumentSignerUsages = 'mdl' | 'any' | readonly string[]

/** Annex B.1.4: who signs mdocs, below that root. The purpose in the annex is that of mDLs; other documents have others. */
export function findDocumentSignerFaults(
  certificate: Certificate,
  iaca: Pick<Certificate, 'subject'>,
  usages: DocumentSignerUsages = 'mdl',
): readonly ProfileFault[] {
  const critical = usages === 'mdl' ? [EXTENSION.keyUsage, EXTENSION.extendedKeyUsage] : [EXTENSION.keyUsage]
  return present([
    ...findCommonFaults(certificate, MAX_DOCUMENT_SIGNER_DAYS),
    differs(certificate, iaca, ATTRIBUTE.country) && 'country_differs',
    differs(certificate, iaca, ATTRIBUTE.stateOrProvince) && 'state_differs',
    certificate.isCa && 'is_ca',
    certificate.authorityKeyId === undefined && 'authority_key_id_missing',
    !hasExactly(certificate.keyUsage, ['digitalSignature']) && 'key_usage_wrong',
    !isMadeFor(certificate, usages) && 'extended_key_usage_wrong',
    !areCritical(certificate, critical) && 'extension_criticality_wrong',
  ])
}

/** Whether a document signer's certificate has a purpose that counts, and none beside such. */
export function isMadeFor(
  { extendedKeyUsage = [] }: Pick<Certificate, 'extendedKeyUsage'>,
  usages: DocumentSignerUsages,
): boolean {
  if (usages === 'any') return true
  const counting = usages === 'mdl' ? [EXTENDED_KEY_USAGE.documentSigner] : usages
  return extendedKeyUsage.length > 0 && extendedKeyUsage.every((one) => counting.includes(one))
}

type Finding = ProfileFault | false

function present(findings: readonly Finding[]): readonly ProfileFault[] {
  return findings.filter((finding) => finding !== false)
}

/** Annex B.1.1: extensions that no certificate of an mdoc PKI has. */
const FORBIDDEN: readonly string[] = [
  EXTENSION.policyMappings,
  EXTENSION.nameConstraints,
  EXTENSION.policyConstraints,
  EXTENSION.inhibitAnyPolicy,
  EXTENSION.freshestCrl,
]

function findCommonFaults(certificate: Certificate, maxDays: number): readonly Finding[] {
  const { subject, notBefore, notAfter, serial } = certificate
  return [
    !hasCountry(subject) && 'country_missing',
    attributeValues(subject, ATTRIBUTE.commonName).length === 0 && 'common_name_missing',
    notAfter - notBefore > maxDays * DAY_SECONDS && 'validity_too_long',
    !isSerialInRange(serial) && 'serial_out_of_range',
    certificate.publicKey.kty === 'RSA' && 'key_not_elliptic',
    certificate.subjectKeyId === undefined && 'subject_key_id_missing',
    !namesIssuer(certificate) && 'issuer_alternative_name_missing',
    !certificate.crlDistributionPoints?.length && 'crl_distribution_point_missing',
    certificate.extensionIds.some((id) => FORBIDDEN.includes(id)) && 'extension_forbidden',
  ]
}

/** ISO 3166-1 alpha-2, in capitals. */
function hasCountry(subject: DistinguishedName): boolean {
  const [country, ...others] = attributeValues(subject, ATTRIBUTE.country)
  return others.length === 0 && /^[A-Z]{2}$/.test(country ?? '')
}

/** By e-mail address or URI. */
function namesIssuer({ issuerAlternativeNames: names }: Certificate): boolean {
  return names !== undefined && names.emails.length + names.uris.length > 0
}

/** Hexadecimal in two's complement, at most 20 bytes (RFC 5280 §4.1.2.2). */
function isSerialInRange(serial: string): boolean {
  return serial.length <= 40 && Number.parseInt(serial.slice(0, 2), 16) < 0x80 && !/^0*$/.test(serial)
}

function differs(certificate: Certificate, iaca: Pick<Certificate, 'subject'>, attribute: string): boolean {
  const [expected] = attributeValues(iaca.subject, attribute)
  return expected !== undefined && attributeValues(certificate.subject, attribute)[0] !== expected
}

function hasExactly(found: readonly string[] | undefined, wanted: readonly string[]): boolean {
  return found?.length === wanted.length && wanted.every((one) => found.includes(one))
}

function areCritical({ criticalIds }: Certificate, wanted: readonly string[]): boolean {
  return wanted.every((id) => criticalIds.includes(id))
}
