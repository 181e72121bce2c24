/** Types of W3C credentials, and which of them a credential query names (OpenID4VP 1.0 appendix B.1.1). */
import { isJsonArray, type JsonObject, type JsonValue } from '@countersign/core/json'
import { CREDENTIAL_TYPE, typesOf } from './data-model.ts'
import { readContext } from './json-ld-context.ts'

/** The particular one: types go from the general to the particular by custom, and every credential has the base type. */
export function specificType(types: readonly string[]): string {
  return types.findLast((type) => type !== CREDENTIAL_TYPE) ?? CREDENTIAL_TYPE
}

/**
 * Whether all types of one of the sets are among the credential's. A query names types by their IRIs, after the contexts
 * were applied. Applied are the contexts that are known without asking anybody (the base context and embedded ones); a
 * type that they do not define counts as it is written, and one that they do counts under both names, because many
 * verifiers write the term.
 */
export function matchesTypeValues(meta: JsonObject, claims: JsonObject): boolean {
  const { type_values: sets } = meta
  if (!isJsonArray(sets)) return false
  const names = namesOfTypes(claims)
  return sets.some((set) => isJsonArray(set) && set.length > 0 && set.every((type) => names.has(type)))
}

function namesOfTypes(claims: JsonObject): ReadonlySet<JsonValue> {
  const types = typesOf(claims.type)
  const context = readContext(claims['@context'])
  return new Set(context.ok ? types.flatMap((type) => context.value.namesOf(type)) : types)
}
