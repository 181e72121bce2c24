/**
 * Trust anchors as operators keep them: a PEM bundle, or one certificate in DER. What is wrong is named with its place,
 * so that nobody searches a bundle of fifty for the one that was cut off. A certificate that is whole and of a kind that is not
 * read here (a curve, an extension) costs the others nothing; one that is damaged makes the file a damaged one.
 */
import { decodeUtf8 } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { TAG } from '@countersign/x509/asn1/der'
import {
  type Certificate,
  type CertificateRefusal,
  parseCertificate,
  parseX5cEntry,
} from '@countersign/x509/certificate'
import { findAnchorFault } from '@countersign/x509/certification-path'
import { anchorsFrom, pinsFrom, type TrustList, type TrustScope } from './trust-anchor.ts'
import type { UnusableCertificate } from './unusable-certificate.ts'

export type CertificateFileRefusal =
  | { readonly code: 'file_too_large'; readonly reason: string }
  | { readonly code: 'no_certificate' }
  /** A line that begins a certificate has no line that ends it. */
  | { readonly code: 'block_not_closed'; readonly index: number }
  | { readonly code: 'private_key_in_file' }
  | (CertificateRefusal & { readonly index: number })

/** One of a kind that is not read here, or that no chain can lead to; `index` counts certificates from 0. */
export type SkippedCertificate = UnusableCertificate & { readonly index: number }

export interface ReadCertificates {
  /** At least one. */
  readonly certificates: readonly Certificate[]
  readonly skipped: readonly SkippedCertificate[]
}

const FOREIGN: readonly CertificateRefusal['code'][] = [
  'certificate_version_unsupported',
  'certificate_key_unsupported',
  'certificate_extensions_malformed',
]

const MAX_FILE_BYTES = 4 * 1024 * 1024
const MAX_CERTIFICATES = 1000

/** Text between and around certificates is passed over; `index` counts certificates from 0. */
export function readCertificateFile(bytes: Uint8Array): Result<ReadCertificates, CertificateFileRefusal> {
  if (bytes.length > MAX_FILE_BYTES)
    return refuse({ code: 'file_too_large', reason: `limit ${MAX_FILE_BYTES} bytes` })
  if (bytes[0] === TAG.sequence) {
    const parsed = parseCertificate(bytes)
    return parsed.ok
      ? ok({ certificates: [parsed.value], skipped: [] })
      : refuse({ ...parsed.error, index: 0 })
  }
  const text = decodeUtf8(bytes)
  return text === undefined ? refuse({ code: 'no_certificate' }) : readPemBundle(text)
}

export interface TrustFile {
  readonly list: TrustList
  /** How many of its certificates can be believed by. */
  readonly usable: number
  readonly skipped: readonly SkippedCertificate[]
}

/** `scope` says what the certificates of the file are trusted for; its `source` should be the file's name. */
export function anchorsOfFile(
  bytes: Uint8Array,
  scope: TrustScope,
): Result<TrustFile, CertificateFileRefusal> {
  const read = readCertificateFile(bytes)
  if (!read.ok) return read
  const { certificates, skipped } = read.value
  const unfit = findUnfitAnchors(certificates, skipped)
  const usable = certificates.length - unfit.length
  // Those that cannot be used stay in the list: a chain that leads to one is refused for what is wrong with it.
  return ok({ list: anchorsFrom(certificates, scope), usable, skipped: [...skipped, ...unfit] })
}

/** The places of those that were read are the ones that are left. */
function findUnfitAnchors(
  certificates: readonly Certificate[],
  skipped: readonly SkippedCertificate[],
): readonly SkippedCertificate[] {
  const places = Array.from({ length: certificates.length + skipped.length }, (_none, index) => index)
  const left = places.filter((place) => skipped.every(({ index }) => index !== place))
  return certificates.flatMap((certificate, at) => {
    const fault = findAnchorFault(certificate)
    return fault ? [{ ...fault, subject: certificate.subject.text, index: left[at] ?? at }] : []
  })
}

export function pinsOfFile(bytes: Uint8Array, scope: TrustScope): Result<TrustFile, CertificateFileRefusal> {
  const read = readCertificateFile(bytes)
  if (!read.ok) return read
  const { certificates, skipped } = read.value
  return ok({ list: pinsFrom(certificates, scope), usable: certificates.length, skipped })
}

const BEGIN = '-----BEGIN CERTIFICATE-----'
const END = '-----END CERTIFICATE-----'

function readPemBundle(text: string): Result<ReadCertificates, CertificateFileRefusal> {
  // Whoever gives a file of anchors away would give the key away with it.
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return refuse({ code: 'private_key_in_file' })
  const certificates: Certificate[] = []
  const skipped: (CertificateRefusal & { readonly index: number })[] = []
  for (let from = text.indexOf(BEGIN); from !== -1; from = text.indexOf(BEGIN, from)) {
    const index = certificates.length + skipped.length
    if (index === MAX_CERTIFICATES)
      return refuse({ code: 'file_too_large', reason: `limit ${MAX_CERTIFICATES} certificates` })
    const start = from + BEGIN.length
    const end = text.indexOf(END, start)
    const body = end === -1 ? undefined : text.slice(start, end)
    if (body === undefined || body.includes('-----')) return refuse({ code: 'block_not_closed', index })
    const parsed = parseX5cEntry(body.replace(/\s+/g, ''))
    if (parsed.ok) certificates.push(parsed.value)
    else if (FOREIGN.includes(parsed.error.code)) skipped.push({ ...parsed.error, index })
    else return refuse({ ...parsed.error, index })
    from = end
  }
  if (certificates.length > 0) return ok({ certificates, skipped })
  const [first] = skipped
  return refuse(first ?? { code: 'no_certificate' })
}
