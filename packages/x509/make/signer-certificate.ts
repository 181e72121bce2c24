/**
 * Certificates for those who sign beside document signers: issuers, verifiers (access certificates), status lists, wallet
 * providers, list providers - and a CA for them where none is at hand. Keys are `Signer`s: the CA may live in an HSM.
 */

import { decodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { Der } from '../asn1/der-writer.ts'
import { type Certificate, parsePemCertificates } from '../certificate.ts'
import { crlDistributionPoints, isHostName, isUri, subjectAlternativeNames } from './alternative-names.ts'
import {
  type CertificateFacts,
  canSignCertificates,
  distinguishedName,
  type SubjectName,
} from './certificate-encoding.ts'
import {
  type CertificateRequestRefusal,
  findNamesFault,
  hasKeyOf,
  type MadeCertificate,
  makeCertificate,
  settleValidity,
  settleWithinIssuer,
  type WantedValidity,
} from './certificate-request.ts'
import {
  authorityKeyIdentifier,
  caConstraints,
  extendedKeyUsage,
  KEY_USAGE,
  keyUsage,
  leafConstraints,
  subjectKeyIdentifier,
} from './extension-writer.ts'
import { keyIdentifier } from './subject-public-key.ts'

/** What of an engine is needed to make a certificate for a signer. */
export type CertificateCrypto = Pick<CryptoEngine, 'digest' | 'randomBytes'>

export interface AuthorityRequest extends WantedValidity {
  readonly name: SubjectName
  readonly key: Signer
  /** CAs that may follow; 0 when absent. */
  readonly pathLength?: number | undefined
  readonly crlDistributionPointUri?: string | undefined
  /** Epoch seconds. */
  readonly now: number
}

/** For whom the certificate is; a purpose of its own comes from `extendedKeyUsage`. */
export type SignerPurpose = 'issuer' | 'request_signing' | 'status_list' | 'wallet_provider' | 'trust_list'

export interface SignerCertificateRequest extends WantedValidity {
  readonly purpose: SignerPurpose
  readonly authority: { readonly key: Signer; readonly certificatePem: string }
  readonly name: SubjectName
  readonly publicJwk: PublicJwk
  /** A verifier that is known by `x509_san_dns` needs its host name here. */
  readonly dnsNames?: readonly string[] | undefined
  readonly uris?: readonly string[] | undefined
  /** Object identifiers, e.g. those of `EXTENDED_KEY_USAGE`. */
  readonly extendedKeyUsage?: readonly string[] | undefined
  readonly crlDistributionPointUri?: string | undefined
  readonly now: number
}

type Made = Promise<Result<MadeCertificate, CertificateRequestRefusal>>

const AUTHORITY_DAYS = { defaultDays: 10 * 365, maxDays: 30 * 366 }

/** Longer than a year by so much that nobody renews in a hurry; a wallet provider's attestations are renewed often. */
const SIGNER_DAYS: Readonly<Record<SignerPurpose, { defaultDays: number; maxDays: number }>> = {
  issuer: { defaultDays: 457, maxDays: 1826 },
  // ISO/IEC 18013-5 annex B.1.7: at most 1187 days for a reader.
  request_signing: { defaultDays: 398, maxDays: 1187 },
  status_list: { defaultDays: 457, maxDays: 1826 },
  wallet_provider: { defaultDays: 398, maxDays: 1187 },
  trust_list: { defaultDays: 398, maxDays: 1187 },
}

export async function makeAuthority(request: AuthorityRequest, crypto: CertificateCrypto): Made {
  const { key, name, now, pathLength = 0, crlDistributionPointUri } = request
  if (!canSignCertificates(key.algorithm)) return refuse({ code: 'key_unsupported' })
  const fault = findNamesFault({ name, crlDistributionPointUri })
  if (fault !== undefined) return refuse(fault)
  const validity = settleValidity(request, { now, ...AUTHORITY_DAYS })
  if (!validity.ok) return validity
  const subject = distinguishedName(name)
  const keyId = await keyIdentifier(key.publicJwk, crypto)
  const facts: CertificateFacts = {
    issuer: subject,
    subject,
    publicJwk: key.publicJwk,
    ...validity.value,
    extensions: [
      caConstraints(pathLength),
      keyUsage(KEY_USAGE.keyCertSign, KEY_USAGE.crlSign),
      subjectKeyIdentifier(keyId),
      authorityKeyIdentifier(keyId),
      ...crlDistributionPoints(crlDistributionPointUri),
    ],
  }
  return ok(await makeCertificate(facts, key, crypto, () => []))
}

export async function makeSignerCertificate(
  request: SignerCertificateRequest,
  crypto: CertificateCrypto,
): Made {
  const { authority, name, now, crlDistributionPointUri } = request
  const issuer = readAuthority(request)
  if (!issuer.ok) return issuer
  const fault = findNamesFault({ name, crlDistributionPointUri }) ?? findHostFault(request)
  if (fault !== undefined) return refuse(fault)
  const validity = settleWithinIssuer(request, issuer.value, { now, ...SIGNER_DAYS[request.purpose] })
  if (!validity.ok) return validity
  const facts: CertificateFacts = {
    issuer: issuer.value.subject.der,
    subject: distinguishedName(name),
    publicJwk: request.publicJwk,
    ...validity.value,
    extensions: signerExtensions(request, issuer.value, await keyIdentifier(request.publicJwk, crypto)),
  }
  return ok(await makeCertificate(facts, authority.key, crypto, () => []))
}

function signerExtensions(
  request: SignerCertificateRequest,
  issuer: Certificate,
  keyId: Uint8Array,
): readonly Der[] {
  const authorityId = issuer.subjectKeyId && decodeBase64url(issuer.subjectKeyId)
  return [
    leafConstraints(),
    keyUsage(KEY_USAGE.digitalSignature),
    subjectKeyIdentifier(keyId),
    ...(authorityId ? [authorityKeyIdentifier(authorityId)] : []),
    ...subjectAlternativeNames(request.dnsNames ?? [], request.uris ?? []),
    ...extendedKeyUsage(request.extendedKeyUsage ?? []),
    ...crlDistributionPoints(request.crlDistributionPointUri),
  ]
}

function readAuthority({
  authority,
  now,
}: SignerCertificateRequest): Result<Certificate, CertificateRequestRefusal> {
  const parsed = parsePemCertificates(authority.certificatePem)
  const [certificate] = parsed.ok ? parsed.value : []
  if (certificate === undefined) return refuse({ code: 'issuer_unreadable' })
  if (!hasKeyOf(certificate, authority.key)) return refuse({ code: 'issuer_key_differs' })
  if (!certificate.isCa) return refuse({ code: 'issuer_unfit', faults: ['not_ca'] })
  if (certificate.keyUsage && !certificate.keyUsage.includes('keyCertSign')) {
    return refuse({ code: 'issuer_unfit', faults: ['key_usage_wrong'] })
  }
  return now > certificate.notAfter
    ? refuse({ code: 'issuer_unfit', faults: ['not_valid_now'] })
    : ok(certificate)
}

function findHostFault({
  dnsNames = [],
  uris = [],
}: SignerCertificateRequest): CertificateRequestRefusal | undefined {
  if (!dnsNames.every(isHostName)) return { code: 'alternative_name_invalid', member: 'dnsName' }
  return uris.every(isUri) ? undefined : { code: 'alternative_name_invalid', member: 'uri' }
}
