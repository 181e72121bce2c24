/**
 * Translates walt.id's `request_credentials` into DCQL, once, at the edge. Behind this module there is only DCQL.
 * What cannot be said in DCQL without changing its meaning is refused with the place in the body.
 */

import { defined, type JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatId } from '@countersign/credential/contract/format-id'

export interface RequestedCredential {
  readonly format?: string | undefined
  readonly vct?: string | undefined
  readonly type?: string | undefined
  readonly doc_type?: string | undefined
  readonly id?: string | undefined
  readonly claims?: readonly JsonObject[] | undefined
  readonly input_descriptor?: InputDescriptor | undefined
}

export interface InputDescriptor {
  readonly id?: string | undefined
  readonly constraints?: { readonly fields?: readonly DescriptorField[] | undefined } | undefined
}

interface DescriptorField {
  readonly path: readonly string[]
  readonly filter?: { readonly const?: unknown; readonly pattern?: string | undefined } | undefined
}

/** `at` is the JSON path in the body. */
export type TranslationMistake =
  | {
      readonly code: 'requested_format_unknown'
      readonly at: string
      readonly format: string
      readonly known: readonly string[]
    }
  /** `member` is what the format calls the type by. */
  | { readonly code: 'type_missing'; readonly at: string; readonly member: TypeMember }
  | { readonly code: 'type_not_literal'; readonly at: string; readonly type: string }
  | { readonly code: 'field_path_not_plain'; readonly at: string; readonly path: string }

export interface TranslatedQuery {
  readonly dcqlQuery: JsonObject
  /** Query id of each entry, in order: policies of an entry apply to it. */
  readonly queryIds: readonly string[]
}

export function translateRequestCredentials(
  requested: readonly RequestedCredential[],
): Result<TranslatedQuery, TranslationMistake> {
  const credentials: JsonObject[] = []
  const queryIds: string[] = []
  for (const [index, entry] of requested.entries()) {
    const id = uniqueId(entry, queryIds)
    const query = credentialQuery(entry, id, `request_credentials[${index}]`)
    if (!query.ok) return query
    queryIds.push(id)
    credentials.push(query.value)
  }
  return ok({ dcqlQuery: { credentials }, queryIds })
}

type TypeMember = 'vct' | 'type' | 'doc_type'

/** How a format's short form becomes a query. */
interface Translation {
  readonly format: FormatId
  /** What the entry itself calls the type by. */
  readonly typeMember: TypeMember
  /** Field of a DIF descriptor whose filter names the type. */
  readonly typePaths: readonly string[]
  meta(type: string): JsonObject
  /** Members in front of the claims that DCQL does not have. */
  readonly wrapper?: string
  /** Paths that are asked for where the entry names none. */
  readonly defaultPaths?: (type: string) => readonly (readonly string[])[]
}

const sdJwtVc: Translation = {
  format: 'dc+sd-jwt',
  typeMember: 'vct',
  typePaths: ['$.vct'],
  meta: (vct) => ({ vct_values: [vct] }),
}

function w3c(format: FormatId): Translation {
  return {
    format,
    typeMember: 'type',
    typePaths: ['$.vc.type', '$.type'],
    meta: (type) => ({ type_values: [[type]] }),
    wrapper: 'vc',
  }
}

const mdoc: Translation = {
  format: 'mso_mdoc',
  typeMember: 'doc_type',
  typePaths: [],
  meta: (type) => ({ doctype_value: type }),
  defaultPaths: (type) =>
    type === MDL_TYPE ? MDL_ELEMENTS.map((element) => ['org.iso.18013.5.1', element]) : [],
}

const MDL_TYPE = 'org.iso.18013.5.1.mDL'

/** What walt.id's verifier asks of a driving licence when nothing is said: the mandatory data elements. */
const MDL_ELEMENTS = [
  'family_name',
  'given_name',
  'birth_date',
  'issue_date',
  'expiry_date',
  'issuing_country',
  'issuing_authority',
  'document_number',
  'portrait',
  'driving_privileges',
  'un_distinguishing_sign',
]

/** By walt.id's names of formats: what an entry asks for under each. */
const TRANSLATIONS: Readonly<Record<string, (entry: RequestedCredential) => Translation>> = {
  'dc+sd-jwt': () => sdJwtVc,
  // Without a type of the W3C data model it is the older name of SD-JWT VC.
  'vc+sd-jwt': ({ type }) => (type === undefined ? sdJwtVc : w3c('vc+sd-jwt')),
  jwt_vc_json: () => w3c('jwt_vc_json'),
  jwt_vc: () => w3c('jwt_vc_json'),
  'vc+jwt': () => w3c('vc+jwt'),
  mso_mdoc: () => mdoc,
}

const REQUESTED_FORMATS = Object.keys(TRANSLATIONS)

function translationOf(entry: RequestedCredential): Translation | undefined {
  const format = entry.format ?? defaultFormat(entry)
  return Object.hasOwn(TRANSLATIONS, format) ? TRANSLATIONS[format]?.(entry) : undefined
}

function defaultFormat({ doc_type: documentType, type }: RequestedCredential): FormatId {
  if (documentType !== undefined) return 'mso_mdoc'
  return type === undefined ? 'dc+sd-jwt' : 'jwt_vc_json'
}

function credentialQuery(
  entry: RequestedCredential,
  id: string,
  at: string,
): Result<JsonObject, TranslationMistake> {
  const translation = translationOf(entry)
  if (translation === undefined) {
    return refuse({
      code: 'requested_format_unknown',
      at,
      format: entry.format ?? '',
      known: REQUESTED_FORMATS,
    })
  }
  const fields = entry.input_descriptor?.constraints?.fields ?? []
  const type = entry[translation.typeMember] ?? typeOfFields(fields, translation)
  if (type === undefined) return refuse({ code: 'type_missing', at, member: translation.typeMember })
  if (!isPlainType(type)) return refuse({ code: 'type_not_literal', at, type })
  const asked = claimsOf(entry, fields, translation, at)
  if (!asked.ok) return asked
  const claims = asked.value.length > 0 ? asked.value : defaultClaims(translation, type)
  const { format } = translation
  return ok(
    defined({ id, format, meta: translation.meta(type), claims: claims.length > 0 ? claims : undefined }),
  )
}

function defaultClaims({ defaultPaths }: Translation, type: string): readonly JsonObject[] {
  return (defaultPaths?.(type) ?? []).map((path) => ({ path: [...path] }))
}

function claimsOf(
  entry: RequestedCredential,
  fields: readonly DescriptorField[],
  { typePaths, wrapper }: Translation,
  at: string,
): Result<readonly JsonObject[], TranslationMistake> {
  const claims = [...(entry.claims ?? [])]
  for (const field of fields) {
    if (field.path.some((path) => typePaths.includes(path))) continue
    const [written = ''] = field.path
    const path = claimPath(written)
    if (path === undefined) return refuse({ code: 'field_path_not_plain', at, path: written })
    claims.push({ path: path[0] === wrapper ? path.slice(1) : path })
  }
  return ok(claims)
}

/** DIF names the type by a filter. */
function typeOfFields(fields: readonly DescriptorField[], { typePaths }: Translation): string | undefined {
  const filter = fields.find((field) => field.path.some((path) => typePaths.includes(path)))?.filter
  return typeof filter?.const === 'string' ? filter.const : filter?.pattern
}

/** A pattern that is more than a literal text has no counterpart in DCQL. */
function isPlainType(type: string): boolean {
  return type.length > 0 && type.length <= 500 && !/[\^$*+?()[\]{}|\\]/.test(type)
}

/** `$.address.locality` and `$['address']['locality']` as a claims path; anything cleverer is refused. */
function claimPath(jsonPath: string): string[] | undefined {
  if (!/^\$(\.[A-Za-z0-9_-]+|\['[^'\]]+'\])+$/.test(jsonPath)) return undefined
  return [...jsonPath.matchAll(/\.([A-Za-z0-9_-]+)|\['([^'\]]+)'\]/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  )
}

function uniqueId(entry: RequestedCredential, taken: readonly string[]): string {
  const { doc_type: documentType, id, input_descriptor: descriptor, type, vct } = entry
  const wanted = descriptor?.id ?? id ?? type ?? vct ?? documentType ?? 'credential'
  const stem = wanted.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 60) || 'credential'
  if (!taken.includes(stem)) return stem
  for (let suffix = 2; ; suffix++) {
    if (!taken.includes(`${stem}_${suffix}`)) return `${stem}_${suffix}`
  }
}
