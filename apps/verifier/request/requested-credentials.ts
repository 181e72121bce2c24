/**
 * Translates walt.id's `request_credentials` into DCQL, once, at the edge. Behind this module there is only DCQL.
 * What cannot be said in DCQL without changing its meaning is refused with the place in the body.
 */

import { defined, type JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import {
  type DescriptorField,
  formatNamed,
  QUERY_WORDS,
  type QueryWords,
  type RequestedCredential,
  type TypeMember,
} from './walt-id-formats.ts'

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
  formats: FormatRegistry,
): Result<TranslatedQuery, TranslationMistake> {
  const credentials: JsonObject[] = []
  const queryIds: string[] = []
  for (const [index, entry] of requested.entries()) {
    const id = uniqueId(entry, queryIds)
    const query = credentialQuery(entry, id, `request_credentials[${index}]`, formats)
    if (!query.ok) return query
    queryIds.push(id)
    credentials.push(query.value)
  }
  return ok({ dcqlQuery: { credentials }, queryIds })
}

function credentialQuery(
  entry: RequestedCredential,
  id: string,
  at: string,
  formats: FormatRegistry,
): Result<JsonObject, TranslationMistake> {
  const named = formatNamed(entry)
  const format = formats.get(named)
  if (format === undefined)
    return refuse({ code: 'requested_format_unknown', at, format: named, known: formats.ids })
  const words = QUERY_WORDS[format.family]
  const fields = entry.input_descriptor?.constraints?.fields ?? []
  const type = entry[words.typeMember] ?? typeOfFields(fields, words)
  if (type === undefined) return refuse({ code: 'type_missing', at, member: words.typeMember })
  if (!isPlainType(type)) return refuse({ code: 'type_not_literal', at, type })
  const asked = claimsOf(entry, fields, words, at)
  if (!asked.ok) return asked
  const claims = asked.value.length > 0 ? asked.value : defaultClaims(words, type)
  return ok(
    defined({
      id,
      format: format.id,
      meta: words.meta(type),
      claims: claims.length > 0 ? claims : undefined,
    }),
  )
}

function defaultClaims({ defaultPaths }: QueryWords, type: string): readonly JsonObject[] {
  return (defaultPaths?.(type) ?? []).map((path) => ({ path: [...path] }))
}

function claimsOf(
  entry: RequestedCredential,
  fields: readonly DescriptorField[],
  { typePaths, wrapper }: QueryWords,
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
function typeOfFields(fields: readonly DescriptorField[], { typePaths }: QueryWords): string | undefined {
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
