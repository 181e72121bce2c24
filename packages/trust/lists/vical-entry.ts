/**
 * Entries of a VICAL (ISO/IEC 18013-5 annex C.1.7.1): a certificate, the document types it counts for, and what the entry
 * repeats of it. The certificate decides: what names it is compared in whatever wrapping a provider wrote it, and only what
 * clearly names another one makes an entry that nobody can use.
 */

import { encodeBase64url } from '@countersign/core/base64url'
import { readTimestamp } from '@countersign/core/date-time'
import { ok, type Result, refuse } from '@countersign/core/result'
import {
  TAG as CBOR_TAG,
  type CborKey,
  type CborValue,
  isBytes,
  isCborArray,
  isCborMap,
  isCborTag,
} from '@countersign/crypto/cbor/value'
import { readDer, TAG } from '@countersign/x509/asn1/der'
import { type Certificate, parseCertificate, sameBytes } from '@countersign/x509/certificate'
import { findAnchorFault } from '@countersign/x509/certification-path'
import { type DistinguishedName, readName, sameName } from '@countersign/x509/distinguished-name'
import type { TrustedCertificate, TrustScope } from '../trust-anchor.ts'
import { reasonOf } from '../unusable-certificate.ts'

/** `index` counts entries of the list from 0. */
export interface SkippedEntry {
  readonly index: number
  readonly reason: string
  /** What of the entry contradicts its certificate. */
  readonly member?: string | undefined
}

export type Members = ReadonlyMap<CborKey, CborValue>

/** What is the same for all entries. */
export type EntryScope = Pick<
  TrustScope,
  'source' | 'usableUntil' | 'bindJurisdiction' | 'documentSignerUsages'
>

export function readEntries(
  entries: readonly CborValue[],
  scope: EntryScope,
): { readonly anchors: readonly TrustedCertificate[]; readonly skipped: readonly SkippedEntry[] } {
  const anchors: TrustedCertificate[] = []
  const skipped: SkippedEntry[] = []
  for (const [index, entry] of entries.entries()) {
    const anchor = isCborMap(entry) ? readEntry(entry.entries, scope) : MALFORMED
    if (anchor.ok) anchors.push(anchor.value)
    else skipped.push({ index, ...anchor.error })
  }
  return { anchors, skipped }
}

const MALFORMED = refuse({ reason: 'entry_malformed' })

function readEntry(
  members: Members,
  scope: EntryScope,
): Result<TrustedCertificate, Omit<SkippedEntry, 'index'>> {
  const der = members.get('certificate')
  const types = readTexts(members.get('docType'))
  if (!isBytes(der) || types === undefined) return MALFORMED
  const parsed = parseCertificate(der)
  if (!parsed.ok) return refuse({ reason: reasonOf(parsed.error) })
  const certificate = parsed.value
  const member = REPEATED.find(([name, contradicts]) => contradicts(members.get(name), certificate))?.[0]
  if (member !== undefined) return refuse({ reason: 'entry_contradicts_certificate', member })
  const fault = findAnchorFault(certificate)
  if (fault !== undefined)
    return refuse({ reason: reasonOf({ ...fault, subject: certificate.subject.text }) })
  const authority = members.get('issuingAuthority')
  return ok({
    ...scope,
    certificate,
    name: typeof authority === 'string' && authority !== '' ? authority : undefined,
    purposes: ['issuer'],
    signerProfiles: ['iso-mdl'],
    types,
  })
}

/**
 * Whether a member names another certificate. What is absent or cannot be read says nothing, and neither do the times that an
 * entry repeats: they name no certificate, and one provider writes those of the afternoon by a clock of twelve hours.
 */
type Contradicts = (value: CborValue, certificate: Certificate) => boolean

const REPEATED: readonly (readonly [name: string, contradicts: Contradicts])[] = [
  ['ski', (value, { subjectKeyId }) => contradictsKeyId(value, subjectKeyId)],
  ['serialNumber', (value, { serial }) => contradictsSerial(value, serial)],
  ['issuer', (value, { issuer }) => contradictsName(value, issuer)],
  ['subject', (value, { subject }) => contradictsName(value, subject)],
]

function contradictsKeyId(value: CborValue, subjectKeyId: string | undefined): boolean {
  if (!isBytes(value) || subjectKeyId === undefined) return false
  return unwrappings(value).every((bytes) => encodeBase64url(bytes) !== subjectKeyId)
}

/** As it stands, and without one or two OCTET STRINGs around it: as the value of an extension is written (RFC 5280 §4.1). */
function unwrappings(bytes: Uint8Array): readonly Uint8Array[] {
  const once = readDer(bytes, TAG.octetString)?.contents
  const twice = once && readDer(once, TAG.octetString)?.contents
  return [bytes, once, twice].filter((one) => one !== undefined)
}

function contradictsSerial(value: CborValue, serial: string): boolean {
  const numbers = readSerials(value)
  const positive = BigInt(`0x${serial}`)
  // Serial numbers that begin with a high bit are negative as INTEGERs, and positive to most who print them.
  const signed = BigInt.asIntN(serial.length * 4, positive)
  return numbers.length > 0 && !numbers.some((number) => number === positive || number === signed)
}

const BIGNUM_TAG = 2
const NEGATIVE_BIGNUM_TAG = 3
const MAX_SERIAL_BYTES = 64

/** `biguint`: an integer, or tag 2 around bytes (RFC 8949 §3.4.3). Some providers write the bytes alone, or the INTEGER. */
function readSerials(value: CborValue): readonly bigint[] {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? [BigInt(value)] : []
  if (typeof value === 'bigint') return [value]
  const bytes = isCborTag(value) ? value.content : value
  if (!isBytes(bytes) || bytes.length === 0 || bytes.length > MAX_SERIAL_BYTES) return []
  const number = toNumber(bytes)
  if (!isCborTag(value)) {
    const integer = readDer(bytes, TAG.integer)?.contents
    return integer === undefined || integer.length === 0 ? [number] : [number, toNumber(integer)]
  }
  if (value.tag === BIGNUM_TAG) return [number]
  return value.tag === NEGATIVE_BIGNUM_TAG ? [-1n - number] : []
}

function toNumber(bytes: Uint8Array): bigint {
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)
}

function contradictsName(value: CborValue, name: DistinguishedName): boolean {
  if (!isBytes(value)) return false
  const written = unwrappings(value).flatMap((bytes) => readName(readDer(bytes, TAG.sequence)) ?? [])
  if (unwrappings(value).some((bytes) => sameBytes(bytes, name.der))) return false
  return written.length > 0 && !written.some((one) => sameName(one, name))
}

/** Reads a list of texts that has at least one. */
function readTexts(value: CborValue): readonly string[] | undefined {
  const texts = isCborArray(value) ? value.items.filter((item) => typeof item === 'string') : []
  return isCborArray(value) && texts.length > 0 && texts.length === value.items.length ? texts : undefined
}

/** Epoch seconds. */
export function readDate(value: CborValue): number | undefined {
  return isCborTag(value) && value.tag === CBOR_TAG.dateTime ? readTimestamp(value.content) : undefined
}
