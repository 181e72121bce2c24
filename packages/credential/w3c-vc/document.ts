/**
 * Writes the document of a W3C credential from what is to be issued: base context and type come first, issuer, period
 * and status are written here and refused as data, and the holder becomes the subject. The result keeps the data model,
 * or there is none.
 */

import { writeDateTime } from '@countersign/core/date-time'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import type { FormatRefusal, IssueInput } from '../contract/format.ts'
import { findClaimFault } from '../sd-jwt/conceal.ts'
import { CREDENTIAL_TYPE, type CredentialFacts, readCredentialDocument, typesOf } from './data-model.ts'
import { BASE_CONTEXTS, type ModelVersion } from './json-ld-context.ts'
import { writeCredentialStatus } from './status.ts'

export interface WrittenDocument extends CredentialFacts {
  readonly document: JsonObject
}

export function writeDocument(
  input: IssueInput,
  version: ModelVersion,
): Result<WrittenDocument, FormatRefusal> {
  const fault = findInputFault(input) ?? findClaimFault(input.claims, 1)
  if (fault !== undefined) return refuse(fault)
  const status = writeCredentialStatus(input.statuses ?? [], version)
  if (!status.ok) return status
  const issuer = writeIssuer(input)
  if (!issuer.ok) return issuer
  const { '@context': contexts, type: types, credentialSubject: subject, ...further } = input.claims
  const document: JsonObject = {
    '@context': writeContexts(contexts, version),
    type: writeTypes(types, input.type),
    ...further,
    issuer: issuer.value,
    ...writePeriod(input, version),
    ...status.value,
    ...(subject !== undefined && { credentialSubject: nameHolder(subject, holderDidOf(input)) }),
  }
  const facts = readCredentialDocument(document)
  return facts.ok ? ok({ ...facts.value, document }) : facts
}

/** The DID that the caller names the holder by, or the one that the holder's key itself is. */
function holderDidOf({ holderDid, holderKey }: IssueInput): string | undefined {
  return holderDid ?? (holderKey && didFromKey('jwk', bareKey(holderKey)))
}

/** Members that are written here: as data they would contradict what is written. */
const PERIOD_MEMBERS = ['validFrom', 'validUntil', 'issuanceDate', 'expirationDate']
const JUDGED_MEMBERS = ['credentialStatus', 'proof']
/** Where the document is the payload they mean something else (VC-JOSE-COSE §3.1.3). `vct` makes it another format. */
const JWT_TIMES = ['exp', 'nbf', 'iat']
const JWT_NAMES = ['iss', 'sub', 'aud', 'jti', 'cnf', 'nonce', 'status', 'vc', 'vp', 'vct']
const WRITTEN_HERE = [...PERIOD_MEMBERS, ...JUDGED_MEMBERS, ...JWT_TIMES, ...JWT_NAMES]

function findInputFault(input: IssueInput): FormatRefusal | undefined {
  const name = WRITTEN_HERE.find((written) => Object.hasOwn(input.claims, written))
  if (name !== undefined) return { code: 'claim_reserved', detail: name }
  const { type: further } = input.claims
  const areTypes = further === undefined || typesOf(further).length > 0
  if (!areTypes || !/^\S+$/.test(input.type)) return { code: 'type_malformed' }
  for (const time of ['issuedAt', 'notBefore', 'expiresAt'] as const) {
    const seconds = input[time]
    if (seconds !== undefined && writeDateTime(seconds) === undefined) {
      return { code: 'time_malformed', detail: time }
    }
  }
  const { expiresAt, issuedAt, notBefore = issuedAt } = input
  const empty = expiresAt !== undefined && expiresAt <= Math.max(issuedAt, notBefore)
  return empty ? { code: 'validity_empty' } : undefined
}

/** An object given as data keeps its name and logo; who it is, is the issuer's identifier. */
function writeIssuer({ claims, issuer }: IssueInput): Result<JsonValue, FormatRefusal> {
  if (issuer === undefined) return refuse({ code: 'issuer_missing' })
  const { issuer: given } = claims
  if (given === undefined || given === issuer) return ok(issuer)
  if (!isJsonObject(given)) return refuse({ code: 'issuer_differs' })
  const sameId = given.id === undefined || given.id === issuer
  return sameId ? ok({ ...given, id: issuer }) : refuse({ code: 'issuer_differs' })
}

/** Gives every term a meaning where no context of the type's own does (VCDM 2.0 §5.2.1). */
const UNDEFINED_TERMS = 'https://www.w3.org/ns/credentials/undefined-terms/v2'

function writeContexts(given: JsonValue | undefined, version: ModelVersion): JsonValue {
  const base = BASE_CONTEXTS[version]
  const items = given === undefined ? [] : isJsonArray(given) ? given : [given]
  const further = items.filter((item) => item !== base)
  if (further.length === 0 && version === '2.0') return [base, UNDEFINED_TERMS]
  return [base, ...further]
}

function writeTypes(given: JsonValue | undefined, specific: string): JsonValue {
  const further = (given === undefined ? [] : typesOf(given)).filter(
    (type) => type !== CREDENTIAL_TYPE && type !== specific,
  )
  return [CREDENTIAL_TYPE, ...further, ...(specific === CREDENTIAL_TYPE ? [] : [specific])]
}

function writePeriod(
  { expiresAt, issuedAt, notBefore = issuedAt }: IssueInput,
  version: ModelVersion,
): JsonObject {
  const [from, until] = [writeDateTime(notBefore), expiresAt && writeDateTime(expiresAt)]
  return version === '2.0'
    ? { ...(from && { validFrom: from }), ...(until && { validUntil: until }) }
    : { ...(from && { issuanceDate: from }), ...(until && { expirationDate: until }) }
}

/** A subject that is named already stays who it is: the holder of a child's credential is not the child. */
function nameHolder(subject: JsonValue, holderDid: string | undefined): JsonValue {
  return isJsonObject(subject) && holderDid !== undefined ? { id: holderDid, ...subject } : subject
}
