/**
 * Lists of trusted entities in JSON (ETSI TS 119 602), signed as a compact JWS with `x5c` (JAdES baseline B-B). Text in,
 * anchors out: CA certificates become anchors, others pins, each for the periods in which its service had a status
 * that counts. Who may sign the list is the caller's trust; lists that this one points to are only named.
 */

import { readTimestamp } from '@countersign/core/date-time'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { type DecodedJws, decodeJws, verifyJws } from '@countersign/crypto/jose/jws'
import { type Certificate, parseX5cEntry } from '@countersign/x509/certificate'
import type { ChainRefusal, ChainTrust, TrustedChain } from '../chain-trust.ts'
import type { TrustedCertificate, TrustList } from '../trust-anchor.ts'
import {
  findListFault,
  type ListExpectation,
  type ListFreshnessRefusal,
  type ListIssue,
  usableUntil,
} from './list-freshness.ts'
import type { ServiceRule } from './service-rules.ts'
import { inLanguage, readServices, type SkippedService } from './trusted-entities.ts'

export interface TrustedEntitiesOptions extends ListExpectation {
  /** Who may sign it, for purpose `trust_list`; pin the certificate of the scheme operator. */
  readonly signers: ChainTrust
  readonly rules: readonly ServiceRule[]
  /** Demanded `LoTEType`, so that one list of an operator cannot stand in for another. */
  readonly listType?: string | undefined
  /**
   * What `TrustedCertificate` says of it, for every entry; true when absent: whoever is on such a list has certificates made
   * for him, and his name in them was looked at.
   */
  readonly bindIssuer?: boolean | undefined
  readonly bindJurisdiction?: boolean | undefined
  readonly documentSignerUsages?: TrustedCertificate['documentSignerUsages']
  readonly crypto: Pick<CryptoEngine, 'verify'>
}

export interface ListOfTrustedEntities extends ListIssue {
  /** Name of the scheme, or of its operator. */
  readonly name: string
  readonly listType?: string | undefined
  readonly issue: number
  readonly signedBy: string
  readonly list: TrustList
  readonly skipped: readonly SkippedService[]
  readonly pointers: readonly ListPointer[]
}

/** Another list, and who signs it according to this one. */
export interface ListPointer {
  readonly location: string
  readonly listType?: string | undefined
  readonly signers: readonly Certificate[]
}

export type TrustedEntitiesRefusal =
  | ListFreshnessRefusal
  | { readonly code: 'lote_malformed' }
  | { readonly code: 'lote_too_large'; readonly reason: string }
  | { readonly code: 'lote_version_unsupported' }
  | { readonly code: 'lote_type_differs'; readonly listType?: string }
  | { readonly code: 'lote_signer_untrusted'; readonly cause: ChainRefusal }
  | { readonly code: 'lote_signature_refused'; readonly reason: string }

const LOTE_VERSION = 1

/** JAdES (ETSI TS 119 182-1 §5.2.1): the claimed signing time may be marked critical; we ask the list for its time. */
const UNDERSTOOD = ['sigT', 'iat']

export async function readListOfTrustedEntities(
  jws: string,
  options: TrustedEntitiesOptions,
): Promise<Result<ListOfTrustedEntities, TrustedEntitiesRefusal>> {
  if (jws.length > FETCHED.trustList)
    return refuse({ code: 'lote_too_large', reason: `limit ${FETCHED.trustList} bytes` })
  const decoded = decodeJws(jws.trim(), { maxLength: FETCHED.trustList, understood: UNDERSTOOD })
  if (!decoded.ok) return MALFORMED
  const signer = await judgeSignature(decoded.value, options)
  if (!signer.ok) return signer
  const content = decoded.value.payload['LoTE']
  const scheme = isJsonObject(content) ? content['ListAndSchemeInformation'] : undefined
  const entities = isJsonObject(content) ? (content['TrustedEntitiesList'] ?? []) : undefined
  if (!isJsonObject(scheme) || !isJsonArray(entities)) return MALFORMED
  const head = readScheme(scheme, options)
  if (!head.ok) return head
  const source = `${head.value.name} ${head.value.issue}`
  const until = usableUntil(head.value, options)
  const services = readServices(entities, {
    rules: options.rules,
    source,
    usableUntil: until,
    bindIssuer: options.bindIssuer ?? true,
    bindJurisdiction: options.bindJurisdiction,
    documentSignerUsages: options.documentSignerUsages,
  })
  return ok({
    ...head.value,
    signedBy: signer.value.anchor,
    ...services,
    pointers: readPointers(scheme['PointersToOtherLoTE']),
  })
}

const MALFORMED = refuse({ code: 'lote_malformed' })

/** Trust first: a stranger's list is not read any further. */
async function judgeSignature(
  jws: DecodedJws,
  { signers, crypto, now }: TrustedEntitiesOptions,
): Promise<Result<TrustedChain, TrustedEntitiesRefusal>> {
  const x5c = readTexts(jws.header['x5c'])
  const trusted = await signers(x5c, { purpose: 'trust_list' }, now)
  if (!trusted.ok) return refuse({ code: 'lote_signer_untrusted', cause: trusted.error })
  const { publicKey } = trusted.value.leaf
  const verified = await verifyJws(jws, publicKey, ALLOWED_ALGORITHMS.metadata, crypto)
  return verified.ok ? trusted : refuse({ code: 'lote_signature_refused', reason: verified.error.code })
}

type SchemeHead = ListIssue & Pick<ListOfTrustedEntities, 'name' | 'listType' | 'issue'>

function readScheme(
  scheme: JsonObject,
  options: TrustedEntitiesOptions,
): Result<SchemeHead, TrustedEntitiesRefusal> {
  if (scheme['LoTEVersionIdentifier'] !== LOTE_VERSION) return refuse({ code: 'lote_version_unsupported' })
  const issue = scheme['LoTESequenceNumber']
  const listType = scheme['LoTEType']
  const issuedAt = readTimestamp(scheme['ListIssueDateTime'])
  // Without the date of its successor nobody can tell a current list from one that is withheld.
  const nextUpdate = readTimestamp(scheme['NextUpdate'])
  const name = inLanguage(scheme['SchemeName']) ?? inLanguage(scheme['SchemeOperatorName'])
  const isNumbered = typeof issue === 'number' && Number.isSafeInteger(issue) && issue >= 1
  if (!isNumbered || issuedAt === undefined || nextUpdate === undefined || name === undefined)
    return MALFORMED
  if (listType !== undefined && typeof listType !== 'string') return MALFORMED
  const typed = listType === undefined ? {} : { listType }
  if (options.listType !== undefined && options.listType !== listType) {
    return refuse({ code: 'lote_type_differs', ...typed })
  }
  const head = { name, issue, issuedAt, nextUpdate, ...typed }
  const fault = findListFault(head, options)
  return fault === undefined ? ok(head) : refuse(fault)
}

function readPointers(pointers: JsonValue | undefined): readonly ListPointer[] {
  const entries = isJsonArray(pointers) ? pointers.filter(isJsonObject) : []
  return entries.flatMap((pointer) => {
    const location = pointer['LoTELocation']
    if (typeof location !== 'string' || !/^https:\/\//i.test(location)) return []
    const [qualifier] = objectsOf(pointer['LoTEQualifiers'])
    const listType = qualifier?.['LoTEType']
    const signers = objectsOf(pointer['ServiceDigitalIdentities']).flatMap(certificatesOf)
    return [{ location, listType: typeof listType === 'string' ? listType : undefined, signers }]
  })
}

function certificatesOf(identity: JsonObject): readonly Certificate[] {
  return objectsOf(identity['X509Certificates']).flatMap(({ val }) => {
    const parsed = typeof val === 'string' ? parseX5cEntry(val) : undefined
    return parsed?.ok ? [parsed.value] : []
  })
}

function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : []
}

function readTexts(value: JsonValue | undefined): readonly string[] | undefined {
  const texts = isJsonArray(value) ? value.filter((entry) => typeof entry === 'string') : []
  return isJsonArray(value) && texts.length === value.length ? texts : undefined
}
