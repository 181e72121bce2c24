/**
 * The status of a credential, from the references that it carries: valid, revoked, suspended, or none with its reason. Only
 * a list that could be read, by a signer who counts for this credential, ever says one of the first three. Where there is
 * none, `status-faults.ts` tells what speaks against the credential for good (`faulty`) from what may be found out later
 * (`undetermined`). Whether the credential itself is sound is judged before (Token Status List §8.3).
 */

import { encodeBase64url } from '@countersign/core/base64url'
import type { Result } from '@countersign/core/result'
import type { Check } from '@countersign/credential/contract/checks'
import type { StatusListKind } from '@countersign/credential/contract/format-facts'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import type { Awaitable } from '@countersign/crypto/engine'
import { getStatus } from './bits.ts'
import { MIN_ENTRIES } from './bitstring-status-list.ts'
import { readableMediaTypes } from './open-status-list.ts'
import { FAULT_WEIGHTS, type FaultWeight, type StatusFaultCode } from './status-faults.ts'
import {
  LIST_MEDIA_TYPES,
  type StatusList,
  type StatusListContent,
  type StatusListRefusal,
  type StatusListRequest,
  type StatusLists,
} from './status-list.ts'

export interface StatusCheckOptions {
  readonly lists: StatusLists
  /** Epoch seconds. */
  readonly now: number
  /** Of the credential's format: it says in which form a list is preferred. */
  readonly listKind?: StatusListKind | undefined
  readonly credentialIssuer?: string | undefined
  /**
   * Whom the credential's issuer leads to. Its lists then lead to the same anchor, or to one of `listAnchors`. Absent:
   * every signer that is trusted with lists counts.
   */
  readonly credentialAnchor?: string | undefined
  readonly listAnchors?: readonly string[] | undefined
  /** A list that was issued longer ago says nothing; absent: its own `exp` is enough. */
  readonly maxAgeSeconds?: number | undefined
  /** Entries of a Bitstring Status List below which it is not relied upon (§3.2); 131,072 when absent. */
  readonly minEntries?: number | undefined
  /** Milliseconds that lists which are not at hand may take, for all references together; absent: as `lists` has it. */
  readonly timeLeftMs?: number | undefined
}

export type CredentialStatus = 'valid' | 'revoked' | 'suspended' | FaultWeight

/** What one reference led to. */
export interface StatusFinding {
  readonly reference: StatusReference
  readonly status: CredentialStatus
  /** Why there is no status, where there is none; machine-readable. */
  readonly reason?: string | undefined
  /** Seconds since the list was issued, or since it was fetched where it does not say; never negative. */
  readonly listAgeSeconds?: number | undefined
  /** Whom the list's signature leads to. */
  readonly anchor?: string | undefined
  /** Epoch seconds, as the list says. */
  readonly issuedAt?: number | undefined
  readonly expiresAt?: number | undefined
}

export interface StatusOutcome {
  /** `not_applicable`: the credential names no status. */
  readonly status: CredentialStatus | 'not_applicable'
  /** One line: the status, with the age of the list or with the reason. */
  readonly detail: string
  /** Of the finding that decided; of the oldest list where all are valid. */
  readonly listAgeSeconds?: number | undefined
  readonly anchor?: string | undefined
  /** That finding; absent where there are none. */
  readonly decidedBy?: StatusFinding | undefined
  /** In the order of the references. */
  readonly findings: readonly StatusFinding[]
}

/** A credential may name this many references: each may cost a request. */
const MAX_REFERENCES = 8

export async function checkStatus(
  references: readonly StatusReference[],
  options: StatusCheckOptions,
): Promise<StatusOutcome> {
  if (references.length === 0) return { status: 'not_applicable', detail: 'no_status', findings: [] }
  const pending = references.slice(0, MAX_REFERENCES).map((reference) => findStatus(reference, options))
  const findings = await Promise.all(pending)
  const [beyond] = references.slice(MAX_REFERENCES)
  return combine(beyond === undefined ? findings : [...findings, without(beyond, 'too_many_references')])
}

/** The outcome among the other checks of a presentation. */
export function toStatusCheck({ detail, status }: StatusOutcome): Check {
  switch (status) {
    case 'valid':
      return { name: 'status', outcome: 'passed', detail }
    case 'revoked':
    case 'suspended':
    case 'faulty':
      return { name: 'status', outcome: 'failed', detail }
    case 'undetermined':
      return { name: 'status', outcome: 'undetermined', detail }
    case 'not_applicable':
      return { name: 'status', outcome: 'skipped', detail }
  }
}

/** In this order: what is known to be bad is not made better by what is not known. */
const WORST_FIRST: readonly CredentialStatus[] = ['revoked', 'suspended', 'faulty', 'undetermined', 'valid']

function combine(findings: readonly StatusFinding[]): StatusOutcome {
  const status = WORST_FIRST.find((worst) => findings.some((finding) => finding.status === worst))
  const deciding = findings.filter((finding) => finding.status === status)
  const [first] = deciding
  if (status === undefined || first === undefined) throw new Error('no finding')
  const oldest = deciding.reduce((old, finding) => (ageOf(finding) > ageOf(old) ? finding : old), first)
  const decidedBy = status === 'valid' ? oldest : first
  const { anchor, listAgeSeconds, reason } = decidedBy
  return {
    status,
    detail: detailOf(status, reason, listAgeSeconds),
    listAgeSeconds,
    anchor,
    decidedBy,
    findings,
  }
}

function ageOf({ listAgeSeconds = -1 }: StatusFinding): number {
  return listAgeSeconds
}

function detailOf(
  status: CredentialStatus,
  reason: string | undefined,
  ageSeconds: number | undefined,
): string {
  if (reason !== undefined) return reason
  return status === 'valid' && ageSeconds !== undefined ? `valid, list ${ageSeconds} s old` : status
}

/** Answers at once, without a promise, where the list is at hand. */
function findStatus(reference: StatusReference, options: StatusCheckOptions): Awaitable<StatusFinding> {
  if (reference.mechanism === 'unknown')
    return without(reference, 'mechanism_unknown', `mechanism_unknown: ${reference.type}`)
  const request = requestFor(reference, options)
  const asked = options.lists(request, options.now, options.timeLeftMs)
  return asked instanceof Promise
    ? asked.then((list) => judgeInTime(reference, request, list, options))
    : judgeInTime(reference, request, asked, options)
}

/**
 * Lists grow, so a copy of some time ago may lack the place of a credential that has been issued since. That there is no
 * such place decides for good, and is said by the list of now alone.
 */
function judgeInTime(
  reference: KnownReference,
  request: StatusListRequest,
  found: FoundList,
  options: StatusCheckOptions,
): Awaitable<StatusFinding> {
  const finding = judge(reference, found, options)
  const { lists, now, timeLeftMs } = options
  if (!found.ok || finding.reason !== 'index_out_of_range' || found.value.fetchedAt >= now) return finding
  const newerThan = found.value.fetchedAt
  const asked = Promise.resolve(lists({ ...request, newerThan }, now, timeLeftMs))
  return asked.then((newer) =>
    newer.ok && newer.value.fetchedAt <= newerThan
      ? without(reference, 'list_too_old')
      : judge(reference, newer, options),
  )
}

type FoundList = Result<StatusList, StatusListRefusal>
type KnownReference = Exclude<StatusReference, { mechanism: 'unknown' }>

function requestFor(reference: KnownReference, options: StatusCheckOptions): StatusListRequest {
  const { credentialIssuer, listKind = 'bitstring' } = options
  const { mechanism, uri } = reference
  const accept = mechanism === 'token_status_list' ? TOKEN_MEDIA_TYPES[listKind] : MEDIA_TYPES[mechanism]
  return { mechanism, uri, accept, credentialIssuer }
}

const MEDIA_TYPES = {
  bitstring_status_list: readableMediaTypes('bitstring_status_list'),
  identifier_list: readableMediaTypes('identifier_list'),
}
/** A format with lists of another kind may still name a Token Status List; nothing is said of its form then. */
const TOKEN_MEDIA_TYPES: Readonly<Record<StatusListKind, readonly string[]>> = {
  'token-jwt': [LIST_MEDIA_TYPES.tokenJwt],
  'token-cwt': [LIST_MEDIA_TYPES.tokenCwt, LIST_MEDIA_TYPES.tokenJwt],
  bitstring: [LIST_MEDIA_TYPES.tokenJwt, LIST_MEDIA_TYPES.tokenCwt],
}

function judge(reference: KnownReference, found: FoundList, options: StatusCheckOptions): StatusFinding {
  if (!found.ok) {
    const { code, reason } = found.error
    return without(reference, code, reason === undefined ? code : `${code}: ${reason}`)
  }
  const { anchor, content, expiresAt, fetchedAt, issuedAt } = found.value
  const listAgeSeconds = Math.max(0, Math.floor(options.now - (issuedAt ?? fetchedAt)))
  const said =
    findSignerFault(anchor, listAgeSeconds, options) ??
    readStatus(reference, content, options.minEntries ?? MIN_ENTRIES)
  return { reference, ...said, listAgeSeconds, anchor, issuedAt, expiresAt }
}

interface Said {
  readonly status: CredentialStatus
  readonly reason?: string | undefined
}

function nothing(code: StatusFaultCode, reason: string = code): Said {
  return { status: FAULT_WEIGHTS[code], reason }
}

function without(reference: StatusReference, code: StatusFaultCode, reason?: string): StatusFinding {
  return { reference, ...nothing(code, reason) }
}

/** Somebody may be trusted with lists and still not with those of this issuer (Token Status List §11.3). */
function findSignerFault(anchor: string, ageSeconds: number, options: StatusCheckOptions): Said | undefined {
  const { credentialAnchor, listAnchors = [], maxAgeSeconds } = options
  const counts = credentialAnchor === undefined || anchor === credentialAnchor || listAnchors.includes(anchor)
  if (!counts) return nothing('signer_of_another_anchor')
  return maxAgeSeconds !== undefined && ageSeconds > maxAgeSeconds ? nothing('list_too_old') : undefined
}

function readStatus(reference: KnownReference, content: StatusListContent, minEntries: number): Said {
  if (reference.mechanism === 'token_status_list' && content.mechanism === reference.mechanism) {
    return readTokenStatus(getStatus(content.statuses, reference.index))
  }
  if (reference.mechanism === 'bitstring_status_list' && content.mechanism === reference.mechanism) {
    return readBitstringStatus(reference, content, minEntries)
  }
  if (reference.mechanism === 'identifier_list' && content.mechanism === reference.mechanism) {
    const listed = content.identifiers.has(encodeBase64url(reference.identifier))
    return { status: listed ? 'revoked' : 'valid' }
  }
  return nothing('list_of_another_mechanism')
}

/** §7.1. 3 and 12 to 15 mean something to the application alone, and the others nothing yet. */
function readTokenStatus(status: number | undefined): Said {
  switch (status) {
    case undefined:
      return nothing('index_out_of_range')
    case 0:
      return { status: 'valid' }
    case 1:
      return { status: 'revoked' }
    case 2:
      return { status: 'suspended' }
    default:
      return nothing('status_value', `status_value_${status}`)
  }
}

/** Validates the entry against the list as §3.2 does from the comparison of purposes on. */
function readBitstringStatus(
  { index, purpose, size }: Extract<StatusReference, { mechanism: 'bitstring_status_list' }>,
  { bytes, purposes, size: listSize }: Extract<StatusListContent, { mechanism: 'bitstring_status_list' }>,
  minEntries: number,
): Said {
  if (!purposes.includes(purpose)) return nothing('purpose_differs')
  if (listSize !== undefined && listSize !== size) return nothing('size_differs')
  if ((bytes.length * 8) / size < minEntries) return nothing('list_too_short')
  const status = getStatus({ bytes, size, order: 'most_significant_first' }, index)
  if (status === undefined) return nothing('index_out_of_range')
  // §2.1: that a newer credential is to be had takes nothing from this one.
  if (status === 0 || purpose === 'refresh') return { status: 'valid' }
  if (status === 1 && size === 1 && purpose === 'revocation') return { status: 'revoked' }
  if (status === 1 && size === 1 && purpose === 'suspension') return { status: 'suspended' }
  return nothing('status_value', `status_value_${status}`)
}
