/**
 * A DIF input descriptor (Presentation Exchange 2.0 §5.1), read as far as DCQL can say the same: which format, which type,
 * which claims and which values of them. Whatever else it asks for is refused, never left out.
 */

import { defined, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { claimsPathOf } from '@countersign/protocol/openid4vp/dcql/plain-json-path'

/** How a family of formats calls things in a descriptor. */
export interface DescriptorWords {
  /** Field whose filter names the type. */
  readonly typePaths: readonly string[]
  /** Members in front of the claims that DCQL does not have. */
  readonly wrapper?: string
}

type Comparable = string | number | boolean

export interface InputDescriptor {
  readonly id?: string | undefined
  readonly format?: Readonly<Record<string, unknown>> | undefined
  readonly constraints?: { readonly fields?: readonly DescriptorField[] | undefined } | undefined
}

export interface DescriptorField {
  readonly path: readonly string[]
  readonly filter?: FieldFilter | undefined
  readonly intent_to_retain?: boolean | undefined
}

/** Of a JSON Schema, what says which value is asked for. */
export interface FieldFilter extends ValueFilter {
  readonly enum?: readonly Comparable[] | undefined
  /** Of a list: one of its entries. */
  readonly contains?: ValueFilter | undefined
}

interface ValueFilter {
  readonly type?: string | undefined
  readonly const?: Comparable | undefined
  readonly pattern?: string | undefined
}

export type DescriptorMistake =
  | { readonly code: 'field_path_not_plain'; readonly at: string; readonly path: string }
  /** The paths of a field are alternatives, which DCQL does not have. */
  | { readonly code: 'field_paths_differ'; readonly at: string }
  | { readonly code: 'field_filter_not_values'; readonly at: string; readonly path: string }
  | { readonly code: 'descriptor_formats_not_one'; readonly at: string }

/** The format that a descriptor names; undefined where it names none, a refusal where it leaves a choice. */
export function describedFormat(
  { format = {} }: InputDescriptor,
  at: string,
): Result<string | undefined, DescriptorMistake> {
  const names = Object.keys(format)
  return names.length > 1 ? refuse({ code: 'descriptor_formats_not_one', at }) : ok(names[0])
}

/** DIF names the type by a filter. */
export function describedTypes(
  { constraints }: InputDescriptor,
  { typePaths }: DescriptorWords,
): readonly string[] {
  return (constraints?.fields ?? [])
    .filter((field) => isAboutType(field, typePaths))
    .flatMap(({ filter }) => {
      const { contains, ...itself } = filter ?? {}
      return [literalOf(itself), literalOf(contains ?? {})].filter((name) => name !== undefined)
    })
}

/** A pattern comes as it is: whether it is a plain text, whoever takes it for a type has to see. */
function literalOf({ const: exact, pattern }: ValueFilter): string | undefined {
  return typeof exact === 'string' ? exact : pattern?.replace(/^\^/, '').replace(/\$$/, '')
}

/** Everything else that it asks for, as claims of DCQL. */
export function describedClaims(
  { constraints }: InputDescriptor,
  words: DescriptorWords,
  at: string,
): Result<readonly JsonObject[], DescriptorMistake> {
  const claims: JsonObject[] = []
  for (const field of constraints?.fields ?? []) {
    if (isAboutType(field, words.typePaths)) continue
    const claim = describedClaim(field, words, at)
    if (!claim.ok) return claim
    claims.push(claim.value)
  }
  return ok(claims)
}

function isAboutType({ path }: DescriptorField, typePaths: readonly string[]): boolean {
  return path.some((one) => typePaths.includes(one))
}

function describedClaim(
  field: DescriptorField,
  { wrapper }: DescriptorWords,
  at: string,
): Result<JsonObject, DescriptorMistake> {
  const paths: (readonly string[])[] = []
  for (const written of field.path) {
    const path = claimsPathOf(written)
    if (path === undefined) return refuse({ code: 'field_path_not_plain', at, path: written })
    paths.push(path[0] === wrapper ? path.slice(1) : path)
  }
  const [path = []] = paths
  if (paths.some((other) => JSON.stringify(other) !== JSON.stringify(path)))
    return refuse({ code: 'field_paths_differ', at })
  const values = valuesOf(field.filter ?? {})
  if (values === 'not_values')
    return refuse({ code: 'field_filter_not_values', at, path: field.path[0] ?? '' })
  return ok(defined({ path, values, intent_to_retain: field.intent_to_retain }))
}

/** A filter that says what type a value has, and no more, leaves nothing to compare. */
function valuesOf(filter: FieldFilter): readonly JsonValue[] | undefined | 'not_values' {
  const { const: exact, contains, enum: several, pattern } = filter
  if (contains !== undefined || [exact, several, pattern].filter((one) => one !== undefined).length > 1)
    return 'not_values'
  if (pattern !== undefined) return plainPattern(pattern) ?? 'not_values'
  return exact === undefined ? several : [exact]
}

/** Without ^ and $ it would be met by texts that only contain it. */
function plainPattern(pattern: string): readonly string[] | undefined {
  const [, text] = /^\^([^$*+?()[\]{}|\\^.]+)\$$/.exec(pattern) ?? []
  return text === undefined ? undefined : [text]
}
