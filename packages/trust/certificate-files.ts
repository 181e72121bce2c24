/**
 * Trust anchors as operators keep them: a PEM bundle, or one certificate in DER. What is wrong is named with its place,
 * so that nobody searches a bundle of fifty for the one that was cut off. A certificate that is whole and of a kind that is not
 * read here (a curve, an extension) costs the others nothing; one that is damaged makes the file a damaged one.
 */
import { decodeUtf8 } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import {
  type Certificate,
  type CertificateRefusal,
  parseCertificate,
  parseX5cEntry,
} from '@countersign/x509/certificate'
import { anchorsFrom, pinsFrom, type TrustList, type TrustScope } from './trust-anchor.ts'

export type CertificateFileRefusal =
  | { readonly code: 'file_too_large' }
  | { readonly code: 'no_certificate' }
  /** A line that begins a certificate has no line that ends it. */
  | { readonly code: 'block_not_closed'; readonly index: number }
  | { readonly code: 'private_key_in_file' }
  | { readonly code: CertificateRefusal['code']; readonly index: number }

/** One of a kind that is not read here; `index` counts certificates from 0. */
export interface SkippedCertificate {
  readonly index: number
  readonly reason: CertificateRefusal['code']
}

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
const SEQUENCE_TAG = 0x30

/** Text between and around certificates is passed over; `index` counts certificates from 0. */
export function readCertificateFile(bytes: Uint8Array): Result<ReadCertificates, CertificateFileRefusal> {
  if (bytes.length > MAX_FILE_BYTES) return refuse({ code: 'file_too_large' })
  if (bytes[0] === SEQUENCE_TAG) {
    const parsed = parseCertificate(bytes)
    return parsed.ok
      ? ok({ certificates: [parsed.value], skipped: [] })
      : refuse({ code: parsed.error.code, index: 0 })
  }
  const text = decodeUtf8(bytes)
  return text === undefined ? refuse({ code: 'no_certificate' }) : readPemBundle(text)
}

export interface TrustFile {
  readonly list: TrustList
  readonly skipped: readonly SkippedCertificate[]
}

/** `scope` says what the certificates of the file are trusted for; its `source` should be the file's name. */
export function anchorsOfFile(
  bytes: Uint8Array,
  scope: TrustScope,
): Result<TrustFile, CertificateFileRefusal> {
  const read = readCertificateFile(bytes)
  return read.ok
    ? ok({ list: anchorsFrom(read.value.certificates, scope), skipped: read.value.skipped })
    : read
}

export function pinsOfFile(bytes: Uint8Array, scope: TrustScope): Result<TrustFile, CertificateFileRefusal> {
  const read = readCertificateFile(bytes)
  return read.ok ? ok({ list: pinsFrom(read.value.certificates, scope), skipped: read.value.skipped }) : read
}

const BEGIN = '-----BEGIN CERTIFICATE-----'
const END = '-----END CERTIFICATE-----'

function readPemBundle(text: string): Result<ReadCertificates, CertificateFileRefusal> {
  // Whoever gives a file of anchors away would give the key away with it.
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return refuse({ code: 'private_key_in_file' })
  const certificates: Certificate[] = []
  const skipped: SkippedCertificate[] = []
  for (let from = text.indexOf(BEGIN); from !== -1; from = text.indexOf(BEGIN, from)) {
    const index = certificates.length + skipped.length
    if (index === MAX_CERTIFICATES) return refuse({ code: 'file_too_large' })
    const start = from + BEGIN.length
    const end = text.indexOf(END, start)
    const body = end === -1 ? undefined : text.slice(start, end)
    if (body === undefined || body.includes('-----')) return refuse({ code: 'block_not_closed', index })
    const parsed = parseX5cEntry(body.replace(/\s+/g, ''))
    if (parsed.ok) certificates.push(parsed.value)
    else if (FOREIGN.includes(parsed.error.code)) skipped.push({ index, reason: parsed.error.code })
    else return refuse({ code: parsed.error.code, index })
    from = end
  }
  if (certificates.length > 0) return ok({ certificates, skipped })
  const [first] = skipped
  return refuse(first ? { code: first.reason, index: first.index } : { code: 'no_certificate' })
}
