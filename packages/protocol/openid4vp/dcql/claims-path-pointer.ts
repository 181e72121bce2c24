/**
 * The claims path pointer for JSON-based credentials (OpenID4VP 1.0 §7.1), to the letter: what is no object, array or
 * index where the path wants one is an error for the whole path, what is merely not there drops out, and nothing left
 * is an error again. Refuses to know formats and queries.
 */

import { isJsonArray, isJsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { ClaimPath } from '@countersign/credential/contract/format'

export interface SelectedClaims {
  readonly values: readonly JsonValue[]
  /** Where each value stands: the path with every `null` replaced by the index of one element. */
  readonly paths: readonly ClaimPath[]
}

export type PathRefusal =
  | { readonly code: 'path_empty' }
  | { readonly code: 'path_component_invalid' }
  | { readonly code: 'not_an_object' }
  | { readonly code: 'not_an_array' }
  | { readonly code: 'nothing_selected' }

/** Selects as §7.1.1 does, component by component from left to right. `values` and `paths` go together by index. */
export function selectClaims(claims: JsonValue, path: ClaimPath): Result<SelectedClaims, PathRefusal> {
  if (path.length === 0) return refuse({ code: 'path_empty' })
  return path.includes(null) ? selectMany(claims, path) : selectOne(claims, path)
}

/** Without `null` at most one value is ever selected; this is the way of nearly every path. */
function selectOne(claims: JsonValue, path: ClaimPath): Result<SelectedClaims, PathRefusal> {
  let value = claims
  for (const component of path) {
    const next = child(value, component)
    if (typeof next === 'string') return refuse({ code: next })
    if (next === undefined) return refuse({ code: 'nothing_selected' })
    value = next.value
  }
  return ok({ values: [value], paths: [path] })
}

interface Selected {
  readonly value: JsonValue
  readonly path: readonly (string | number)[]
}

function selectMany(claims: JsonValue, path: ClaimPath): Result<SelectedClaims, PathRefusal> {
  let selected: readonly Selected[] = [{ value: claims, path: [] }]
  for (const component of path) {
    const next = component === null ? everyElement(selected) : everyChild(selected, component)
    if (!next.ok) return next
    if (next.value.length === 0) return refuse({ code: 'nothing_selected' })
    selected = next.value
  }
  return ok({ values: selected.map((entry) => entry.value), paths: selected.map((entry) => entry.path) })
}

function everyElement(selected: readonly Selected[]): Result<readonly Selected[], PathRefusal> {
  const elements: Selected[] = []
  for (const { value, path } of selected) {
    if (!isJsonArray(value)) return refuse({ code: 'not_an_array' })
    for (const [index, element] of value.entries()) elements.push({ value: element, path: [...path, index] })
  }
  return ok(elements)
}

function everyChild(
  selected: readonly Selected[],
  component: string | number,
): Result<readonly Selected[], PathRefusal> {
  const children: Selected[] = []
  for (const { value, path } of selected) {
    const next = child(value, component)
    if (typeof next === 'string') return refuse({ code: next })
    if (next !== undefined) children.push({ value: next.value, path: [...path, component] })
  }
  return ok(children)
}

type Step = { readonly value: JsonValue } | 'not_an_object' | 'not_an_array' | 'path_component_invalid'

/** One step down; `undefined` where nothing is there. */
function child(value: JsonValue, component: string | number | null): Step | undefined {
  if (typeof component === 'string') {
    if (!isJsonObject(value)) return 'not_an_object'
    const found = Object.hasOwn(value, component) ? value[component] : undefined
    return found === undefined ? undefined : { value: found }
  }
  if (component === null || !Number.isSafeInteger(component) || component < 0) return 'path_component_invalid'
  if (!isJsonArray(value)) return 'not_an_array'
  const element = value[component]
  return element === undefined ? undefined : { value: element }
}
