/**
 * What is common to the making of every certificate: how long it may last, which names cannot stand in it, the refusals,
 * and the certificate in the forms that others take it. Profiles are those of the callers.
 */
import { encodeBase64 } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { sameKey } from '@countersign/crypto/jwk'
import { type Certificate, parseCertificate } from '../certificate.ts'
import type { ProfileFault } from '../certificate-profile.ts'
import { toPem } from '../pem.ts'
import { type AlternativeName, isEmail, isUri } from './alternative-names.ts'
import {
  BACKDATE_SECONDS,
  type CertificateFacts,
  findNameFault,
  type SubjectName,
  signCertificate,
} from './certificate-encoding.ts'

export interface MadeCertificate {
  readonly certificatePem: string
  /** Standard base64 DER, as in `x5c`. */
  readonly certificate: string
  readonly parsed: Certificate
  /** In what it departs from the profile of its purpose: only what the request left out. */
  readonly faults: readonly ProfileFault[]
}

export type CertificateRequestRefusal =
  /** What the name is wrong in, e.g. `country` that is not two capital letters. */
  | { readonly code: 'name_invalid'; readonly member: keyof SubjectName }
  | { readonly code: 'alternative_name_invalid'; readonly member: 'email' | 'uri' | 'dnsName' }
  | { readonly code: 'crl_distribution_point_invalid' }
  | { readonly code: 'key_unsupported' }
  | { readonly code: 'validity_empty' }
  | { readonly code: 'validity_too_long'; readonly maxDays: number }
  /** Outside of the period of the issuing CA, given in epoch seconds. */
  | { readonly code: 'validity_beyond_issuer'; readonly notBefore: number; readonly notAfter: number }
  | { readonly code: 'issuer_unreadable' }
  /** The CA's certificate is not for the key that signs. */
  | { readonly code: 'issuer_key_differs' }
  | { readonly code: 'issuer_unfit'; readonly faults: readonly (ProfileFault | 'not_valid_now')[] }
  | { readonly code: 'country_differs'; readonly expected: string | undefined }
  | { readonly code: 'state_differs'; readonly expected: string }

export interface Validity {
  /** Epoch seconds. */
  readonly notBefore: number
  readonly notAfter: number
}

/** What a caller asks for; what is absent, the limits settle. */
export interface WantedValidity {
  /** Epoch seconds. */
  readonly notBefore?: number | undefined
  readonly notAfter?: number | undefined
}

const DAY_SECONDS = 86_400

export interface ValidityLimits {
  /** Epoch seconds. */
  readonly now: number
  /** From the beginning, where no end is asked for. */
  readonly defaultDays: number
  readonly maxDays: number
}

export function settleValidity(
  wanted: WantedValidity,
  limits: ValidityLimits,
): Result<Validity, CertificateRequestRefusal> {
  const notBefore = wanted.notBefore ?? limits.now - BACKDATE_SECONDS
  const notAfter = wanted.notAfter ?? notBefore + limits.defaultDays * DAY_SECONDS
  if (!Number.isSafeInteger(notBefore) || !Number.isSafeInteger(notAfter) || notAfter <= notBefore) {
    return refuse({ code: 'validity_empty' })
  }
  return notAfter - notBefore > limits.maxDays * DAY_SECONDS
    ? refuse({ code: 'validity_too_long', maxDays: limits.maxDays })
    : ok({ notBefore, notAfter })
}

/** A certificate never outlives its CA: an end that was not asked for is cut, one that was is refused. */
export function settleWithinIssuer(
  wanted: WantedValidity,
  { notBefore, notAfter }: Validity,
  limits: ValidityLimits,
): Result<Validity, CertificateRequestRefusal> {
  const settled = settleValidity(wanted, limits)
  if (!settled.ok) return settled
  const from = wanted.notBefore ?? Math.max(settled.value.notBefore, notBefore)
  const to = wanted.notAfter ?? Math.min(settled.value.notAfter, notAfter)
  if (from < notBefore || to > notAfter)
    return refuse({ code: 'validity_beyond_issuer', notBefore, notAfter })
  return from < to ? ok({ notBefore: from, notAfter: to }) : refuse({ code: 'validity_empty' })
}

export interface RequestedNames {
  readonly name: SubjectName
  readonly alternativeName?: AlternativeName | undefined
  readonly crlDistributionPointUri?: string | undefined
}

export function findNamesFault(request: RequestedNames): CertificateRequestRefusal | undefined {
  const member = findNameFault(request.name)
  if (member !== undefined) return { code: 'name_invalid', member }
  const { email, uri } = request.alternativeName ?? {}
  if (email !== undefined && !isEmail(email)) return { code: 'alternative_name_invalid', member: 'email' }
  if (uri !== undefined && !isUri(uri)) return { code: 'alternative_name_invalid', member: 'uri' }
  const crl = request.crlDistributionPointUri
  return crl !== undefined && !isUri(crl) ? { code: 'crl_distribution_point_invalid' } : undefined
}

/** Signs, and reads the result back as everybody else will. */
export async function makeCertificate(
  facts: CertificateFacts,
  signer: Signer,
  crypto: Pick<CryptoEngine, 'randomBytes'>,
  findFaults: (certificate: Certificate) => readonly ProfileFault[],
): Promise<MadeCertificate> {
  const der = await signCertificate(facts, signer, crypto)
  const parsed = parseCertificate(der)
  if (!parsed.ok) throw new Error(`a certificate was made that cannot be read: ${parsed.error.code}`)
  return {
    certificatePem: toPem([parsed.value]),
    certificate: encodeBase64(der),
    parsed: parsed.value,
    faults: findFaults(parsed.value),
  }
}

export function hasKeyOf(certificate: Certificate, signer: Pick<Signer, 'publicJwk'>): boolean {
  return sameKey(certificate.publicKey, signer.publicJwk)
}
