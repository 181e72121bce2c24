/**
 * The W3C Verifiable Credentials Data Model 2.0 (§4, appendix A) and 1.1 as rules about documents: what every credential
 * has, in which form. The version is what the base context says. Members that are not known here are left alone, terms
 * are not looked up anywhere, and who signed is not the question.
 */

import { readXmlDateTime } from '@countersign/core/date-time'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatRefusal } from '../contract/format.ts'
import { type Context, type ModelVersion, readContext } from './json-ld-context.ts'
import { isUrl } from './urls.ts'

export interface CredentialFacts {
  readonly version: ModelVersion
  readonly context: Context
  readonly types: readonly string[]
  readonly issuer: string
  /** `id` of the subject, where there is one subject and it has one. */
  readonly subjectId?: string | undefined
  /** Epoch seconds, with a fraction where one is written. */
  readonly validFrom?: number | undefined
  readonly validUntil?: number | undefined
}

export interface CredentialReading {
  /** Claims about the subject may be withheld, all of them included. */
  readonly withheld?: boolean | undefined
}

export function readCredentialDocument(
  document: JsonObject,
  reading: CredentialReading = {},
): Result<CredentialFacts, FormatRefusal> {
  const context = readContext(document['@context'])
  if (!context.ok) return context
  const { version } = context.value
  const types = readTypes(document.type, CREDENTIAL_TYPE)
  if (types === undefined) return refuse({ code: 'type_malformed' })
  // §4.5: a type is a term of a context or a URL. Version 1.1 is commonly used as plain JSON, without contexts of its own.
  const stray = version === '2.0' ? types.find((type) => !context.value.mayDefine(type)) : undefined
  if (stray !== undefined) return refuse({ code: 'type_undefined', detail: stray })
  const issuer = idOf(document.issuer)
  if (issuer === undefined) return refuse({ code: 'issuer_malformed' })
  const fault = findMemberFault(document, version) ?? findSubjectFault(document.credentialSubject, reading)
  if (fault !== undefined) return refuse(fault)
  const period = readPeriod(document, version)
  if (!period.ok) return period
  const subjectId = subjectIdOf(document.credentialSubject)
  return ok({
    version,
    context: context.value,
    types,
    issuer,
    subjectId,
    ...period.value,
  })
}

export interface PresentationFacts {
  readonly version: ModelVersion
  /** URL of the holder. */
  readonly holder?: string | undefined
  readonly credentials: readonly JsonValue[]
}

/** §4.13. What the credentials within are is the caller's to judge: `findEmbeddedFault` for those of a document. */
export function readPresentationDocument(document: JsonObject): Result<PresentationFacts, FormatRefusal> {
  const context = readContext(document['@context'])
  if (!context.ok) return context
  const types = readTypes(document.type, PRESENTATION_TYPE)
  if (types === undefined) return refuse({ code: 'type_malformed' })
  const { holder, id, verifiableCredential: credentials = [] } = document
  if (id !== undefined && !isUrl(id)) return refuse({ code: 'id_malformed' })
  if (holder !== undefined && idOf(holder) === undefined) return refuse({ code: 'holder_malformed' })
  const fault = findTypedFault(document, 'termsOfUse') ?? findTypedFault(document, 'proof')
  if (fault !== undefined) return refuse(fault)
  const named = holder === undefined ? undefined : idOf(holder)
  return ok({
    version: context.value.version,
    holder: named,
    credentials: isJsonArray(credentials) ? credentials : [credentials],
  })
}

/** §4.13, §4.13.1: in a presentation of version 2.0 credentials are objects: whole, or enveloped in a `data:` URL. */
export function findEmbeddedFault(credential: JsonValue): FormatRefusal | undefined {
  if (!isJsonObject(credential)) return { code: 'credential_not_object' }
  if (typesOf(credential.type).includes(ENVELOPED_TYPE)) {
    const enveloped = readEnveloped(credential)
    return enveloped.ok ? undefined : enveloped.error
  }
  const read = readCredentialDocument(credential)
  return read.ok ? undefined : read.error
}

export interface Enveloped {
  readonly mediaType: string
  readonly content: string
}

/** §4.13.1: what a `data:` URL of an enveloped credential carries. */
export function readEnveloped(credential: JsonObject): Result<Enveloped, FormatRefusal> {
  const context = readContext(credential['@context'])
  if (!context.ok) return context
  const { id, type } = credential
  const types = typesOf(type)
  if (types.length !== 1 || types[0] !== ENVELOPED_TYPE) return refuse({ code: 'type_malformed' })
  const parts = typeof id === 'string' ? DATA_URL.exec(id) : null
  const [, mediaType = '', content = ''] = parts ?? []
  return parts === null
    ? refuse({ code: 'envelope_malformed' })
    : ok({ mediaType: mediaType.toLowerCase(), content })
}

/** `type` as a list, whatever its form; empty where it is not one of texts. */
export function typesOf(type: JsonValue | undefined): readonly string[] {
  const types = isJsonArray(type) ? type : [type]
  return types.every((entry): entry is string => typeof entry === 'string') ? types : []
}

export const CREDENTIAL_TYPE = 'VerifiableCredential'
export const PRESENTATION_TYPE = 'VerifiablePresentation'
export const ENVELOPED_TYPE = 'EnvelopedVerifiableCredential'

const MAX_ENTRIES = 100
/** Media type, parameters that add nothing, and a JWT or SD-JWT, none of whose characters needs an escape. */
const DATA_URL = /^data:([a-z]+\/[a-z0-9.+-]+)(?:;[a-z0-9=+.-]+){0,4},([A-Za-z0-9._~-]+)$/i

function readTypes(type: JsonValue | undefined, required: string): readonly string[] | undefined {
  const types = typesOf(type)
  const wellFormed = types.length <= MAX_ENTRIES && types.every((entry) => /^\S+$/.test(entry))
  return wellFormed && types.includes(required) ? types : undefined
}

/** A URL, or an object that has one as its `id` (§4.7, §4.13). */
function idOf(value: JsonValue | undefined): string | undefined {
  const id = isJsonObject(value) ? value.id : value
  return isUrl(id) ? id : undefined
}

/** Members whose objects say what they are (§4.5); those with `id` cannot do without one. */
const TYPED_MEMBERS: readonly { readonly name: string; readonly needsId?: boolean }[] = [
  { name: 'credentialStatus' },
  { name: 'credentialSchema', needsId: true },
  { name: 'refreshService' },
  { name: 'termsOfUse' },
  { name: 'evidence' },
  { name: 'proof' },
]

function findMemberFault(document: JsonObject, version: ModelVersion): FormatRefusal | undefined {
  if (document.id !== undefined && !isUrl(document.id)) return { code: 'id_malformed' }
  for (const { name, needsId } of TYPED_MEMBERS) {
    const fault = findTypedFault(document, name, needsId)
    if (fault !== undefined) return fault
  }
  if (version === '1.1') return undefined
  return (
    findTextFault(document) ?? findTextFault(document.issuer) ?? findResourceFault(document.relatedResource)
  )
}

function findTypedFault(document: JsonObject, name: string, needsId = false): FormatRefusal | undefined {
  const value = document[name]
  if (value === undefined) return undefined
  const entries: readonly JsonValue[] = isJsonArray(value) ? value : [value]
  const wellFormed = entries.length <= MAX_ENTRIES && entries.every((entry) => isTyped(entry, needsId))
  return wellFormed ? undefined : { code: 'member_malformed', detail: name }
}

function isTyped(entry: JsonValue, needsId: boolean): boolean {
  if (!isJsonObject(entry)) return false
  const types = typesOf(entry.type)
  const named = types.length > 0 && types.every((type) => /^\S+$/.test(type))
  return named && (entry.id === undefined ? !needsId : isUrl(entry.id))
}

/** §4.6: text, or a language value object, or several of those. */
function findTextFault(value: JsonValue | undefined): FormatRefusal | undefined {
  if (!isJsonObject(value)) return undefined
  const name = ['name', 'description'].find((member) => !isText(value[member]))
  return name === undefined ? undefined : { code: 'text_malformed', detail: name }
}

function isText(value: JsonValue | undefined): boolean {
  if (value === undefined || typeof value === 'string') return true
  const entries: readonly JsonValue[] = isJsonArray(value) ? value : [value]
  return entries.length <= MAX_ENTRIES && entries.every(isLanguageValue)
}

const LANGUAGE_MEMBERS = ['@value', '@language', '@direction']

function isLanguageValue(value: JsonValue): boolean {
  if (!isJsonObject(value) || typeof value['@value'] !== 'string') return false
  return Object.entries(value).every(
    ([member, inner]) => LANGUAGE_MEMBERS.includes(member) && typeof inner === 'string',
  )
}

/** §5.3: each with an identifier of its own and something to recognise it by. */
function findResourceFault(value: JsonValue | undefined): FormatRefusal | undefined {
  if (value === undefined) return undefined
  const resources: readonly JsonValue[] = isJsonArray(value) ? value : [value]
  const ids = new Set(resources.map((resource) => (isJsonObject(resource) ? resource.id : undefined)))
  const wellFormed = resources.length <= MAX_ENTRIES && ids.size === resources.length
  return wellFormed && resources.every(isResource)
    ? undefined
    : { code: 'member_malformed', detail: 'relatedResource' }
}

function isResource(value: JsonValue): boolean {
  if (!isJsonObject(value) || !isUrl(value.id)) return false
  const { digestMultibase, digestSRI, mediaType } = value
  if (digestMultibase === undefined && digestSRI === undefined) return false
  return [digestMultibase, digestSRI, mediaType].every(
    (text) => text === undefined || (typeof text === 'string' && text !== ''),
  )
}

/** §4.8 asks for one or more objects, none of them empty. */
function findSubjectFault(
  value: JsonValue | undefined,
  { withheld = false }: CredentialReading,
): FormatRefusal | undefined {
  if (value === undefined) return withheld ? undefined : { code: 'subject_missing' }
  const subjects: readonly JsonValue[] = isJsonArray(value) ? value : [value]
  if (subjects.length > MAX_ENTRIES || (subjects.length === 0 && !withheld)) {
    return { code: 'subject_malformed' }
  }
  for (const subject of subjects) {
    if (!isJsonObject(subject)) return { code: 'subject_malformed' }
    if (subject.id !== undefined && !isUrl(subject.id)) return { code: 'subject_malformed', detail: 'id' }
    if (Object.keys(subject).length === 0 && !withheld) return { code: 'subject_empty' }
  }
  return undefined
}

function subjectIdOf(value: JsonValue | undefined): string | undefined {
  const subject = isJsonArray(value) && value.length === 1 ? value[0] : value
  return isJsonObject(subject) && typeof subject.id === 'string' ? subject.id : undefined
}

const PERIOD_MEMBERS: Readonly<Record<ModelVersion, readonly [from: string, until: string]>> = {
  '1.1': ['issuanceDate', 'expirationDate'],
  '2.0': ['validFrom', 'validUntil'],
}

/** §4.9; version 1.1 §4.5-4.6, where the first is required and the time zone is not. */
function readPeriod(
  document: JsonObject,
  version: ModelVersion,
): Result<Pick<CredentialFacts, 'validFrom' | 'validUntil'>, FormatRefusal> {
  const [fromName, untilName] = PERIOD_MEMBERS[version]
  const zone = version === '1.1' ? 'optional' : 'required'
  if (version === '1.1' && document[fromName] === undefined) {
    return refuse({ code: 'date_missing', detail: fromName })
  }
  const validFrom = readXmlDateTime(document[fromName], zone)
  const validUntil = readXmlDateTime(document[untilName], zone)
  if (validFrom === undefined && document[fromName] !== undefined) {
    return refuse({ code: 'date_malformed', detail: fromName })
  }
  if (validUntil === undefined && document[untilName] !== undefined) {
    return refuse({ code: 'date_malformed', detail: untilName })
  }
  if (validFrom !== undefined && validUntil !== undefined && validUntil < validFrom) {
    return refuse({ code: 'validity_empty' })
  }
  return ok({
    validFrom,
    validUntil,
  })
}
