/**
 * Translates walt.id's `request_credentials` into DCQL, once, at the edge. Behind this module there is only DCQL.
 * What cannot be said in DCQL without changing its meaning is refused with the place in the body.
 */

import { defined, type JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import {
  type DescriptorMistake,
  describedClaims,
  describedFormat,
  describedTypes,
} from './input-descriptor.ts'
import {
  formatNamed,
  QUERY_WORDS,
  type QueryWords,
  type RequestedCredential,
  TYPE_MEMBERS,
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
  /** Named twice, or as another format names it. */
  | { readonly code: 'type_not_one'; readonly at: string; readonly member: TypeMember }
  | DescriptorMistake

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
  const descriptor = entry.input_descriptor ?? {}
  const described = describedFormat(descriptor, at)
  if (!described.ok) return described
  const named = formatNamed({ ...entry, format: entry.format ?? described.value })
  if (described.value !== undefined && formatNamed({ ...entry, format: described.value }) !== named)
    return refuse({ code: 'descriptor_formats_not_one', at })
  const format = formats.get(named)
  if (format === undefined)
    return refuse({ code: 'requested_format_unknown', at, format: named, known: formats.ids })
  const words = QUERY_WORDS[format.family]
  const type = typeOf(entry, words, at)
  if (!type.ok) return type
  const fields = describedClaims(descriptor, words, at)
  if (!fields.ok) return fields
  const asked = [...(entry.claims ?? []), ...fields.value]
  const claims = asked.length > 0 ? asked : defaultClaims(words, type.value)
  return ok(
    defined({
      id,
      format: format.id,
      meta: words.meta(type.value),
      claims: claims.length > 0 ? claims : undefined,
    }),
  )
}

function typeOf(
  entry: RequestedCredential,
  words: QueryWords,
  at: string,
): Result<string, TranslationMistake> {
  const { typeMember: member } = words
  const [stranger] = TYPE_MEMBERS.filter((name) => name !== member && entry[name] !== undefined)
  const described = describedTypes(entry.input_descriptor ?? {}, words)
  const names = new Set([entry[member], ...described].filter((name) => name !== undefined))
  const [type] = names
  if (type === undefined) return refuse({ code: 'type_missing', at, member })
  if (stranger !== undefined || names.size > 1) return refuse({ code: 'type_not_one', at, member })
  return isPlainType(type) ? ok(type) : refuse({ code: 'type_not_literal', at, type })
}

function defaultClaims({ defaultPaths }: QueryWords, type: string): readonly JsonObject[] {
  return (defaultPaths?.(type) ?? []).map((path) => ({ path: [...path] }))
}

/** A pattern that is more than a literal text has no counterpart in DCQL. */
function isPlainType(type: string): boolean {
  return type.length > 0 && type.length <= 500 && !/[\^$*+?()[\]{}|\\]/.test(type)
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
