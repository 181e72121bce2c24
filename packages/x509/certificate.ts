/**
 * X.509 version 3 certificates as data (RFC 5280 §4). Strict DER in, facts out: whether a certificate is trusted, in
 * time or allowed to sign is for `path.ts`. Keys are those that a `PublicJwk` can say; a certificate with another key
 * is refused, one with a foreign signature algorithm is read and can serve as a pin or an anchor.
 */
import { decodeBase64 } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { PublicJwk } from '@countersign/crypto/jwk'
import { type DerElement, readChildren, readDer, readInteger, readTime, TAG } from './asn1/der.ts'
import { readPublicKey } from './certificate-key.ts'
import { type CertificateSignature, readSignature } from './certificate-signature.ts'
import { type DistinguishedName, readName, sameName } from './distinguished-name.ts'
import { type Extensions, readExtensions } from './extensions.ts'

export interface Certificate extends Extensions {
  readonly der: Uint8Array
  /** The signed part. */
  readonly tbs: Uint8Array
  /** Absent when the algorithm is none of ours. */
  readonly signature?: CertificateSignature | undefined
  /** Hexadecimal, in lower case. */
  readonly serial: string
  readonly issuer: DistinguishedName
  readonly subject: DistinguishedName
  /** Epoch seconds, both inclusive. */
  readonly notBefore: number
  readonly notAfter: number
  readonly publicKey: PublicJwk
}

/** With what could be read of it, so that an operator finds the one certificate of fifty that cannot be used. */
export interface CertificateRefusal {
  readonly code:
    | 'certificate_too_large'
    | 'certificate_malformed'
    | 'certificate_version_unsupported'
    | 'certificate_key_unsupported'
    | 'certificate_extensions_malformed'
  /** As the certificate writes it: text of whoever made it. */
  readonly subject?: string | undefined
  /** What of the key is not read: the name or object identifier of its curve or algorithm, or what is wrong with it. */
  readonly key?: string | undefined
  /** Object identifier of the extension that is malformed or there twice. */
  readonly extension?: string | undefined
}

/** Bytes; real ones have one or two thousand. */
export const MAX_CERTIFICATE_BYTES = 16_384

export function parseCertificate(der: Uint8Array): Result<Certificate, CertificateRefusal> {
  if (der.length > MAX_CERTIFICATE_BYTES) return refuse({ code: 'certificate_too_large' })
  const [tbs, algorithm, signatureBits, ...rest] = readChildren(readDer(der, TAG.sequence)) ?? []
  if (tbs?.tag !== TAG.sequence || algorithm === undefined || rest.length > 0) return MALFORMED
  const signed = parseSignedPart(tbs, algorithm)
  if (!signed.ok) return signed
  const signature = readSignature(algorithm, signatureBits)
  if (signature === 'malformed') return MALFORMED
  return ok({ der, tbs: tbs.whole, ...signed.value, signature })
}

/** An entry of `x5c`: standard base64 of the DER form (RFC 7515 §4.1.6). */
export function parseX5cEntry(entry: string): Result<Certificate, CertificateRefusal> {
  if (entry.length > Math.ceil(MAX_CERTIFICATE_BYTES / 3) * 4)
    return refuse({ code: 'certificate_too_large' })
  const der = decodeBase64(entry)
  return der === undefined ? MALFORMED : parseCertificate(der)
}

/** Certificates in one file of anchors. */
const MAX_PEM_CERTIFICATES = 1000

/** All certificates of a PEM text, in its order; refuses the whole when one cannot be read or there is none. */
export function parsePemCertificates(pem: string): Result<readonly Certificate[], CertificateRefusal> {
  const certificates: Certificate[] = []
  for (const [, body = ''] of pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g)) {
    const parsed = parseX5cEntry(body.replace(/\s+/g, ''))
    if (!parsed.ok) return parsed
    if (certificates.length === MAX_PEM_CERTIFICATES) return refuse({ code: 'certificate_too_large' })
    certificates.push(parsed.value)
  }
  return certificates.length === 0 ? MALFORMED : ok(certificates)
}

/** Whether the certificate names itself as its issuer; the signature is not looked at. */
export function isSelfIssued(certificate: Certificate): boolean {
  return sameName(certificate.issuer, certificate.subject)
}

/** AKI of every readable certificate of a chain, for `trusted_authorities` of type `aki` (OpenID4VP §6.1.1.1). */
export function authorityKeyIdsOf(x5c: readonly string[]): readonly string[] {
  const ids = new Set<string>()
  for (const entry of x5c.slice(0, MAX_CHAIN_LENGTH)) {
    const parsed = parseX5cEntry(entry)
    if (parsed.ok && parsed.value.authorityKeyId !== undefined) ids.add(parsed.value.authorityKeyId)
  }
  return [...ids]
}

/** Certificates in an `x5c`, the leaf included. */
export const MAX_CHAIN_LENGTH = 6

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

const MALFORMED = refuse({ code: 'certificate_malformed' })
const VERSION_TAG = 0xa0
const UNIQUE_ID_TAGS: readonly number[] = [0x81, 0x82]
const EXTENSIONS_TAG = 0xa3
const VERSION_3 = 2

type SignedPart = Omit<Certificate, 'der' | 'tbs' | 'signature'>

function parseSignedPart(
  tbs: DerElement,
  outerAlgorithm: DerElement,
): Result<SignedPart, CertificateRefusal> {
  const [version, serial, algorithm, issuer, validity, subject, keyInfo, ...optional] =
    readChildren(tbs) ?? []
  if (version?.tag !== VERSION_TAG || readVersion(version) !== VERSION_3) {
    return refuse({ code: 'certificate_version_unsupported' })
  }
  // RFC 5280 §4.1.1.2: both name the same algorithm, or the inner one could be exchanged.
  if (algorithm === undefined || !sameBytes(algorithm.whole, outerAlgorithm.whole)) return MALFORMED
  const names = readNames(issuer, subject)
  const period = readValidity(validity)
  const serialBytes = readInteger(serial)
  if (names === undefined || period === undefined || serialBytes === undefined) return MALFORMED
  const publicKey = readPublicKey(keyInfo)
  const { text } = names.subject
  if (!publicKey.ok) {
    return refuse({ code: 'certificate_key_unsupported', subject: text, key: publicKey.error })
  }
  const extensions = parseExtensions(optional, text)
  if (!extensions.ok) return extensions
  return ok({
    ...extensions.value,
    ...names,
    ...period,
    serial: toHex(serialBytes),
    publicKey: publicKey.value,
  })
}

function readVersion(version: DerElement): number | undefined {
  const [number, ...rest] = readChildren(version) ?? []
  const bytes = readInteger(number)
  return rest.length === 0 && bytes?.length === 1 ? bytes[0] : undefined
}

/** RFC 5280 §4.1.2.4: whoever issues has a name; a subject may be named by its alternative names alone. */
function readNames(
  issuer: DerElement | undefined,
  subject: DerElement | undefined,
): Pick<Certificate, 'issuer' | 'subject'> | undefined {
  const names = { issuer: readName(issuer), subject: readName(subject) }
  if (names.issuer === undefined || names.issuer.comparable.length === 0) return undefined
  return names.subject && { issuer: names.issuer, subject: names.subject }
}

function readValidity(
  validity: DerElement | undefined,
): Pick<Certificate, 'notBefore' | 'notAfter'> | undefined {
  if (validity?.tag !== TAG.sequence) return undefined
  const [from, to, ...rest] = readChildren(validity) ?? []
  const notBefore = readTime(from)
  const notAfter = readTime(to)
  return notBefore === undefined || notAfter === undefined || rest.length > 0
    ? undefined
    : { notBefore, notAfter }
}

function parseExtensions(
  optional: readonly DerElement[],
  subject: string,
): Result<Extensions, CertificateRefusal> {
  const known = optional.filter(({ tag }) => !UNIQUE_ID_TAGS.includes(tag))
  const [wrapper, ...rest] = known
  if (rest.length > 0 || (wrapper !== undefined && wrapper.tag !== EXTENSIONS_TAG)) return MALFORMED
  const extensions = readExtensions(wrapper)
  if (extensions.ok) return extensions
  return refuse({ code: 'certificate_extensions_malformed', subject, extension: extensions.error })
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
