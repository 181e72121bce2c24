/**
 * Bitstring Status Lists (W3C Recommendation) as credentials secured with a JWT (VC-JOSE-COSE §3.1), written and read.
 * Read too: the older `StatusList2021Credential`, and lists wrapped in `vc` as data model 1.1 has them. The data model
 * itself is that of every W3C credential; who signed and whether it is still good is judged in `open-status-list.ts`.
 */

import { decodeBase64url, decodeUtf8, encodeBase64url } from '@countersign/core/base64url'
import { writeDateTime } from '@countersign/core/date-time'
import { defined, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatRefusal } from '@countersign/credential/contract/format'
import { issuerKeyId } from '@countersign/credential/contract/issuer-key-id'
import { type HeaderReference, readHeaderReference } from '@countersign/credential/contract/judge-issuer'
import { findContradiction, splitPayload, unwrapCredential } from '@countersign/credential/w3c-vc/claims-set'
import {
  type CredentialFacts,
  readCredentialDocument,
  typesOf,
} from '@countersign/credential/w3c-vc/data-model'
import { BASE_CONTEXTS } from '@countersign/credential/w3c-vc/json-ld-context'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { type DecodedJws, decodeJws, readAlgorithm, signJws, verifyJws } from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import { countStatuses, isStatusSize, type StatusBits } from './bits.ts'
import type { Compression } from './compression.ts'
import {
  isAbsentOrTime,
  isTime,
  malformed,
  type PackedStatuses,
  type SignedStatusList,
} from './signed-list.ts'
import type { StatusListRefusal } from './status-list.ts'

/** §2.2, §3.2: fewer entries would not hide whose status is asked for. */
export const MIN_ENTRIES = 131_072

const MAX_SIZE_BITS = 32
const MAX_PURPOSES = 16

export interface BitstringListFacts {
  /** Where the list is published. */
  readonly uri: string
  readonly issuer: string
  /** `revocation`, `suspension`, `refresh`, `message`, or another; one or several. */
  readonly purposes: readonly string[]
  /** Epoch seconds. */
  readonly issuedAt: number
  readonly expiresAt?: number | undefined
  readonly ttlSeconds?: number | undefined
}

/** Refuses dates that cannot be written and keys that are not the issuer's; throws for a list that is none. */
export async function writeBitstringCredential(
  statuses: StatusBits,
  facts: BitstringListFacts,
  signer: Signer,
  compression: Pick<Compression, 'gzip'>,
): Promise<Result<string, FormatRefusal>> {
  assertPublishable(statuses, facts)
  const { expiresAt, issuedAt, issuer, uri } = facts
  const validFrom = writeDateTime(issuedAt)
  const validUntil = expiresAt === undefined ? undefined : writeDateTime(expiresAt)
  if (validFrom === undefined || (expiresAt !== undefined && validUntil === undefined)) {
    return refuse({ code: 'time_malformed' })
  }
  const kid = issuerKeyId({ issuer, signer })
  if (!kid.ok) return kid
  const gzipped = await compression.gzip(statuses.bytes)
  const document = defined({
    '@context': [BASE_CONTEXTS['2.0']],
    id: uri,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer,
    validFrom,
    validUntil,
    credentialSubject: writeSubject(statuses, facts, gzipped),
  })
  const header = defined({
    typ: 'vc+jwt',
    cty: 'vc',
    kid: kid.value,
    x5c: signer.x5c?.length ? signer.x5c : undefined,
  })
  const claims = defined({ ...document, iss: issuer, iat: issuedAt, exp: expiresAt })
  return ok(await signJws(header, claims, signer))
}

function writeSubject(
  { size }: StatusBits,
  { purposes, ttlSeconds, uri }: BitstringListFacts,
  gzipped: Uint8Array,
): JsonObject {
  const [only, ...more] = purposes
  return defined({
    id: `${uri}#list`,
    type: 'BitstringStatusList',
    statusPurpose: more.length === 0 && only !== undefined ? only : purposes,
    statusSize: size > 1 ? size : undefined,
    encodedList: `u${encodeBase64url(gzipped)}`,
    // §2.2: milliseconds, unlike everywhere else.
    ttl: ttlSeconds === undefined ? undefined : ttlSeconds * 1000,
  })
}

function assertPublishable(statuses: StatusBits, { purposes }: BitstringListFacts): void {
  if (statuses.order !== 'most_significant_first' || !isStatusSize(statuses.size)) {
    throw new RangeError('a bitstring status list is packed from the most significant bit')
  }
  if (countStatuses(statuses) < MIN_ENTRIES)
    throw new RangeError(`a list has ${MIN_ENTRIES} entries at least`)
  if (purposes.length === 0 || purposes.includes('')) throw new RangeError('a list has a purpose')
}

export function readBitstringCredential(
  body: Uint8Array,
  crypto: Pick<CryptoEngine, 'verify'>,
): Result<SignedStatusList, StatusListRefusal> {
  const text = decodeUtf8(body)
  const jws = text === undefined ? undefined : decodeJws(text, { maxLength: body.length })
  if (jws === undefined || !jws.ok) return malformed(jws?.error.code ?? 'not_text')
  const algorithm = readAlgorithm(jws.value.header.alg, ALLOWED_ALGORITHMS.status_list)
  if (algorithm === undefined) return refuse({ code: 'alg_not_allowed' })
  const read = readDocument(jws.value)
  if (!read.ok) return read
  const { document, facts } = read.value
  const key = readHeaderReference(jws.value.header)
  if (!key.ok) return malformed(key.error.code)
  if (isForeignKey(key.value, facts.issuer)) return malformed('kid_not_of_issuer')
  const period = readPeriod(jws.value.payload, facts)
  if (!period.ok) return period
  const subject = readSubject(document)
  if (!subject.ok) return subject
  const { id } = document
  return ok({
    uri: typeof id === 'string' ? id : undefined,
    ...period.value,
    ...subject.value,
    signer: { algorithm, ...absoluteKeyId(key.value, facts.issuer), issuer: facts.issuer },
    verify: (publicKey) => verifyJws(jws.value, publicKey, ALLOWED_ALGORITHMS.status_list, crypto),
  })
}

interface ListDocument {
  readonly document: JsonObject
  readonly facts: CredentialFacts
}

function readDocument({ header, payload }: DecodedJws): Result<ListDocument, StatusListRefusal> {
  const wrapped = Object.hasOwn(payload, 'vc')
  const typed = wrapped
    ? header.typ === undefined || isMediaType(header.typ, 'jwt')
    : isMediaType(header.typ, 'vc+jwt')
  if (!typed) return refuse({ code: 'typ_wrong' })
  const document = wrapped ? unwrapCredential(payload) : splitPayload(payload)
  if (!document.ok) return malformed(document.error.code)
  const facts = readCredentialDocument(document.value)
  if (!facts.ok) return malformed(facts.error.code)
  if (!wrapped && facts.value.version !== '2.0') return malformed('version_wrong')
  const contradiction = findContradiction(payload, document.value, facts.value)
  return contradiction === undefined
    ? ok({ document: document.value, facts: facts.value })
    : malformed(contradiction.code)
}

/** A key of one DID cannot speak for the issuer that another DID is. */
function isForeignKey({ keyId }: HeaderReference, issuer: string): boolean {
  return keyId?.startsWith('did:') === true && keyId.split('#', 1)[0] !== issuer
}

/** DID Core §3.2: a fragment alone is relative to the document it stands in, which is the issuer's. */
function absoluteKeyId(header: HeaderReference, issuer: string): HeaderReference {
  const { keyId } = header
  return keyId?.startsWith('#') && issuer.startsWith('did:') ? { ...header, keyId: issuer + keyId } : header
}

/** The times of a list: the narrower of what the JWT and the document say. */
function readPeriod(
  { exp, iat, nbf }: JsonObject,
  { validFrom, validUntil }: CredentialFacts,
): Result<Pick<SignedStatusList, 'issuedAt' | 'notBefore' | 'expiresAt'>, StatusListRefusal> {
  if (!isAbsentOrTime(exp)) return malformed('exp')
  if (!isAbsentOrTime(nbf)) return malformed('nbf')
  const ends = [exp, validUntil].filter(isTime)
  const starts = [nbf, validFrom].filter(isTime)
  // Others write `iat` as a date-time, which is left unread as it is in every W3C credential.
  const issuedAt = isTime(iat) ? iat : validFrom
  return ok({
    issuedAt,
    notBefore: starts.length > 0 ? Math.max(...starts) : undefined,
    expiresAt: ends.length > 0 ? Math.min(...ends) : undefined,
  })
}

/** Type of the credential, type of its subject, and whether the encoding has a multibase prefix. */
const KINDS = [
  { credential: 'BitstringStatusListCredential', subject: 'BitstringStatusList', prefix: 'u' },
  { credential: 'StatusList2021Credential', subject: 'StatusList2021', prefix: '' },
] as const

function readSubject(
  document: JsonObject,
): Result<Pick<SignedStatusList, 'packed' | 'ttlSeconds'>, StatusListRefusal> {
  const types = typesOf(document.type)
  const kind = KINDS.find(({ credential }) => types.includes(credential))
  if (kind === undefined) return malformed('type')
  const subject = onlySubject(document.credentialSubject)
  if (subject === undefined || !typesOf(subject.type).includes(kind.subject))
    return malformed('credentialSubject')
  const { ttl } = subject
  if (!isAbsentOrTime(ttl) || (ttl !== undefined && ttl < 0)) return malformed('ttl')
  const packed = readPacked(subject, kind.prefix)
  if (typeof packed === 'string') return malformed(packed)
  // A list without a time to live is not the same as one that is to be fetched again at once.
  return ok({ packed, ttlSeconds: ttl === undefined ? undefined : ttl / 1000 })
}

function onlySubject(value: JsonValue | undefined): JsonObject | undefined {
  const subject = isJsonArray(value) && value.length === 1 ? value[0] : value
  return isJsonObject(subject) ? subject : undefined
}

/** The statuses, or the member that cannot be read. */
function readPacked(
  { encodedList, statusPurpose, statusSize }: JsonObject,
  prefix: string,
): Extract<PackedStatuses, { mechanism: 'bitstring_status_list' }> | string {
  const purposes = typeof statusPurpose === 'string' ? [statusPurpose] : statusPurpose
  if (!isPurposes(purposes)) return 'statusPurpose'
  if (statusSize !== undefined && !isEntrySize(statusSize)) return 'statusSize'
  if (typeof encodedList !== 'string' || !encodedList.startsWith(prefix)) return 'encodedList'
  const gzipped = decodeBase64url(encodedList.slice(prefix.length))
  if (gzipped === undefined) return 'encodedList'
  return {
    mechanism: 'bitstring_status_list',
    gzipped,
    purposes,
    size: statusSize,
  }
}

function isPurposes(value: JsonValue | undefined): value is readonly string[] {
  if (!isJsonArray(value) || value.length === 0 || value.length > MAX_PURPOSES) return false
  return value.every((purpose) => typeof purpose === 'string' && purpose !== '')
}

function isEntrySize(value: JsonValue): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= MAX_SIZE_BITS
}
