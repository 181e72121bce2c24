/**
 * A claims path followed with indulgence: what OpenID4VP 1.0 §7.1.1 calls an error is passed over and noted. Written
 * apart from the engine under test, so that it can say what is special about a path and a credential.
 */

import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'

export interface Walk {
  readonly values: readonly JsonValue[]
  /** Something was selected that the next component does not fit. */
  readonly misfit: boolean
  /** A name was looked up that only an array or a prototype has. */
  readonly inherited: boolean
  /** All elements of an array were asked for that has none. */
  readonly emptied: boolean
}

export function walk(claims: JsonValue, path: ClaimPath): Walk {
  let values: readonly JsonValue[] = [claims]
  let misfit = false
  let inherited = false
  let emptied = false
  for (const component of path) {
    const next: JsonValue[] = []
    for (const value of values) {
      const fits = typeof component === 'string' ? isObject(value) : Array.isArray(value)
      if (!fits) misfit = true
      if (typeof component === 'string' && isInherited(value, component)) inherited = true
      if (component === null && Array.isArray(value) && value.length === 0) emptied = true
      if (fits) next.push(...children(value, component))
    }
    values = next
  }
  return { values, misfit, inherited, emptied }
}

function children(value: JsonValue, component: string | number | null): readonly JsonValue[] {
  if (Array.isArray(value))
    return component === null ? value : value.slice(Number(component), Number(component) + 1)
  const object = value as JsonObject
  const name = String(component)
  return Object.hasOwn(object, name) ? [object[name] as JsonValue] : []
}

function isInherited(value: JsonValue, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false
  return name in value && (Array.isArray(value) || !Object.hasOwn(value, name))
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
