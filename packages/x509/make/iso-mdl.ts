/**
 * The PKI of mdocs (ISO/IEC 18013-5 annex B): the root of an issuing authority, and the document signers below it. Keys
 * are `Signer`s, so that a root may live in an HSM. What the profile rules out is not made; what a request leaves out is
 * named in the answer. Nothing is kept: the caller gets certificates and keeps its keys.
 */

import { decodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { Der } from '../asn1/der-writer.ts'
import { type Certificate, parsePemCertificates } from '../certificate.ts'
import {
  EXTENDED_KEY_USAGE,
  findDocumentSignerFaults,
  findIacaFaults,
  MAX_DOCUMENT_SIGNER_DAYS,
  MAX_IACA_DAYS,
} from '../certificate-profile.ts'
import { ATTRIBUTE, attributeValues } from '../distinguished-name.ts'
import { type AlternativeName, crlDistributionPoints, issuerAlternativeNames } from './alternative-names.ts'
import { type CertificateFacts, distinguishedName, type SubjectName } from './certificate-encoding.ts'
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
  subjectKeyIdentifier,
} from './extension-writer.ts'
import { sha1KeyIdentifier } from './subject-public-key.ts'

/** What of an engine is needed to make a certificate of the PKI of mdocs. */
export type MdocPkiCrypto = Pick<CryptoEngine, 'sha1OfPublicKey' | 'randomBytes'>

export interface IacaRequest extends WantedValidity {
  /** ISO 3166-1 alpha-2, in capitals. */
  readonly country: string
  readonly commonName: string
  readonly stateOrProvinceName?: string | undefined
  readonly organizationName?: string | undefined
  /** How to reach the authority. */
  readonly issuerAlternativeName: AlternativeName
  readonly crlDistributionPointUri?: string | undefined
  /** P-256, P-384 or P-521. */
  readonly key: Signer
  /** Epoch seconds. */
  readonly now: number
}

export interface DocumentSignerRequest extends WantedValidity {
  readonly iacaKey: Signer
  /** The certificate of that key. */
  readonly iacaPem: string
  readonly country: string
  readonly commonName: string
  readonly stateOrProvinceName?: string | undefined
  readonly organizationName?: string | undefined
  /** Of the IACA when absent. */
  readonly issuerAlternativeName?: AlternativeName | undefined
  readonly crlDistributionPointUri?: string | undefined
  /** Of the document signer: P-256, P-384 or P-521. */
  readonly publicJwk: PublicJwk
  readonly now: number
}

type Made = Promise<Result<MadeCertificate, CertificateRequestRefusal>>

const DEFAULT_IACA_DAYS = 10 * 365

export async function makeIaca(request: IacaRequest, crypto: MdocPkiCrypto): Made {
  const { key, now } = request
  if (!isDocumentSignerKey(key.publicJwk)) return refuse({ code: 'key_unsupported' })
  const name = nameOf(request)
  const { issuerAlternativeName: alternativeName, crlDistributionPointUri } = request
  if (alternativeName.email === undefined && alternativeName.uri === undefined) {
    return refuse({ code: 'alternative_name_invalid', member: 'uri' })
  }
  const fault = findNamesFault({ name, alternativeName, crlDistributionPointUri })
  if (fault !== undefined) return refuse(fault)
  const validity = settleValidity(request, { now, defaultDays: DEFAULT_IACA_DAYS, maxDays: MAX_IACA_DAYS })
  if (!validity.ok) return validity
  const subject = distinguishedName(name)
  const facts: CertificateFacts = {
    issuer: subject,
    subject,
    publicJwk: key.publicJwk,
    ...validity.value,
    extensions: [
      caConstraints(0),
      keyUsage(KEY_USAGE.keyCertSign, KEY_USAGE.crlSign),
      subjectKeyIdentifier(await sha1KeyIdentifier(key.publicJwk, crypto)),
      ...issuerAlternativeNames([alternativeName]),
      ...crlDistributionPoints(crlDistributionPointUri),
    ],
  }
  return ok(await makeCertificate(facts, key, crypto, findIacaFaults))
}

export async function makeDocumentSigner(request: DocumentSignerRequest, crypto: MdocPkiCrypto): Made {
  const { iacaKey, publicJwk, crlDistributionPointUri, now } = request
  if (!isDocumentSignerKey(publicJwk)) return refuse({ code: 'key_unsupported' })
  const iaca = readIaca(request)
  if (!iaca.ok) return iaca
  const { issuerAlternativeName: alternativeName } = request
  const fault =
    findNamesFault({ name: nameOf(request), alternativeName, crlDistributionPointUri }) ??
    findPlaceFault(request, iaca.value)
  if (fault !== undefined) return refuse(fault)
  const limits = { defaultDays: MAX_DOCUMENT_SIGNER_DAYS, maxDays: MAX_DOCUMENT_SIGNER_DAYS, now }
  const validity = settleWithinIssuer(request, iaca.value, limits)
  if (!validity.ok) return validity
  const facts: CertificateFacts = {
    // Annex B.1.4: the very bytes of the IACA's subject.
    issuer: iaca.value.subject.der,
    subject: distinguishedName(nameOf(request)),
    publicJwk,
    ...validity.value,
    extensions: await documentSignerExtensions(request, iaca.value, crypto),
  }
  const findFaults = (made: Certificate) => findDocumentSignerFaults(made, iaca.value)
  return ok(await makeCertificate(facts, iacaKey, crypto, findFaults))
}

async function documentSignerExtensions(
  request: DocumentSignerRequest,
  iaca: Certificate,
  crypto: MdocPkiCrypto,
): Promise<readonly Der[]> {
  const { issuerAlternativeName, crlDistributionPointUri, iacaKey, publicJwk } = request
  const authority = iaca.subjectKeyId && decodeBase64url(iaca.subjectKeyId)
  const names = issuerAlternativeName === undefined ? alternativeNamesOf(iaca) : [issuerAlternativeName]
  return [
    keyUsage(KEY_USAGE.digitalSignature),
    ...extendedKeyUsage([EXTENDED_KEY_USAGE.documentSigner], true),
    subjectKeyIdentifier(await sha1KeyIdentifier(publicJwk, crypto)),
    authorityKeyIdentifier(authority || (await sha1KeyIdentifier(iacaKey.publicJwk, crypto))),
    ...issuerAlternativeNames(names),
    ...crlDistributionPoints(crlDistributionPointUri),
  ]
}

/** The list of revoked certificates is the one thing that an authority may lack here. */
function readIaca({
  iacaPem,
  iacaKey,
  now,
}: DocumentSignerRequest): Result<Certificate, CertificateRequestRefusal> {
  const parsed = parsePemCertificates(iacaPem)
  const [iaca, ...others] = parsed.ok ? parsed.value : []
  if (iaca === undefined || others.length > 0) return refuse({ code: 'issuer_unreadable' })
  if (!hasKeyOf(iaca, iacaKey)) return refuse({ code: 'issuer_key_differs' })
  const faults = findIacaFaults(iaca).filter((fault) => fault !== 'crl_distribution_point_missing')
  if (faults.length > 0) return refuse({ code: 'issuer_unfit', faults })
  return now > iaca.notAfter ? refuse({ code: 'issuer_unfit', faults: ['not_valid_now'] }) : ok(iaca)
}

/** Annex B.1.4: the document signer is where its authority is. */
function findPlaceFault(
  { country, stateOrProvinceName }: DocumentSignerRequest,
  iaca: Certificate,
): CertificateRequestRefusal | undefined {
  const [expectedCountry] = attributeValues(iaca.subject, ATTRIBUTE.country)
  if (country !== expectedCountry) return { code: 'country_differs', expected: expectedCountry }
  const [expectedState] = attributeValues(iaca.subject, ATTRIBUTE.stateOrProvince)
  return expectedState !== undefined && stateOrProvinceName !== expectedState
    ? { code: 'state_differs', expected: expectedState }
    : undefined
}

function alternativeNamesOf({ issuerAlternativeNames: names }: Certificate): readonly AlternativeName[] {
  return [
    ...(names?.emails ?? []).map((email) => ({ email })),
    ...(names?.uris ?? []).map((uri) => ({ uri })),
  ]
}

function nameOf(
  request: Pick<IacaRequest, 'country' | 'commonName' | 'stateOrProvinceName' | 'organizationName'>,
): SubjectName {
  const { country, commonName, stateOrProvinceName: state, organizationName: organization } = request
  return { country, stateOrProvince: state, organization, commonName }
}

/** The curves of ISO/IEC 18013-5 annex B that there are keys of; for roots alike. */
export function isDocumentSignerKey(key: PublicJwk): boolean {
  return key.kty === 'EC' && key.crv !== 'secp256k1'
}
