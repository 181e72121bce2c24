/**
 * Translates walt.id's `request_credentials` into DCQL, once, at the edge. Behind this module there is only DCQL.
 * What cannot be said in DCQL without changing its meaning is refused with the place in the body.
 */

import type { JsonObject } from '@countersign/core/json'
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

export interface TranslationMistake {
  readonly code: 'request_credentials'
  /** JSON path in the body. */
  readonly at: string
  readonly reason: 'format_not_supported' | 'type_missing' | 'field_path' | 'type_pattern'
}

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

/** How a format's short form becomes a query. */
interface Translation {
  readonly format: FormatId
  /** What the entry itself calls the type by. */
  typeOf(entry: RequestedCredential): string | undefined
  /** Field of a DIF descriptor whose filter names the type. */
  readonly typePaths: readonly string[]
  meta(type: string): JsonObject
  /** Members in front of the claims that DCQL does not have. */
  readonly wrapper?: string
  /** Paths that are asked for where the entry names none. */
  defaultPaths?(type: string): readonly (readonly string[])[]
}

const sdJwtVc: Translation = {
  format: 'dc+sd-jwt',
  typeOf: ({ vct }) => vct,
  typePaths: ['$.vct'],
  meta: (vct) => ({ vct_values: [vct] }),
}

function w3c(format: FormatId): Translation {
  return {
    format,
    typeOf: ({ type }) => type,
    typePaths: ['$.vc.type', '$.type'],
    meta: (type) => ({ type_values: [[type]] }),
    wrapper: 'vc',
  }
}

const mdoc: Translation = {
  format: 'mso_mdoc',
  typeOf: ({ doc_type: type }) => type,
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

function translationOf(entry: RequestedCredential): Translation | undefined {
  switch (entry.format ?? defaultFormat(entry)) {
    case 'dc+sd-jwt':
      return sdJwtVc
    case 'vc+sd-jwt':
      // Without a type of the W3C data model it is the older name of SD-JWT VC.
      return entry.type === undefined ? sdJwtVc : w3c('vc+sd-jwt')
    case 'jwt_vc_json':
    case 'jwt_vc':
      return w3c('jwt_vc_json')
    case 'vc+jwt':
      return w3c('vc+jwt')
    case 'mso_mdoc':
      return mdoc
    default:
      return undefined
  }
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
  const mistake = (reason: TranslationMistake['reason']) =>
    refuse({ code: 'request_credentials' as const, at, reason })
  const translation = translationOf(entry)
  if (translation === undefined) return mistake('format_not_supported')
  const fields = entry.input_descriptor?.constraints?.fields ?? []
  const type = translation.typeOf(entry) ?? typeOfFields(fields, translation)
  if (type === undefined) return mistake('type_missing')
  if (!isPlainType(type)) return mistake('type_pattern')
  const asked = claimsOf(entry, fields, translation)
  if (asked === undefined) return mistake('field_path')
  const claims =
    asked.length > 0 ? asked : (translation.defaultPaths?.(type) ?? []).map((path) => ({ path: [...path] }))
  const { format } = translation
  return ok({ id, format, meta: translation.meta(type), ...(claims.length > 0 && { claims }) })
}

/** Undefined for a path that is no plain list of members. */
function claimsOf(
  entry: RequestedCredential,
  fields: readonly DescriptorField[],
  { typePaths, wrapper }: Translation,
): readonly JsonObject[] | undefined {
  const claims = [...(entry.claims ?? [])]
  for (const field of fields) {
    if (field.path.some((path) => typePaths.includes(path))) continue
    const path = claimPath(field.path[0] ?? '')
    if (path === undefined) return undefined
    claims.push({ path: path[0] === wrapper ? path.slice(1) : path })
  }
  return claims
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
