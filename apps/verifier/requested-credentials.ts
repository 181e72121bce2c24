/**
 * Translates walt.id's `request_credentials` into DCQL, once, at the edge. Behind this module there is only DCQL.
 * What cannot be said in DCQL without changing its meaning is refused with the place in the body.
 */
import type { JsonObject } from '@countersign/credential/format'
import { ok, type Result, refuse } from '@countersign/credential/result'

export interface RequestedCredential {
  readonly format?: string | undefined
  readonly vct?: string | undefined
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
  readonly reason: 'format_not_supported' | 'type_missing' | 'field_path' | 'vct_pattern'
}

export interface TranslatedQuery {
  readonly dcqlQuery: JsonObject
  /** Query id of each entry, in order: policies of an entry apply to it. */
  readonly queryIds: readonly string[]
}

const sdJwtFormats = ['dc+sd-jwt', 'vc+sd-jwt']

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

function credentialQuery(
  entry: RequestedCredential,
  id: string,
  at: string,
): Result<JsonObject, TranslationMistake> {
  const mistake = (reason: TranslationMistake['reason']) =>
    refuse({ code: 'request_credentials' as const, at, reason })
  if (!sdJwtFormats.includes(entry.format ?? 'dc+sd-jwt')) return mistake('format_not_supported')
  const fields = entry.input_descriptor?.constraints?.fields ?? []
  const vct = entry.vct ?? vctOf(fields)
  if (vct === undefined) return mistake('type_missing')
  if (!isPlainType(vct)) return mistake('vct_pattern')
  const claims = [...(entry.claims ?? [])]
  for (const field of fields) {
    const path = claimPath(field.path[0] ?? '')
    if (path === undefined) return mistake('field_path')
    if (path[0] !== 'vct') claims.push({ path })
  }
  return ok({ id, format: 'dc+sd-jwt', meta: { vct_values: [vct] }, ...(claims.length > 0 && { claims }) })
}

/** DIF names the type by a filter on `$.vct`. */
function vctOf(fields: readonly DescriptorField[]): string | undefined {
  const filter = fields.find((field) => field.path.includes('$.vct'))?.filter
  return typeof filter?.const === 'string' ? filter.const : filter?.pattern
}

/** A pattern that is more than a literal text has no counterpart in `vct_values`. */
function isPlainType(vct: string): boolean {
  return vct.length > 0 && vct.length <= 500 && !/[\^$*+?()[\]{}|\\]/.test(vct)
}

/** `$.address.locality` and `$['address']['locality']` as a claims path; anything cleverer is refused. */
function claimPath(jsonPath: string): string[] | undefined {
  if (!/^\$(\.[A-Za-z0-9_-]+|\['[^'\]]+'\])+$/.test(jsonPath)) return undefined
  return [...jsonPath.matchAll(/\.([A-Za-z0-9_-]+)|\['([^'\]]+)'\]/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  )
}

function uniqueId(entry: RequestedCredential, taken: readonly string[]): string {
  const wanted = entry.input_descriptor?.id ?? entry.id ?? entry.vct ?? 'credential'
  const stem = wanted.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 60) || 'credential'
  if (!taken.includes(stem)) return stem
  for (let suffix = 2; ; suffix++) {
    if (!taken.includes(`${stem}_${suffix}`)) return `${stem}_${suffix}`
  }
}
