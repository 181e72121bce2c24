/**
 * VICAL, the verified issuer certificate authority list of ISO/IEC 18013-5 annex C: a COSE_Sign1 over the roots of
 * issuing authorities and the document types they issue. Bytes in, anchors out; who may sign such lists is the caller's
 * trust. An entry that cannot be used is passed over and named, so that one foreign curve does not cost the others.
 */

import { encodeBase64, encodeBase64url } from '@countersign/core/base64url'
import { readTimestamp } from '@countersign/core/date-time'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import {
  type CborKey,
  type CborValue,
  isBytes,
  isCborArray,
  isCborMap,
  isCborTag,
  TAG,
} from '@countersign/crypto/cbor/value'
import { type CoseMessage, readX5chain } from '@countersign/crypto/cose/message'
import { readCoseSign1, verifyCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { type Certificate, parseCertificate } from '@countersign/x509/certificate'
import { EXTENDED_KEY_USAGE } from '@countersign/x509/certificate-profile'
import { type ChainRefusal, type ChainTrust, chainTrust, type TrustedChain } from '../chain-trust.ts'
import type { TrustedCertificate, TrustList } from '../trust-anchor.ts'
import {
  findListFault,
  type ListExpectation,
  type ListFreshnessRefusal,
  usableUntil,
} from './list-freshness.ts'

export interface VicalOptions extends ListExpectation {
  /** Who may sign VICALs: `vicalSignerTrust`. */
  readonly signers: ChainTrust
  /** What `TrustedCertificate` says of it, for every entry. */
  readonly bindJurisdiction?: boolean | undefined
  readonly crypto: Pick<CryptoEngine, 'verify'>
}

export interface Vical {
  readonly provider: string
  readonly issuedAt: number
  readonly nextUpdate?: number | undefined
  /** To be kept, and given as `lastIssue` with the next. */
  readonly issue?: number | undefined
  /** Whom the signature leads to. */
  readonly signedBy: string
  readonly list: TrustList
  readonly skipped: readonly SkippedEntry[]
}

/** `index` counts entries of the list from 0. */
export interface SkippedEntry {
  readonly index: number
  readonly reason: string
}

export type VicalRefusal =
  | ListFreshnessRefusal
  | { readonly code: 'vical_malformed' }
  | { readonly code: 'vical_version_unsupported'; readonly version: string }
  | { readonly code: 'vical_signer_untrusted'; readonly cause: ChainRefusal }
  | { readonly code: 'vical_signature_refused'; readonly reason: string }

/** Pinned certificates sign as they are; a chain needs the purpose of annex C, whoever issued it. */
export function vicalSignerTrust(list: TrustList, crypto: Pick<CryptoEngine, 'verify'>): ChainTrust {
  return chainTrust({
    list,
    extendedKeyUsage: { trust_list: [EXTENDED_KEY_USAGE.vicalSigner] },
    acceptAnchorInChain: true,
    crypto,
  })
}

const LIMITS = { maxBytes: 8 * 1024 * 1024, maxValues: 100_000, acceptLongForms: true } as const

export async function readVical(
  bytes: Uint8Array,
  options: VicalOptions,
): Promise<Result<Vical, VicalRefusal>> {
  const message = readMessage(bytes)
  if (message === undefined) return MALFORMED
  const signer = await judgeSignature(message, options)
  if (!signer.ok) return signer
  const payload = message.payload && decodeCbor(message.payload, LIMITS)
  if (!payload?.ok || !isCborMap(payload.value)) return MALFORMED
  const head = readHead(payload.value.entries)
  if (!head.ok) return head
  const fault = findListFault(head.value, options)
  if (fault !== undefined) return refuse(fault)
  const { provider, entries, ...issue } = head.value
  const { anchors, skipped } = readEntries(entries, {
    source: `VICAL ${provider}${issue.issue === undefined ? '' : ` ${issue.issue}`}`,
    until: usableUntil(issue, options),
    bindJurisdiction: options.bindJurisdiction,
  })
  return ok({ provider, ...issue, signedBy: signer.value.anchor, list: { anchors, pins: [] }, skipped })
}

const MALFORMED = refuse({ code: 'vical_malformed' })

function readMessage(bytes: Uint8Array): CoseMessage | undefined {
  const value = decodeCbor(bytes, LIMITS)
  const message = value.ok ? readCoseSign1(value.value) : undefined
  return message?.ok ? message.value : undefined
}

/** Trust first: a stranger's chain is not worth a look at what it signed. */
async function judgeSignature(
  message: CoseMessage,
  { signers, crypto, now }: VicalOptions,
): Promise<Result<TrustedChain, VicalRefusal>> {
  const chain = readX5chain(message)
  if (!chain.ok) return MALFORMED
  const trusted = await signers(chain.value?.map(encodeBase64), { purpose: 'trust_list' }, now)
  if (!trusted.ok) return refuse({ code: 'vical_signer_untrusted', cause: trusted.error })
  const { publicKey } = trusted.value.leaf
  const verified = await verifyCoseSign1(message, publicKey, ALLOWED_ALGORITHMS.metadata, crypto)
  return verified.ok ? trusted : refuse({ code: 'vical_signature_refused', reason: verified.error.code })
}

type Members = ReadonlyMap<CborKey, CborValue>

interface Head {
  readonly provider: string
  readonly issuedAt: number
  readonly nextUpdate?: number | undefined
  readonly issue?: number | undefined
  readonly entries: readonly CborValue[]
}

/** Annex C.1.7.1. Members that are not known are passed over. */
function readHead(members: Members): Result<Head, VicalRefusal> {
  const version = members.get('version')
  if (typeof version !== 'string') return MALFORMED
  if (!/^1(\.|$)/.test(version)) return refuse({ code: 'vical_version_unsupported', version })
  const provider = members.get('vicalProvider')
  const infos = members.get('certificateInfos')
  const issuedAt = readDate(members.get('date'))
  const nextUpdate = readOptional(members, 'nextUpdate', readDate)
  const issue = readOptional(members, 'vicalIssueID', readCount)
  if (typeof provider !== 'string' || !isCborArray(infos) || issuedAt === undefined) return MALFORMED
  if (nextUpdate === 'malformed' || issue === 'malformed') return MALFORMED
  return ok({
    provider,
    issuedAt,
    nextUpdate,
    issue,
    entries: infos.items,
  })
}

interface EntryContext {
  readonly source: string
  readonly until: number | undefined
  readonly bindJurisdiction: boolean | undefined
}

function readEntries(
  entries: readonly CborValue[],
  context: EntryContext,
): { readonly anchors: readonly TrustedCertificate[]; readonly skipped: readonly SkippedEntry[] } {
  const anchors: TrustedCertificate[] = []
  const skipped: SkippedEntry[] = []
  for (const [index, entry] of entries.entries()) {
    const anchor = isCborMap(entry) ? readEntry(entry.entries, context) : refuse('entry_malformed')
    if (anchor.ok) anchors.push(anchor.value)
    else skipped.push({ index, reason: anchor.error })
  }
  return { anchors, skipped }
}

function readEntry(
  members: Members,
  { bindJurisdiction, source, until }: EntryContext,
): Result<TrustedCertificate, string> {
  const der = members.get('certificate')
  const types = readTexts(members.get('docType'))
  if (!isBytes(der) || types === undefined) return refuse('entry_malformed')
  const parsed = parseCertificate(der)
  if (!parsed.ok) return refuse(parsed.error.code)
  const certificate = parsed.value
  if (!agrees(members, certificate)) return refuse('entry_contradicts_certificate')
  const authority = members.get('issuingAuthority')
  return ok({
    certificate,
    name: typeof authority === 'string' && authority !== '' ? authority : undefined,
    source,
    purposes: ['issuer'],
    signerProfiles: ['iso-mdl'],
    types,
    usableUntil: until,
    bindJurisdiction,
  })
}

/** What the entry repeats of its certificate must be the same, or nobody could say which of both is trusted. */
function agrees(members: Members, certificate: Certificate): boolean {
  const ski = members.get('ski')
  const serial = readSerial(members.get('serialNumber'))
  if (!isBytes(ski) || serial === undefined) return false
  const { subjectKeyId = encodeBase64url(ski), notBefore, notAfter } = certificate
  return (
    encodeBase64url(ski) === subjectKeyId &&
    serial === BigInt(`0x${certificate.serial}`) &&
    (readDate(members.get('notBefore')) ?? notBefore) === notBefore &&
    (readDate(members.get('notAfter')) ?? notAfter) === notAfter
  )
}

const BIGNUM_TAG = 2

/** `biguint`: an integer, or tag 2 around bytes (RFC 8949 §3.4.3). Some providers write the bytes alone. */
function readSerial(value: CborValue): bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value < 0 ? undefined : BigInt(value)
  const bytes = isCborTag(value) && value.tag === BIGNUM_TAG ? value.content : value
  if (!isBytes(bytes) || bytes.length === 0 || bytes.length > 64) return undefined
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)
}

/** Reads a list of texts that has at least one. */
function readTexts(value: CborValue): readonly string[] | undefined {
  const texts = isCborArray(value) ? value.items.filter((item) => typeof item === 'string') : []
  return isCborArray(value) && texts.length > 0 && texts.length === value.items.length ? texts : undefined
}

function readDate(value: CborValue): number | undefined {
  return isCborTag(value) && value.tag === TAG.dateTime ? readTimestamp(value.content) : undefined
}

function readCount(value: CborValue): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined
}

function readOptional<T>(
  members: Members,
  name: string,
  read: (value: CborValue) => T | undefined,
): T | 'malformed' | undefined {
  return members.has(name) ? (read(members.get(name)) ?? 'malformed') : undefined
}
