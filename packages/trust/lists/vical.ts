/**
 * VICAL, the verified issuer certificate authority list of ISO/IEC 18013-5 annex C: a COSE_Sign1 over the roots of
 * issuing authorities and the document types they issue. Bytes in, anchors out; who may sign such lists is the caller's
 * trust. An entry that cannot be used is passed over and named, so that one foreign curve does not cost the others.
 */

import { encodeBase64 } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import { type CborValue, isCborArray, isCborMap } from '@countersign/crypto/cbor/value'
import { type CoseMessage, readX5chain } from '@countersign/crypto/cose/message'
import { readCoseSign1, verifyCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { EXTENDED_KEY_USAGE } from '@countersign/x509/certificate-profile'
import { type ChainRefusal, type ChainTrust, chainTrust, type TrustedChain } from '../chain-trust.ts'
import type { TrustedCertificate, TrustList } from '../trust-anchor.ts'
import {
  findListFault,
  type ListExpectation,
  type ListFreshnessRefusal,
  usableUntil,
} from './list-freshness.ts'
import { type Members, readDate, readEntries, type SkippedEntry } from './vical-entry.ts'

export interface VicalOptions extends ListExpectation {
  /** Who may sign VICALs: `vicalSignerTrust`. */
  readonly signers: ChainTrust
  /** What `TrustedCertificate` says of it, for every entry. */
  readonly bindJurisdiction?: boolean | undefined
  readonly documentSignerUsages?: TrustedCertificate['documentSignerUsages']
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

export type VicalRefusal =
  | ListFreshnessRefusal
  | { readonly code: 'vical_malformed' }
  | { readonly code: 'vical_version_unsupported'; readonly version: string }
  | { readonly code: 'vical_signer_untrusted'; readonly cause: ChainRefusal }
  | { readonly code: 'vical_too_large'; readonly reason: string }
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

const LIMITS = { maxBytes: FETCHED.trustList, maxValues: 100_000, acceptLongForms: true } as const

export async function readVical(
  bytes: Uint8Array,
  options: VicalOptions,
): Promise<Result<Vical, VicalRefusal>> {
  if (bytes.length > LIMITS.maxBytes)
    return refuse({ code: 'vical_too_large', reason: `limit ${LIMITS.maxBytes} bytes` })
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
    usableUntil: usableUntil(issue, options),
    bindJurisdiction: options.bindJurisdiction,
    documentSignerUsages: options.documentSignerUsages,
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
